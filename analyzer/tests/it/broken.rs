//! Files that cannot be explained: the error says what, and where.

use expect_test::{Expect, expect};
use plimsoll_analyzer::{analyze, check as check_only};

use crate::support::elf;

#[track_caller]
fn check(content: &[u8], expected: Expect) {
    let error = analyze(content, &[]).unwrap_err();
    expected.assert_eq(&format!("{:?}: {error}", error.kind));
    assert_eq!(check_only(content).unwrap_err(), error);
}

/// A 32-bit image with a section, a symbol and all tables, and a place to break it.
fn broken(at: impl Fn(&Tables) -> usize, bytes: &[u8]) -> Vec<u8> {
    let mut content = elf::build("section .text 0x100 16 x\nfunc main 0x101 8\nfunc other 0x109 8");
    let place = at(&Tables::find(&content));
    content[place..place + bytes.len()].copy_from_slice(bytes);
    content
}

/// Where the tables of a 32-bit little-endian file are.
struct Tables {
    sections: usize,
    symbols: usize,
}

impl Tables {
    fn find(content: &[u8]) -> Self {
        let word = |at: usize| u32::from_le_bytes(content[at..at + 4].try_into().unwrap()) as usize;
        let sections = word(32);
        let is_symtab = |idx: &usize| word(sections + idx * 40 + 4) == 2;
        let symtab = (0..8).find(is_symtab).unwrap();
        Self { sections, symbols: word(sections + symtab * 40 + 16) }
    }

    /// Of the header of `.text`.
    fn text(&self, field: usize) -> usize {
        self.sections + 40 + field
    }
}

#[test]
fn not_an_elf() {
    check(b"", expect!["NotElf: file header: the file is empty"]);
    check(b"MZ\x90\0", expect!["NotElf: file header: not an ELF file: it does not start with 7f 45 4c 46"]);
    check(b"\x7fEL", expect!["NotElf: file header: not an ELF file: it does not start with 7f 45 4c 46"]);
    check(b"\x7fELF\x01", expect!["Truncated: file header: the file ends inside its identification"]);
    check(b"\x7fELF\x09\x01\x01", expect!["Malformed: file header: unknown ELF class 9"]);
    check(b"\x7fELF\x01\x07\x01", expect!["Malformed: file header: unknown byte order 7"]);
    check(b"\x7fELF\x01\x01\x09", expect!["Malformed: file header: unknown ELF version 9"]);
    check(
        b"\x7fELF\x01\x01\x01 and nothing more",
        expect!["Truncated: file header: the file ends inside its header"],
    );
}

#[test]
fn nothing_to_show() {
    let mut content = elf::build("kind rel\nsection .text 0 4 x\nwithout sections");
    content.truncate(52);
    check(&content, expect!["Malformed: file header: the file has neither sections nor segments"]);
}

#[test]
fn a_cut_off_file() {
    let whole = elf::build("section .text 0x100 16 x\nfunc main 0x101 8");
    check(
        &whole[..whole.len() - 1],
        expect![
            "Truncated: section header table: it does not lie within the file (invalid section header offset/size/alignment)"
        ],
    );
    check(
        &whole[..60],
        expect![
            "Truncated: program header table: it does not lie within the file (invalid program header size or alignment)"
        ],
    );
}

#[test]
fn a_section_name_out_of_bounds() {
    check(
        &broken(|it| it.text(0), &[0xff; 4]),
        expect!["Malformed: section header 1: name offset beyond string table"],
    );
}

#[test]
fn a_section_whose_content_is_not_in_the_file() {
    check(
        &broken(|it| it.text(16), &[0, 0, 0xff, 0]),
        expect![[
            r#"Truncated: section header 1: the content of ".text" reaches beyond the end of the file"#
        ]],
    );
    check(
        &broken(|it| it.text(20), &[0xff; 4]),
        expect![[
            r#"Truncated: section header 1: the content of ".text" reaches beyond the end of the file"#
        ]],
    );
}

#[test]
fn a_symbol_name_out_of_bounds() {
    check(
        &broken(|it| it.symbols + 2 * 16, &[0xff; 4]),
        expect!["Malformed: symbol table entry 2: name offset beyond string table"],
    );
}

#[test]
fn a_section_name_table_that_does_not_exist() {
    check(&broken(|_| 50, &[0x77, 0]), expect!["Malformed: section header table: invalid e_shstrndx"]);
}

#[test]
fn header_entries_of_a_strange_size() {
    check(
        &broken(|_| 46, &[0x77, 0]),
        expect!["Malformed: section header table: invalid section header entry size"],
    );
    check(
        &broken(|_| 42, &[0x77, 0]),
        expect!["Malformed: program header table: invalid program header entry size"],
    );
}

#[test]
fn a_segment_that_is_not_in_the_file() {
    // p_offset of the first program header.
    check(
        &broken(|_| 52 + 4, &[0, 0, 0, 0x7f]),
        expect!["Truncated: program header 0: its content reaches beyond the end of the file"],
    );
}

#[test]
fn a_segment_bigger_in_the_file_than_in_memory() {
    check(
        &broken(|_| 52 + 20, &[1, 0, 0, 0]),
        expect!["Malformed: program header 0: it has more bytes in the file than in memory"],
    );
}

#[test]
fn addresses_that_overflow() {
    check(
        &elf::build("class 64\nkind rel\nsection .bss 0xffffffffffffff00 0x200 w nobits"),
        expect![[r#"Malformed: section header 1: address plus size of ".bss" overflows"#]],
    );
}

#[test]
fn more_memory_than_sums_can_hold() {
    let huge = "section .bss 0x1000 0x8000000000000 w nobits\n".repeat(3);
    check(
        &elf::build(&format!("class 64\nkind rel\n{huge}")),
        expect!["TooLarge: section header 3: the sections up to here take more than 4 PiB of memory"],
    );
}

#[test]
fn names_without_bounds() {
    let name = "n".repeat(70_000);
    check(
        &elf::build(&format!("section .text 0x100 16 x\nfunc {name} 0x101 8")),
        expect!["TooLarge: symbol table entry 1: the name is longer than 64 KiB"],
    );
}
