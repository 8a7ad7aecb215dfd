//! Hostile debug information: the report stands, with a warning or without the columns.

use plimsoll_analyzer::debug::{DebugInfo, DebugSections};
use plimsoll_analyzer::{Report, analyze};

use crate::support::{corpus, elf, laws};

/// Where the content of a section lies in a 32-bit file of little end.
fn section(content: &[u8], name: &str) -> Option<std::ops::Range<usize>> {
    let word = |at: usize| u32::from_le_bytes(content[at..at + 4].try_into().unwrap()) as usize;
    let half = |at: usize| usize::from(u16::from_le_bytes(content[at..at + 2].try_into().unwrap()));
    let (table, n_sections, names_idx) = (word(32), half(48), half(50));
    let header = |idx: usize| table + 40 * idx;
    let names = word(header(names_idx) + 16);
    let is_it =
        |idx: &usize| content[names + word(header(*idx))..].starts_with(format!("{name}\0").as_bytes());
    let found = header((0..n_sections).find(is_it)?);
    Some(word(found + 16)..word(found + 16) + word(found + 20))
}

const SECTIONS: [&str; 9] = [
    ".debug_info",
    ".debug_abbrev",
    ".debug_line",
    ".debug_ranges",
    ".debug_rnglists",
    ".debug_str",
    ".debug_line_str",
    ".debug_str_offsets",
    ".debug_addr",
];

/// Explains the damaged file; what does not come from debug information is as before.
#[track_caller]
fn try_out(content: &[u8], sound: &Report) -> Report {
    let report = analyze(content, &[]).unwrap();
    laws::check(&report);
    assert_eq!((report.totals, &report.regions), (sound.totals, &sound.regions));
    assert_eq!(report.symbols.len(), sound.symbols.len());
    report
}

/// A generator that gives the same numbers every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

#[test]
fn bytes_of_debug_sections_may_be_anything() {
    let mut random = Random(1876);
    for name in [
        "m4f-c-atsamd51.elf",
        "rv32-rust-esp32c5.elf",
        "xtensa-c-esp32-dw245.elf",
        "derived-zlib-m4f-atsamd51.elf",
    ] {
        let Some(content) = corpus::file(name) else { return };
        let sound = analyze(&content, &[]).unwrap();
        let present: Vec<_> = SECTIONS.iter().filter_map(|it| section(&content, it)).collect();
        for round in 0..120 {
            let mut spoiled = content.clone();
            let range = present[round % present.len()].clone();
            for _ in 0..=random.below(12) {
                let at = range.start + random.below(range.len());
                let value = [0, 1, 2, 0x7f, 0x80, 0xff, random.below(256) as u8][random.below(7)];
                let n = 1 << random.below(5);
                spoiled[..range.end].iter_mut().skip(at).take(n).for_each(|it| *it = value);
            }
            try_out(&spoiled, &sound);
        }
    }
}

#[test]
fn sections_may_end_early() {
    let Some(content) = corpus::file("rv32-c-espidf-esp32p4.elf") else { return };
    let sound = analyze(&content, &[]).unwrap();
    for range in SECTIONS.iter().filter_map(|it| section(&content, it)) {
        for quarter in 0..4 {
            let mut cut = content.clone();
            cut[range.start + range.len() * quarter / 4..range.end].fill(0);
            try_out(&cut, &sound);
        }
    }
}

#[test]
fn damage_is_reported_and_what_is_sound_stays() {
    let Some(mut content) = corpus::file("m4f-c-atsamd51.elf") else { return };
    let sound = analyze(&content, &[]).unwrap();
    let range = section(&content, ".debug_info").unwrap();
    content[range.start + range.len() / 2..range.end].fill(0xff);
    let report = try_out(&content, &sound);
    assert!(
        report.warnings.iter().any(|it| it.message.contains("damaged debug information")),
        "{:?}",
        report.warnings
    );
    assert!(report.code.located_bytes > 0 && report.code.located_bytes < sound.code.located_bytes);
}

#[test]
fn a_section_that_cannot_be_unpacked_is_missing() {
    let Some(mut content) = corpus::file("derived-zlib-m4f-atsamd51.elf") else { return };
    let sound = analyze(&content, &[]).unwrap();
    let range = section(&content, ".debug_info").unwrap();
    content[range.start + 12..range.end].fill(0xff);
    let report = try_out(&content, &sound);
    assert!(report.warnings.iter().any(|it| it.place == "section .debug_info"), "{:?}", report.warnings);
    assert!(report.units.is_empty());
}

#[test]
fn a_section_that_claims_to_unpack_to_everything_is_refused() {
    let Some(mut content) = corpus::file("derived-zlib-m4f-atsamd51.elf") else { return };
    let sound = analyze(&content, &[]).unwrap();
    let range = section(&content, ".debug_str").unwrap();
    content[range.start + 4..range.start + 8].fill(0xff);
    let report = try_out(&content, &sound);
    assert!(
        report.warnings.iter().any(|it| it.message.contains("cannot unpack to 4294967295")),
        "{:?}",
        report.warnings
    );
}

/// A file whose debug sections have this content.
fn with_sections(contents: &[(&str, &[u8])]) -> Vec<u8> {
    let lines: String = contents
        .iter()
        .map(|(name, content)| format!("section {name} 0 {} noalloc\n", content.len()))
        .collect();
    let mut file = elf::build(&format!("section .text 0x1000 256 x\nfunc main 0x1000 256\n{lines}"));
    for (name, content) in contents {
        let range = section(&file, name).unwrap();
        file[range].copy_from_slice(content);
    }
    file
}

