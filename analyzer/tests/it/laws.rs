//! The invariants of the analyzer, on generated and on real images.

use std::collections::BTreeMap;
use std::ops::Range;

use plimsoll_analyzer::report::{FileUse, Symbol};
use plimsoll_analyzer::{Change, ChangeKind, Diff, Report};
use proptest::prelude::*;

use crate::support::{corpus, explain, laws};

/// A symbol anywhere around a section, so that symbols overlap, touch and stick out.
fn symbol() -> impl Strategy<Value = String> {
    let kinds = prop::sample::select(vec!["func", "object", "label"]);
    let homes = prop::sample::select(vec![(".text", 0x100_u64), (".data", 0x2000), (".bss", 0x2080)]);
    let binds = prop::sample::select(vec!["", "local", "weak"]);
    (kinds, 0_u8..9, homes, 0_u64..70, 0_u64..40, binds).prop_map(
        |(kind, name, (section, start), offset, size, bind)| {
            format!("{kind} s.{name} {} {size} in {section} {bind}", start + offset)
        },
    )
}

/// A small image: code with noise, data that is stored behind it, zeroed memory, a stack.
fn image() -> impl Strategy<Value = (String, Vec<String>)> {
    let sizes = (1_u64..64, 1_u64..64, 0_u64..64, prop::sample::select(vec![1_u64, 2, 4, 8, 16]));
    (sizes, prop::collection::vec(symbol(), 0..20)).prop_map(|((text, data, bss, align), symbols)| {
        let load = (0x100 + text).next_multiple_of(align);
        let sections = format!(
            "section .text 0x100 {text} x align {align}\nnoise .text 0 {text}\n\
             section .data 0x2000 {data} w load {load} align {align}\n\
             section .bss 0x2080 {bss} w nobits align {align}\nsection .stack 0x2100 128 w nobits\n"
        );
        (sections, symbols)
    })
}

/// Symbols with few names, sections, sizes, bodies and files, so that nearly everything is ambiguous.
fn rows() -> impl Strategy<Value = Vec<Symbol>> {
    let row =
        (0_u64..6, 0_u64..2, 0_u64..3, 0_u64..6, 0_usize..3).prop_map(|(name, section, size, body, file)| {
            let bodies = ["aaaaaaaa0123456789abcdef", "bbbbbbbb0123456789abcd00", "cccccccc0123456789a00000"];
            Symbol {
                name: ["a::f", "b::f", "a::g.1", "a::g.2", "(anonymous constant)", "h.isra.0"][name as usize]
                    .into(),
                mangled: format!("m{}", name * size),
                size_bytes: 16 + size,
                run_address: 0x100 + body,
                section: [".text", ".ramtext"][section as usize].into(),
                krate: Some(["a", "b"][(name % 2) as usize].into()),
                body: bodies.get(body as usize).map(|it| (*it).to_owned()),
                file: Some(file).filter(|it| *it < 2),
                ..explain("section .text 0x100 8 x\nfunc f 0x101 8").symbols[0].clone()
            }
        });
    prop::collection::vec(row, 0..12)
}

fn with_symbols(symbols: Vec<Symbol>) -> Report {
    let files = ["src/a.rs", "src/b.rs"].map(|it| FileUse { path: it.into(), code_bytes: 0 });
    Report { symbols, files: files.into(), ..explain("section .text 0x100 8 x\nfunc f 0x101 8") }
}

/// Name, section and size before, of rows that name them.
fn old_side(row: &Change) -> Option<(String, String, u64)> {
    let name = row.old_name.as_ref().unwrap_or(&row.name);
    let section = row.old_section.as_ref().or(row.section.as_ref())?;
    Some((name.clone(), section.clone(), row.old_bytes?))
}

/// Name, section and size after, of rows that name them.
fn new_side(row: &Change) -> Option<(String, String, u64)> {
    Some((row.name.clone(), row.section.clone()?, row.new_bytes?))
}

