//! References: by relocations, and by decoding as well as by relocations.

mod compiled;
mod halves;
mod neighbours;

use std::collections::{BTreeMap, BTreeSet};

use object::read::elf::ElfFile32;
use object::{Object, ObjectSection, ObjectSymbol, RelocationFlags, RelocationTarget, elf as object_elf};
use plimsoll_analyzer::report::Symbol;
use plimsoll_analyzer::{EdgeSource, ReferenceKind, Report};

use crate::support::{corpus, elf};

/// From whom to whom, both by first address. What has no symbol is called by the referenced address
/// itself, or, where it refers, by its section's.
type Pairs = BTreeSet<(u64, u64)>;

/// Who has which address.
struct Owners(BTreeMap<u64, (u64, u64)>);

impl Owners {
    /// A thunk, which the linker puts between a call and a function that is too far away, stands for the
    /// function: relocations do not know it, instructions lead there.
    fn new(report: &Report) -> Self {
        let symbols = || report.symbols.iter().filter(|it| !it.mangled.is_empty());
        let meant = |thunk: &Symbol| {
            let name = thunk.mangled.split_once("Thunk_").map(|(_, name)| name);
            let function = name.and_then(|name| symbols().find(|it| it.mangled == name));
            function.unwrap_or(thunk).run_address
        };
        let owner = |it: &Symbol| (it.run_address, (it.run_address + it.size_bytes, meant(it)));
        Self(symbols().map(owner).collect())
    }

    fn of(&self, address: u64) -> Option<u64> {
        let (_, (end, owner)) = self.0.range(..=address).next_back()?;
        (address < *end).then_some(*owner)
    }

    /// Only what leads to somebody else counts.
    fn pair(&self, from: u64, to: u64) -> Option<(u64, u64)> {
        let pair = (self.of(from)?, self.of(to).unwrap_or(to));
        (pair.0 != pair.1).then_some(pair)
    }
}

/// What an independent reading of the relocations says: symbols are whom they name, and words hold
/// what they refer to. Apart, who lies at the borders that a linker script defines and relocations name:
/// the address may be meant for what begins there or for what ended before.
fn by_relocations(content: &[u8], owners: &Owners) -> (Pairs, BTreeSet<u64>) {
    let file = ElfFile32::<object::Endianness>::parse(content).unwrap();
    let (mut pairs, mut borders) = (Pairs::new(), BTreeSet::new());
    for section in file.sections().filter(|it| it.address() != 0 && !it.name().unwrap().starts_with(".ARM")) {
        for (address, relocation) in section.relocations() {
            let RelocationFlags::Elf { r_type } = relocation.flags() else { continue };
            let RelocationTarget::Symbol(symbol) = relocation.target() else { continue };
            let symbol = file.symbol_by_index(symbol).unwrap();
            let is_border = symbol.kind() == object::SymbolKind::Unknown && symbol.size() == 0;
            let target = match r_type {
                object_elf::R_ARM_NONE => continue,
                object_elf::R_ARM_ABS32 => {
                    let offset = (address - section.address()) as usize;
                    let word = &section.data().unwrap()[offset..offset + 4];
                    u64::from(u32::from_le_bytes(word.try_into().unwrap()))
                }
                _ => symbol.address(),
            };
            let section_of = |address: u64| {
                file.sections().find(|it| {
                    (it.address()..it.address() + it.size()).contains(&address) && it.address() != 0
                })
            };
            let is_code = |it: u64| section_of(it).is_some_and(|it| it.kind() == object::SectionKind::Text);
            // A border may be where code begins that runs in RAM: only odd words are pointers to Thumb code.
            let is_function = is_code(target) && (r_type != object_elf::R_ARM_ABS32 || target & 1 == 1);
            let target = if is_code(target) { target & !1 } else { target };
            if is_border && !is_function {
                borders.insert(owners.of(target).unwrap_or(target));
            } else if section_of(target).is_some() {
                pairs.extend(owners.pair(address, target));
            }
        }
    }
    (pairs, borders)
}

