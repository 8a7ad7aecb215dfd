//! The two formats, with C's `printf` widths and `#` prefixes.

use super::image::{Image, Section};
use crate::args::{SizeArgs, SizeFormat, SizeRadix};

/// Collects the output, since the header and the totals depend on what was printed.
pub(super) struct Printer<'a> {
    pub text: Vec<u8>,
    args: &'a SizeArgs,
    radix: SizeRadix,
    has_header: bool,
    sums: Sums,
}

/// Berkeley's columns.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    text: u64,
    data: u64,
    bss: u64,
}

impl Sums {
    fn total(self) -> u64 {
        self.text.wrapping_add(self.data).wrapping_add(self.bss)
    }
}

impl<'a> Printer<'a> {
    pub(super) fn new(args: &'a SizeArgs) -> Self {
        Self { text: Vec::new(), args, radix: args.chosen_radix(), has_header: false, sums: Sums::default() }
    }

    /// A file of its own.
    pub(super) fn image(&mut self, image: &Image, name: &[u8]) {
        if self.args.chosen_format() == SizeFormat::Sysv {
            self.push(&[name, b"  :\n"]);
            return self.sysv(image);
        }
        self.berkeley(image);
        self.push(&[name, b"\n"]);
    }

    /// A file in an archive.
    pub(super) fn member(&mut self, image: &Image, name: &[u8], archive: &[u8]) {
        if self.args.chosen_format() == SizeFormat::Sysv {
            self.push(&[name, b"   (ex ", archive, b"):\n"]);
            return self.sysv(image);
        }
        self.berkeley(image);
        self.push(&[name, b" (ex ", archive, b")\n"]);
    }

    /// The line of sums that `--totals` asks for.
    pub(super) fn totals(&mut self) {
        self.berkeley_row(self.sums);
        self.push(&[b"(TOTALS)\n"]);
    }

    fn sysv(&mut self, image: &Image) {
        let sections: Vec<&Section> = image.sections.iter().filter(|it| it.is_listed()).collect();
        let widest =
            |least: usize, lengths: &mut dyn Iterator<Item = usize>| lengths.fold(least, usize::max) + 2;
        let name_width = widest("section".len(), &mut sections.iter().map(|it| it.name.len()));
        let size_width =
            widest("size".len(), &mut sections.iter().map(|it| self.literal(it.size_bytes).len()));
        let address_width =
            widest("addr".len(), &mut sections.iter().map(|it| self.literal(it.address).len()));
        let heading =
            format!("{:<name_width$} {:>size_width$} {:>address_width$}\n", "section", "size", "addr");
        self.push(&[heading.as_bytes()]);
        let common = Section::common(image.common_bytes);
        let common = self.args.common.then_some(&common);
        let mut total = 0_u64;
        for section in sections.into_iter().chain(common) {
            total = total.wrapping_add(section.size_bytes);
            let (size, address) = (self.alternate(section.size_bytes), self.alternate(section.address));
            self.push(&[&section.name, &vec![b' '; name_width.saturating_sub(section.name.len())]]);
            self.push(&[format!(" {size:>size_width$} {address:>address_width$}\n").as_bytes()]);
        }
        let total = self.alternate(total);
        self.push(&[format!("{:<name_width$} {total:>size_width$}\n\n\n", "Total").as_bytes()]);
    }

    fn berkeley(&mut self, image: &Image) {
        let mut sums = Sums::default();
        for section in &image.sections {
            let column = match section {
                it if it.is_text() => &mut sums.text,
                it if it.is_data() => &mut sums.data,
                it if it.is_bss() => &mut sums.bss,
                _ => continue,
            };
            *column = column.wrapping_add(section.size_bytes);
        }
        if self.args.common {
            sums.bss = sums.bss.wrapping_add(image.common_bytes);
        }
        self.sums.text = self.sums.text.wrapping_add(sums.text);
        self.sums.data = self.sums.data.wrapping_add(sums.data);
        self.sums.bss = self.sums.bss.wrapping_add(sums.bss);
        if !self.has_header {
            self.has_header = true;
            let radix = if self.radix == SizeRadix::Octal { "oct" } else { "dec" };
            self.push(&[format!("   text\t   data\t    bss\t    {radix}\t    hex\tfilename\n").as_bytes()]);
        }
        self.berkeley_row(sums);
    }

    fn berkeley_row(&mut self, sums: Sums) {
        let total = sums.total();
        let [text, data, bss] = [sums.text, sums.data, sums.bss].map(|it| self.alternate(it));
        // The total is octal or decimal, whatever the radix of the rest.
        let plain = if self.radix == SizeRadix::Octal { format!("{total:o}") } else { total.to_string() };
        self.push(&[format!("{text:>7}\t{data:>7}\t{bss:>7}\t{plain:>7}\t{total:>7x}\t").as_bytes()]);
    }

    /// As `printf("%#…")` writes it: zero has no prefix.
    fn alternate(&self, number: u64) -> String {
        match self.radix {
            SizeRadix::Hex if number != 0 => format!("{number:#x}"),
            SizeRadix::Octal if number != 0 => format!("0{number:o}"),
            _ => number.to_string(),
        }
    }

    /// As a C literal, by which the widths are chosen: zero has a prefix.
    fn literal(&self, number: u64) -> String {
        match self.radix {
            SizeRadix::Hex => format!("{number:#x}"),
            SizeRadix::Octal => format!("0{number:o}"),
            SizeRadix::Decimal => number.to_string(),
        }
    }

    fn push(&mut self, parts: &[&[u8]]) {
        for part in parts {
            self.text.extend_from_slice(part);
        }
    }
}