/// Of renumbered symbols a row says only what stays.
fn is_row_of((name, section, bytes): &(String, String, u64), symbol: &Symbol) -> bool {
    symbol.name.starts_with(name.as_str()) && (&symbol.section, symbol.size_bytes) == (section, *bytes)
}

fn described((sections, symbols): &(String, Vec<String>)) -> String {
    format!("{sections}{}", symbols.join("\n"))
}

/// All reports that every law is tried on besides generated ones.
fn real_reports() -> Vec<(String, Report)> {
    let explained = |(name, content): (String, Vec<u8>)| {
        let report = plimsoll_analyzer::analyze(&content, &[]).unwrap();
        (name, report)
    };
    corpus::all().into_iter().map(explained).collect()
}

proptest! {
    #[test]
    fn labels_add_up_to_the_image(image in image()) {
        // `explain` checks the laws.
        let report = explain(&described(&image));
        // What is stored is contiguous: the filler that aligns `.data` is stored too.
        let stored = report.sections.iter().filter(|it| it.load_address.is_some() && it.allocated);
        let ends = stored.map(|it| it.load_address.unwrap() + it.size_bytes);
        prop_assert_eq!(report.totals.flash_bytes, ends.max().unwrap() - 0x100);
    }

    #[test]
    fn every_byte_has_one_label(image in image()) {
        // Ask for each byte of .text who wants it: the lowest address has it, then the biggest size. What
        // is left has the nearest function without a size before it, if nobody stands between.
        let report = explain(&described(&image));
        let section = report.sections.iter().find(|it| it.name == ".text").unwrap();
        let wishes: Vec<_> = image.1.iter().filter_map(|it| wish(it, ".text")).collect();
        let sized = |address: u64| wishes.iter().filter(|it| it.contains(&address)).map(|it| it.start).min();
        let functions = image.1.iter().filter(|it| it.starts_with("func"));
        let open: Vec<u64> = functions
            .filter_map(|it| wish(it, ".text"))
            .filter(|it| it.is_empty())
            .map(|it| it.start)
            .collect();
        let mut last = None;
        let mut expected: BTreeMap<u64, u64> = BTreeMap::new();
        for address in section.run_address..section.run_address + section.size_bytes {
            last = match sized(address) {
                Some(_) => None,
                None if open.contains(&address) => Some(address),
                None => last,
            };
            sized(address).or(last).into_iter().for_each(|it| *expected.entry(it).or_default() += 1);
        }
        let mut paid: BTreeMap<u64, u64> = BTreeMap::new();
        for symbol in report.symbols.iter().filter(|it| it.section == ".text" && !it.mangled.is_empty()) {
            *paid.entry(symbol.run_address).or_default() += symbol.size_bytes;
        }
        // Labels name what nothing else does, which the gaps' own tests look at.
        paid.retain(|it, _| expected.contains_key(it));
        prop_assert_eq!(paid, expected);
    }

    #[test]
    fn order_of_input_symbols_does_not_matter((sections, symbols) in image(), seed in any::<u64>()) {
        let report = explain(&described(&(sections.clone(), symbols.clone())));
        let mut shuffled = symbols;
        shuffle(&mut shuffled, seed);
        prop_assert_eq!(report, explain(&described(&(sections, shuffled))));
    }

    #[test]
    fn diff_is_the_negative_of_its_reverse(old in image(), new in image()) {
        let (old, new) = (explain(&described(&old)), explain(&described(&new)));
        let diff = plimsoll_analyzer::diff(&old, &new);
        laws::check_diff(&old, &new, &diff);
        prop_assert_eq!(negative(diff), plimsoll_analyzer::diff(&new, &old));
        prop_assert_eq!(changes(&plimsoll_analyzer::diff(&old, &old)), 0);
    }

    #[test]
    fn what_is_renamed_and_moved_comes_back_in_the_reverse(old in rows(), new in rows()) {
        let (old, new) = (with_symbols(old), with_symbols(new));
        let diff = plimsoll_analyzer::diff(&old, &new);
        let size = |it: &Report| it.symbols.iter().map(|it| it.size_bytes as i64).sum::<i64>();
        prop_assert_eq!(diff.symbols.iter().map(|it| it.delta_bytes).sum::<i64>(), size(&new) - size(&old));
        for (report, side) in [(&old, old_side as fn(&Change) -> _), (&new, new_side)] {
            let listed: Vec<_> = diff.symbols.iter().filter_map(side).collect();
            prop_assert!(listed.iter().all(|row| report.symbols.iter().any(|it| is_row_of(row, it))));
        }
        prop_assert_eq!(negative(diff), plimsoll_analyzer::diff(&new, &old));
        prop_assert_eq!(changes(&plimsoll_analyzer::diff(&old, &old)), 0);
    }

    #[test]
    fn a_report_survives_its_own_json(image in image()) {
        let report = explain(&described(&image));
        let json = serde_json::to_string(&report).unwrap();
        prop_assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
    }
}

