//! Files without sections: what the program headers and the code from the entry point on tell.

use super::support::{corpus, laws};
use expect_test::{Expect, expect};
use plimsoll_analyzer::analyze;

/// `push 4; mov ecx, text; pop eax; …; int 0x80` twice, and the text right behind: what `firmware/tiny` builds.
const I386: &[u8] = &[
    0x6a, 0x04, 0xb9, 0x69, 0x00, 0x40, 0x00, 0x58, 0x6a, 0x01, 0x5b, 0x6a, 0x0e, 0x5a, 0xcd, 0x80, 0x89,
    0xd8, 0x4b, 0xcd, 0x80,
];
const X86_64: &[u8] = &[
    0x6a, 0x01, 0x58, 0xbe, 0x8e, 0x00, 0x40, 0x00, 0x6a, 0x0e, 0x89, 0xc7, 0x5a, 0x0f, 0x05, 0x31, 0xff,
    0x6a, 0x3c, 0x58, 0x0f, 0x05,
];
const TEXT: &[u8] = b"Hello, World!\n";

/// An ELF header, one program header for the whole file, which runs at 0x400000, and `content` behind them.
/// The entry point is its first byte.
fn file(machine: u8, content: &[u8]) -> Vec<u8> {
    let is_64 = machine == 0x3e;
    let n_headers = if is_64 { 64 + 56 } else { 52 + 32 };
    let size = (n_headers + content.len()) as u64;
    let start = 0x40_0000_u64;
    let class = if is_64 { 2 } else { 1 };
    let mut elf = vec![0x7f, b'E', b'L', b'F', class, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let word = |elf: &mut Vec<u8>, number: u64| {
        elf.extend(&number.to_le_bytes()[..if is_64 { 8 } else { 4 }]);
    };
    elf.extend([2, 0, machine, 0, 1, 0, 0, 0]);
    word(&mut elf, start + n_headers as u64);
    word(&mut elf, if is_64 { 64 } else { 52 });
    word(&mut elf, 0);
    let (header, entry) = if is_64 { (64, 56) } else { (52, 32) };
    elf.extend([0, 0, 0, 0, header, 0, entry, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    elf.extend([1, 0, 0, 0]);
    elf.extend(is_64.then_some([5, 0, 0, 0]).into_iter().flatten());
    [0, start, start, size, size].into_iter().for_each(|it| word(&mut elf, it));
    elf.extend((!is_64).then_some([5, 0, 0, 0]).into_iter().flatten());
    word(&mut elf, 0x1000);
    elf.extend(content);
    elf
}

#[track_caller]
fn check(elf: &[u8], expected: Expect) {
    let report = analyze(elf, &[]).unwrap();
    laws::check(&report);
    let mut lines: Vec<String> = Vec::new();
    let mut rows: Vec<_> = report.symbols.iter().collect();
    rows.sort_by_key(|it| it.run_address);
    for it in rows {
        let users: Vec<&str> = it.referred_by.iter().map(|it| report.symbols[*it].name.as_str()).collect();
        let row = format!("{:?} {:#x} {} {}", it.kind, it.run_address, it.size_bytes, it.name);
        lines.push(format!("{row} ← {}", users.join(" ")));
    }
    lines.push(format!("unattributed {}", report.totals.unattributed_bytes));
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn headers_code_and_text_are_told_without_a_section() {
    check(
        &file(3, &[I386, TEXT].concat()),
        expect![[r#"
        Header 0x400000 84 ELF header and program headers ← 
        Function 0x400054 21 (entry) ← 
        String 0x400069 14 "Hello, World!\n" ← (entry)
        unattributed 0"#]],
    );
    check(
        &file(0x3e, &[X86_64, TEXT].concat()),
        expect![[r#"
        Header 0x400000 120 ELF header and program headers ← 
        Function 0x400078 22 (entry) ← 
        String 0x40008e 14 "Hello, World!\n" ← (entry)
        unattributed 0"#]],
    );
}

#[test]
fn what_is_called_is_code_and_what_nobody_gets_to_is_not() {
    // call +3; ret; two bytes that would be `xor eax, eax`; nop; ret
    let code = [0xe8, 3, 0, 0, 0, 0xc3, 0x31, 0xc0, 0x90, 0xc3];
    check(
        &file(3, &code),
        expect![[r#"
        Header 0x400000 84 ELF header and program headers ← 
        Function 0x400054 6 (entry) ← 
        Function 0x40005c 2 code of (entry) ← (entry)
        unattributed 2"#]],
    );
}

#[test]
fn a_text_that_nobody_refers_to_stays_unattributed() {
    check(
        &file(3, &[&[0xc3], TEXT].concat()),
        expect![[r#"
        Header 0x400000 84 ELF header and program headers ← 
        Function 0x400054 1 (entry) ← 
        unattributed 14"#]],
    );
}

#[test]
fn an_entry_point_outside_of_the_file_tells_nothing() {
    let mut elf = file(3, TEXT);
    elf[26] = 0;
    check(
        &elf,
        expect![[r#"
        Header 0x400000 84 ELF header and program headers ← 
        unattributed 14"#]],
    );
}

#[test]
fn firmware_is_followed_from_its_vector_table() {
    let names = ["derived-nosections-m4f-atsamd51.elf", "m4f-c-atsamd51.elf"];
    let [Some(without), Some(with)] = names.map(corpus::file) else { return };
    let (without, with) = (analyze(&without, &[]).unwrap(), analyze(&with, &[]).unwrap());
    let functions = |report: &plimsoll_analyzer::Report| -> Vec<(u64, u64)> {
        let is_code = |it: &&plimsoll_analyzer::report::Symbol| format!("{:?}", it.kind) == "Function";
        report
            .symbols
            .iter()
            .filter(is_code)
            .map(|it| (it.run_address, it.run_address + it.size_bytes))
            .collect()
    };
    let known = functions(&with);
    let is_known = |at: &u64| known.iter().any(|(start, end)| (*start..*end).contains(at));
    let found = functions(&without);
    let n_right = found.iter().filter(|it| is_known(&it.0) && is_known(&(it.1 - 1))).count();
    assert_eq!(n_right, found.len(), "what is taken for code is code");
    let share = 100 * without.totals.unattributed_bytes / (6_112 + 5_328);
    assert!(share <= 12, "{share} % unattributed");
}
