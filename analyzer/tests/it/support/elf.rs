//! ELF images from text, so that a test shows what it is about and nothing else.
//!
//! One thing per line:
//! ```text
//! machine arm|riscv|xtensa|x86-64          class 32|64      endian little|big      kind exec|rel|dyn
//! section NAME ADDRESS SIZE [x] [w] [nobits] [noalloc] [tls] [load ADDRESS] [align N] [unloaded] [behind] [rwe]
//! noise NAME OFFSET SIZE                   bytes that no linker would fill a gap with
//! word|half|byte NAME OFFSET VALUE         content of four, two or one bytes, in the image's byte order
//! func|object|label|tls NAME ADDRESS SIZE [in SECTION] [local|weak]
//! absolute NAME ADDRESS SIZE               undefined NAME            file NAME     (`·` in a name: a space)
//! without sections                         drop the section header table
//! ```
//! Numbers are decimal or `0x…`. Each allocated section gets a load segment of its own (`rwe`: that grants all), but
//! `behind` puts its content into the one before, as armlink does; of `nobits`, as many zeroes.

use object::Endianness;
use object::build::elf::{Builder, SectionData, SectionId};
use object::elf;

/// The file that `description` describes.
#[track_caller]
pub(crate) fn build(description: &str) -> Vec<u8> {
    let lines: Vec<Vec<&str>> = description
        .lines()
        .map(|it| it.split_whitespace().collect())
        .filter(|it: &Vec<&str>| !it.is_empty())
        .collect();
    let setting = |name: &str| lines.iter().find(|it| it[0] == name).map(|it| it[1]);
    let endian = if setting("endian") == Some("big") { Endianness::Big } else { Endianness::Little };
    let mut image = Image {
        builder: Builder::new(endian, setting("class") == Some("64")),
        sections: Vec::new(),
        next_offset: 0x1000,
        end: 0,
    };
    image.header(setting("machine").unwrap_or("arm"), setting("kind").unwrap_or("exec"));
    lines.iter().filter(|it| it[0] == "section").for_each(|it| image.section(it));
    lines.iter().filter(|it| it[0] == "noise").for_each(|it| image.noise(it));
    lines.iter().filter(|it| it[0] == "word").for_each(|it| image.content(it, 4));
    lines.iter().filter(|it| it[0] == "half").for_each(|it| image.content(it, 2));
    lines.iter().filter(|it| it[0] == "byte").for_each(|it| image.content(it, 1));
    lines.iter().for_each(|it| image.symbol(it));
    image.tables();
    let mut bytes = Vec::new();
    image.builder.write(&mut bytes).unwrap();
    if setting("without") == Some("sections") {
        forget_sections(&mut bytes);
    }
    bytes
}

struct Placed<'text> {
    name: &'text str,
    id: SectionId,
    address: u64,
    size: u64,
}

struct Image<'text> {
    builder: Builder<'text>,
    sections: Vec<Placed<'text>>,
    next_offset: u64,
    /// Of the last content.
    end: u64,
}

impl<'text> Image<'text> {
    fn header(&mut self, machine: &str, kind: &str) {
        let program_headers_at = self.builder.file_header_size();
        let header = &mut self.builder.header;
        header.e_machine = match machine {
            "arm" => elf::EM_ARM,
            "riscv" => elf::EM_RISCV,
            "xtensa" => elf::EM_XTENSA,
            "x86-64" => elf::EM_X86_64,
            code => elf::Machine(number(code).try_into().unwrap()),
        };
        header.e_type = match kind {
            "rel" => elf::ET_REL,
            "dyn" => elf::ET_DYN,
            _ => elf::ET_EXEC,
        };
        header.e_phoff = program_headers_at;
    }