#[test]
fn real_images_obey_the_laws() {
    for (name, report) in real_reports() {
        eprintln!("{name}");
        laws::check(&report);
        laws::segments_are_in_regions(&report);
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
        assert_eq!(changes(&plimsoll_analyzer::diff(&report, &report)), 0);
    }
}

#[test]
fn diffs_of_real_images_add_up() {
    let reports = real_reports();
    for (_, old) in &reports {
        for (_, new) in &reports {
            let diff = plimsoll_analyzer::diff(old, new);
            laws::check_diff(old, new, &diff);
            assert_eq!(negative(diff), plimsoll_analyzer::diff(new, old));
        }
    }
}

/// The bytes that a symbol line asks for, Thumb bit cleared as on ARM.
fn wish(line: &str, section: &str) -> Option<Range<u64>> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |it: usize| words[it].parse::<u64>().unwrap();
    let start = if words[0] == "func" { number(2) & !1 } else { number(2) };
    (words[5] == section).then(|| start..start + number(3))
}

/// The same every time for one seed.
fn shuffle(lines: &mut [String], seed: u64) {
    let mut state = seed | 1;
    for i in (1..lines.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        lines.swap(i, (state >> 33) as usize % (i + 1));
    }
}

fn changes(diff: &Diff) -> usize {
    let rows = diff.totals.iter().chain(&diff.regions).filter(|it| it.kind != ChangeKind::Same).count();
    rows + diff.sections.len() + diff.crates.len() + diff.symbols.len()
}

fn negative(mut diff: Diff) -> Diff {
    let tables = [
        &mut diff.totals,
        &mut diff.regions,
        &mut diff.static_use,
        &mut diff.sections,
        &mut diff.crates,
        &mut diff.symbols,
    ];
    tables.into_iter().flatten().for_each(negate);
    diff
}

fn negate(row: &mut Change) {
    for (new, old) in [(&mut row.section, &mut row.old_section), (&mut row.krate, &mut row.old_krate)] {
        if old.is_some() {
            std::mem::swap(new, old);
        }
    }
    if let Some(old_name) = &mut row.old_name {
        std::mem::swap(&mut row.name, old_name);
    }
    std::mem::swap(&mut row.file, &mut row.old_file);
    std::mem::swap(&mut row.old_bytes, &mut row.new_bytes);
    row.delta_bytes = -row.delta_bytes;
    row.kind = match row.kind {
        ChangeKind::Grown => ChangeKind::Shrunk,
        ChangeKind::Shrunk => ChangeKind::Grown,
        ChangeKind::New => ChangeKind::Gone,
        ChangeKind::Gone => ChangeKind::New,
        kind @ (ChangeKind::Same | ChangeKind::Renamed | ChangeKind::Moved) => kind,
    };
}