/// The header of a unit of DWARF 4 with `n` bytes of entries behind it.
fn unit_header(n: usize, abbreviations_at: u32) -> Vec<u8> {
    let length = u32::try_from(7 + n).unwrap();
    [&length.to_le_bytes()[..], &[4, 0], &abbreviations_at.to_le_bytes(), &[4]].concat()
}

const TOO_MUCH: &str = "it asks for too much work, so a part of it is not read";

#[track_caller]
fn check_is_too_much(file: &[u8]) {
    let report = analyze(file, &[]).unwrap();
    laws::check(&report);
    assert!(report.warnings.iter().any(|it| it.message == TOO_MUCH), "{:?}", report.warnings);
}

#[test]
fn many_units_that_each_ask_for_a_long_table_of_abbreviations_are_not_read() {
    // Every unit starts one entry later in one endless table.
    let abbreviations = [1, 0x11, 0, 0, 0].repeat(200_000);
    let units: Vec<u8> = (0..50_000_u32).flat_map(|it| [unit_header(1, 5 * it), vec![1]].concat()).collect();
    check_is_too_much(&with_sections(&[(".debug_info", &units), (".debug_abbrev", &abbreviations)]));
}

#[test]
fn many_functions_that_share_a_long_list_of_ranges_are_not_read() {
    // DW_TAG_compile_unit with children, DW_TAG_subprogram with DW_AT_ranges.
    let abbreviations = [1, 0x11, 1, 0, 0, 2, 0x2e, 0, 0x55, 0x17, 0, 0, 0];
    let entries = [&[1_u8][..], &[2, 0, 0, 0, 0].repeat(100_000), &[0]].concat();
    let info = [unit_header(entries.len(), 0), entries].concat();
    let ranges = [&[0_u8, 0x10, 0, 0, 0x10, 0x10, 0, 0].repeat(100_000)[..], &[0; 8]].concat();
    let sections =
        [(".debug_info", &info[..]), (".debug_abbrev", &abbreviations), (".debug_ranges", &ranges)];
    check_is_too_much(&with_sections(&sections));
}

#[test]
fn many_units_that_share_a_long_line_program_are_not_read() {
    // DW_TAG_compile_unit with DW_AT_stmt_list.
    let abbreviations = [1, 0x11, 0, 0x10, 0x17, 0, 0, 0];
    let unit = [unit_header(5, 0), vec![1, 0, 0, 0, 0]].concat();
    let address = [0_u8, 5, 2, 0, 0x10, 0, 0];
    let program = [&address[..], &[0x14_u8; 1_000_000], &[0, 1, 1]].concat();
    let header = [1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0, b'a', 0, 0, 0, 0, 0];
    let length = u32::try_from(2 + 4 + header.len() + program.len()).unwrap();
    let header_length = u32::try_from(header.len()).unwrap();
    let lines =
        [&length.to_le_bytes()[..], &[3, 0], &header_length.to_le_bytes(), &header, &program].concat();
    let units = unit.repeat(20_000);
    let sections = [(".debug_info", &units[..]), (".debug_abbrev", &abbreviations), (".debug_line", &lines)];
    check_is_too_much(&with_sections(&sections));
}

#[test]
fn entries_that_refer_to_each_other_in_a_circle_have_no_name() {
    // A compile unit with one subprogram at 0x1000, whose abstract origin is itself.
    let abbreviations = [1, 0x11, 1, 0, 0, 2, 0x2e, 0, 0x11, 0x01, 0x12, 0x06, 0x31, 0x13, 0, 0, 0];
    let entries = [1, 2, 0, 0x10, 0, 0, 16, 0, 0, 0, 12, 0, 0, 0, 0];
    let info = [unit_header(entries.len(), 0), entries.to_vec()].concat();
    let file = with_sections(&[(".debug_info", &info), (".debug_abbrev", &abbreviations)]);
    laws::check(&analyze(&file, &[]).unwrap());
    let sections = DebugSections::parse(&file).unwrap();
    let frames = DebugInfo::new(&sections).frames_at(0x1000);
    assert!(frames.is_empty() || frames[0].function.is_none(), "{frames:?}");
}

/// The warnings about a section of so many bytes that claims to unpack to `claimed`.
fn compressed(stored: usize, claimed: u64) -> Vec<String> {
    let text = "section .text 0x100 16 x\nfunc main 0x101 16\nsection .zdebug_info 0";
    let mut content = elf::build(&format!("{text} {stored} noalloc"));
    let range = section(&content, ".zdebug_info").unwrap();
    content[range.start..range.start + 4].copy_from_slice(b"ZLIB");
    content[range.start + 4..range.start + 12].copy_from_slice(&claimed.to_be_bytes());
    let warnings = analyze(&content, &[]).unwrap().warnings;
    warnings.into_iter().map(|it| format!("{}: {}", it.place, it.message)).collect()
}

#[test]
fn what_claims_more_than_deflate_can_give_is_not_unpacked() {
    let refused = "section .zdebug_info: 100 bytes cannot unpack to 103201, so it is not read";
    assert_eq!(compressed(112, 103_201), [refused]);
    assert_ne!(compressed(112, 103_200), [refused]);
}

#[test]
fn what_unpacks_to_far_more_than_the_file_is_not_read() {
    let refused = compressed(70_000, (64 << 20) + 1);
    assert!(refused[0].contains("beyond the limit for a file of this size"), "{refused:?}");
    let damaged = compressed(70_000, 64 << 20);
    assert!(damaged[0].contains("it cannot be unpacked"), "{damaged:?}");
}