    fn section(&mut self, line: &[&'text str]) {
        let [_, name, address, size, words @ ..] = line else { panic!("{line:?}") };
        let (address, size) = (number(address), number(size));
        let has = |word: &str| words.contains(&word);
        let option = |word: &str| words.iter().position(|it| *it == word).map(|it| number(words[it + 1]));
        let offset = if has("behind") { self.end } else { self.next_offset };
        let section = self.builder.sections.add();
        section.name = name.as_bytes().into();
        section.sh_type = if has("nobits") { elf::SHT_NOBITS } else { elf::SHT_PROGBITS };
        for (word, flag) in [("x", elf::SHF_EXECINSTR), ("w", elf::SHF_WRITE), ("tls", elf::SHF_TLS)] {
            if has(word) {
                section.sh_flags |= flag;
            }
        }
        section.sh_addr = address;
        section.sh_addralign = option("align").unwrap_or(4);
        section.data = if has("nobits") {
            SectionData::UninitializedData(size)
        } else {
            SectionData::Data(vec![0; size as usize].into())
        };
        if !has("noalloc") {
            section.sh_flags |= elf::SHF_ALLOC;
            section.sh_offset = offset;
            let id = section.id();
            let flags = section.p_flags();
            let flags = if has("rwe") { elf::PF_R | elf::PF_W | elf::PF_X } else { flags };
            if !has("nobits") || has("behind") {
                self.end = offset + size;
                self.next_offset = self.end.next_multiple_of(0x100);
            }
            if has("behind") {
                let segment = self.builder.segments.iter_mut().last().unwrap();
                segment.p_filesz += size;
                segment.p_memsz += size;
            } else if !has("unloaded") && self.builder.header.e_type != elf::ET_REL {
                self.segment(id, flags, option("load").unwrap_or(address));
            }
        }
        let id = self.builder.sections.iter().last().unwrap().id();
        self.sections.push(Placed { name, id, address, size });
    }

    fn segment(&mut self, section: SectionId, flags: elf::ProgramFlags, load: u64) {
        let section = self.builder.sections.get(section);
        let is_stored = section.sh_type != elf::SHT_NOBITS;
        let size = self.builder.section_size(section);
        let (offset, address, is_tls) =
            (section.sh_offset, section.sh_addr, section.sh_flags.contains(elf::SHF_TLS));
        let kinds = if is_tls { vec![elf::PT_LOAD, elf::PT_TLS] } else { vec![elf::PT_LOAD] };
        for kind in kinds {
            let segment = self.builder.segments.add();
            segment.p_type = kind;
            segment.p_flags = flags;
            segment.p_offset = offset;
            (segment.p_vaddr, segment.p_paddr) = (address, load);
            (segment.p_filesz, segment.p_memsz) = (if is_stored { size } else { 0 }, size);
        }
    }

    /// 1, 2, 3, …: not what a linker fills gaps with.
    fn noise(&mut self, line: &[&str]) {
        let [_, name, offset, size] = line else { panic!("{line:?}") };
        let (offset, size) = (number(offset) as usize, number(size) as usize);
        let id = self.sections.iter().find(|it| it.name == *name).unwrap().id;
        let section = self.builder.sections.get_mut(id);
        let SectionData::Data(data) = &section.data else { panic!("{name} has no content") };
        let mut data = data.to_vec();
        data[offset..offset + size].iter_mut().zip(1_u8..).for_each(|(it, value)| *it = value);
        section.data = SectionData::Data(data.into());
    }

    fn content(&mut self, line: &[&str], n_bytes: usize) {
        let [_, name, offset, value] = line else { panic!("{line:?}") };
        let (offset, value) = (number(offset) as usize, number(value));
        let is_big = self.builder.endian == Endianness::Big;
        let id = self.sections.iter().find(|it| it.name == *name).unwrap().id;
        let section = self.builder.sections.get_mut(id);
        let SectionData::Data(data) = &section.data else { panic!("{name} has no content") };
        let mut data = data.to_vec();
        let bytes = if is_big {
            value.to_be_bytes()[8 - n_bytes..].to_vec()
        } else {
            value.to_le_bytes()[..n_bytes].to_vec()
        };
        data[offset..offset + n_bytes].copy_from_slice(&bytes);
        section.data = SectionData::Data(data.into());
    }

    fn symbol(&mut self, line: &[&'text str]) {
        let kind = match line[0] {
            "func" => elf::STT_FUNC,
            "object" => elf::STT_OBJECT,
            "tls" => elf::STT_TLS,
            "label" | "absolute" | "undefined" => elf::STT_NOTYPE,
            "file" => elf::STT_FILE,
            _ => return,
        };
        let address = line.get(2).map_or(0, |it| number(it));
        let named = line.iter().position(|it| *it == "in").map(|it| line[it + 1]);
        let home = self.sections.iter().find(|it| match named {
            Some(name) => it.name == name,
            None => (it.address..it.address + it.size.max(1)).contains(&(address & !1)),
        });
        let home = home.map(|it| it.id);
        let bind = match line.last() {
            Some(&"local") => elf::STB_LOCAL,
            Some(&"weak") => elf::STB_WEAK,
            _ => elf::STB_GLOBAL,
        };
        let symbol = self.builder.symbols.add();
        symbol.name = line[1].replace('·', " ").into_bytes().into();
        symbol.set_st_info(bind, kind);
        symbol.st_value = address;
        symbol.st_size = line.get(3).map_or(0, |it| number(it));
        match line[0] {
            "absolute" | "file" => symbol.st_shndx = elf::SHN_ABS,
            "undefined" => {}
            _ => symbol.section = Some(home.unwrap_or_else(|| panic!("no section for {line:?}"))),
        }
    }

    fn tables(&mut self) {
        let tables = [
            (".symtab", elf::SHT_SYMTAB, SectionData::Symbol),
            (".strtab", elf::SHT_STRTAB, SectionData::String),
            (".shstrtab", elf::SHT_STRTAB, SectionData::SectionString),
        ];
        for (name, kind, data) in tables {
            let section = self.builder.sections.add();
            section.name = name.into();
            section.sh_type = kind;
            section.sh_addralign = 1;
            section.data = data;
        }
    }
}

/// Zeroes `e_shoff`, `e_shnum` and `e_shstrndx`.
fn forget_sections(bytes: &mut [u8]) {
    let fields = if bytes[4] == 2 { [40..48, 60..62, 62..64] } else { [32..36, 48..50, 50..52] };
    fields.into_iter().for_each(|it| bytes[it].fill(0));
}

#[track_caller]
fn number(text: &str) -> u64 {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).unwrap(),
        None => text.parse().unwrap(),
    }
}