/// References that stand in the image, and those that follow from where loads and stores go.
fn by_us(content: &[u8], source: EdgeSource, owners: &Owners) -> (Pairs, Pairs) {
    let references = plimsoll_analyzer::references(content, Some(source)).unwrap();
    let (followed, written): (Vec<_>, Vec<_>) =
        references.iter().partition(|it| it.kind == ReferenceKind::Access);
    let pairs = |list: Vec<&plimsoll_analyzer::Reference>| {
        list.iter().filter_map(|it| owners.pair(it.at_address, it.target_address)).collect()
    };
    (pairs(written), pairs(followed))
}

/// Shares of `truth` that was found, and of `found` that is true.
fn recall_and_precision(found: &Pairs, truth: &Pairs) -> (f64, f64) {
    let n_right = found.intersection(truth).count() as f64;
    (n_right / truth.len() as f64, n_right / found.len() as f64)
}

#[test]
fn decoding_finds_what_the_linker_wrote_down() {
    for (name, content) in corpus::truths().into_iter().chain(corpus::own_with_relocations()) {
        let owners = Owners::new(&plimsoll_analyzer::analyze(&content, &[]).unwrap());
        let (truth, borders) = by_relocations(&content, &owners);
        let is_small = name.ends_with("blink") || name.contains("logger-");
        assert!(truth.len() > if is_small { 10 } else { 100 }, "{name}");
        let mut followed: Vec<Pairs> = Vec::new();
        for (source, min_precision) in [(EdgeSource::Relocations, 0.99), (EdgeSource::Decoded, 0.99)] {
            let (mut found, beyond) = by_us(&content, source, &owners);
            followed.push(beyond);
            found.retain(|it| truth.contains(it) || !borders.contains(&it.1));
            let (recall, precision) = recall_and_precision(&found, &truth);
            let n_edges = truth.len();
            eprintln!("{name} {source:?}: recall {recall:.4}, precision {precision:.4} of {n_edges} edges");
            for (label, list) in [("missed", truth.difference(&found)), ("extra", found.difference(&truth))] {
                list.take(6).for_each(|(from, to)| eprintln!("  {label} {from:#x} → {to:#x}"));
            }
            assert!(recall == 1.0 && precision >= min_precision, "{name} {source:?}");
        }
        assert_eq!(followed[0], followed[1], "{name}: addresses are followed alike");
    }
}

#[test]
fn the_32_bit_code_of_arm_is_read_where_the_marks_say_so() {
    // Loads the address of the other out of its pool, calls it, and comes back.
    let image = elf::build(
        "section .text 0x100 0x18 x\nfunc main 0x100 16\nfunc used 0x110 8\nlabel $a 0x100 0 local
         label $d 0x10c 0 local\nlabel $a.1 0x110 0 local\nword .text 0 0xe59f3004\nword .text 4 0xe12fff33
         word .text 8 0xe12fff1e\nword .text 12 0x110\nword .text 16 0xeafffffa\nword .text 20 0xe12fff1e",
    );
    let found = plimsoll_analyzer::references(&image, None).unwrap();
    let found: Vec<_> = found.iter().map(|it| (it.at_address, it.target_address, it.kind)).collect();
    use plimsoll_analyzer::ReferenceKind::{Address, Call, Jump};
    assert_eq!(found, [(0x100, 0x110, Address), (0x104, 0x110, Call), (0x110, 0x100, Jump)]);
}

#[test]
fn an_object_file_has_no_references() {
    let image = elf::build("kind rel\nsection .text 0 32 x\nfunc main 1 32");
    assert_eq!(plimsoll_analyzer::references(&image, None).unwrap(), []);
}

#[test]
fn too_many_loads_leave_no_graph_instead_of_half_of_one() {
    // Of no literal: they count while code is read, and would leave no trace in what was found.
    const LOAD_NEXT_WORD: [u8; 2] = [0x00, 0x48];
    let n_bytes = ((1 << 23) + 2) * LOAD_NEXT_WORD.len();
    let mut image = elf::build(&format!("section .text 0x8000 {n_bytes} x\nfunc loader 0x8001 {n_bytes}"));
    // The builder puts the first section here.
    let code = &mut image[0x1000..][..n_bytes];
    code.chunks_exact_mut(2).for_each(|it| it.copy_from_slice(&LOAD_NEXT_WORD));
    let report = plimsoll_analyzer::analyze(&image, &[]).unwrap();
    assert_eq!(report.graph, None);
    let why: Vec<&str> = report.warnings.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(why, ["the references are beyond the limits of this analysis"]);
}
