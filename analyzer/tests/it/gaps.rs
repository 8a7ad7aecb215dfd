//! What has no symbol: kinds, names, who refers to it.

use std::fmt::Write;

use expect_test::{Expect, expect};
use plimsoll_analyzer::Report;

use crate::support::{corpus, elf, explain, laws};

/// One line per row without a symbol, and per label: kind, address, size, name, who refers to it.
fn rows(report: &Report) -> String {
    let mut list: Vec<_> = report.symbols.iter().filter(|it| it.name != "main" && it.name != "old").collect();
    list.sort_by_key(|it| it.run_address);
    let mut text = String::new();
    for it in list {
        let by: Vec<&str> = it.referred_by.iter().map(|by| report.symbols[*by].name.as_str()).collect();
        let (kind, address, by) = (it.kind, it.run_address, by.join(", "));
        let line = format!("{kind:?} {address:#x} {} {} ← {by}", it.size_bytes, it.name);
        writeln!(text, "{}", line.trim_end()).unwrap();
    }
    let totals = &report.totals;
    writeln!(text, "padding {} unattributed {}", totals.padding_bytes, totals.unattributed_bytes).unwrap();
    text
}

#[track_caller]
fn check(description: &str, expected: Expect) {
    expected.assert_eq(&rows(&explain(description)));
}

/// A function that loads as many addresses as it has words, and its constants.
fn program(addresses: &[u64], rodata: &[u8]) -> String {
    let n_bytes = 2 * addresses.len().next_multiple_of(2) as u64;
    let mut text = format!(
        "section .text 0x1000 {} x\nsection .rodata 0x2000 {}\nlabel $t 0x1000 0 local\n\
         label $d {} 0 local\nfunc main 0x1001 {}\n",
        n_bytes + 4 * addresses.len() as u64,
        rodata.len(),
        0x1000 + n_bytes,
        n_bytes + 4 * addresses.len() as u64,
    );
    for (idx, address) in addresses.iter().enumerate() {
        let (at, word) = (2 * idx as u64, n_bytes + 4 * idx as u64);
        let pc = (at + 4) & !3;
        writeln!(text, "half .text {at} {}", 0x4800 + (word - pc) / 4).unwrap();
        writeln!(text, "word .text {word} {address}").unwrap();
    }
    for (idx, word) in rodata.chunks(4).enumerate().filter(|(_, it)| it.len() == 4) {
        writeln!(text, "word .rodata {} {}", 4 * idx, u32::from_le_bytes(word.try_into().unwrap())).unwrap();
    }
    text
}

#[test]
fn texts_end_at_their_zero_and_padding_follows() {
    check(
        &program(&[0x2000, 0x2008], b"hello\0\0\0worlds \"x\"\n\0"),
        expect![[r#"
        String 0x2000 6 "hello" ← main
        String 0x2008 12 "worlds \"x\"\n" ← main
        padding 2 unattributed 0
    "#]],
    );
}

#[test]
fn a_text_that_ends_another_is_cut_off_it() {
    check(
        &program(&[0x2000, 0x2006], b"hello world\0"),
        expect![[r#"
        String 0x2000 6 "hello " ← main
        String 0x2006 6 "world" ← main
        padding 0 unattributed 0
    "#]],
    );
}

#[test]
fn what_nobody_refers_to_is_known_by_what_comes_before_it() {
    check(
        &program(&[0x2000], b"flash_ret == OK\0/idf/main.c\0"),
        expect![[r#"
        String 0x2000 16 "flash_ret == OK" ← main
        String 0x2010 12 "/idf/main.c" ← "flash_ret == OK"
        padding 0 unattributed 0
    "#]],
    );
}

#[test]
fn a_location_has_path_line_and_column() {
    let mut rodata = b"src/main.rs\0".to_vec();
    for word in [0x2000_u32, 11, 12, 5] {
        rodata.extend(word.to_le_bytes());
    }
    check(
        &program(&[0x200c], &rodata),
        expect![[r#"
        String 0x2000 11 "src/main.rs" ← Location src/main.rs:12:5
        Location 0x200c 16 Location src/main.rs:12:5 ← main
        padding 1 unattributed 0
    "#]],
    );
}

#[test]
fn a_template_shows_its_texts_and_holes() {
    check(
        &program(&[0x2000], b"\x05temp=\xc5\x20\0\0\x70\x02\0\x02 C\0\0\0\0"),
        expect![[r#"
            Template 0x2000 17 template "temp={} C" ← main
            padding 3 unattributed 0
        "#]],
    );
}

/// A symbol as rustc calls constants that nobody named.
fn nameless(address: u64, n_bytes: u64, number: u64) -> String {
    format!("object .Lanon.cc5f58939966ca84096ecedbee489afd.{number} {address:#x} {n_bytes} local\n")
}

#[test]
fn a_symbol_whose_name_is_a_hash_tells_where_something_ends_and_its_content_what_it_is() {
    let mut rodata = b"src/main.rsMore\0".to_vec();
    for word in [0x2000_u32, 11, 12, 5, 0, 0, 0x0201_0010, 0x2000, 11, 0x0403] {
        rodata.extend(word.to_le_bytes());
    }
    let symbols = [(0x2000, 11), (0x200b, 4), (0x2010, 16), (0x2020, 8), (0x2028, 4), (0x202c, 12)];
    let symbols: String = (1..).zip(symbols).map(|(number, it)| nameless(it.0, it.1, number)).collect();
    check(
        &(program(&[0x2010, 0x202a], &rodata) + &symbols),
        expect![[r#"
            String 0x2000 11 "src/main.rs" ← Location src/main.rs:12:5, constant in .rodata
            String 0x200b 4 "More" ←
            Location 0x2010 16 Location src/main.rs:12:5 ← main
            Constant 0x2020 8 constant in .rodata ←
            Constant 0x2028 4 constant of main ← main
            Constant 0x202c 12 constant in .rodata ←
            padding 1 unattributed 0
        "#]],
    );
}

#[test]
fn a_real_name_goes_before_a_hash() {
    let named = nameless(0x2000, 8, 1) + "object TABLE 0x2000 8 local\n";
    check(
        &(program(&[0x2000], &[7; 8]) + &named),
        expect![[r#"
            Data 0x2000 8 TABLE ←
            padding 0 unattributed 0
        "#]],
    );
}

#[test]
fn small_numbers_are_no_texts() {
    check(
        &program(&[0x2000, 0x2004], b"A\0\0\0\x01\x02\x03\x04"),
        expect![[r#"
        Constant 0x2000 4 constant of main ← main
        Constant 0x2004 4 constant of main ← main
        padding 0 unattributed 0
    "#]],
    );
}

#[test]
fn addresses_and_nothing_else_are_a_table() {
    let mut rodata = b"abcd".to_vec();
    for word in [0x2000_u32, 4, 0x2000, 3, 0x1001, 0x1001] {
        rodata.extend(word.to_le_bytes());
    }
    check(
        &program(&[0x2000, 0x2004, 0x2014], &rodata),
        expect![[r#"
        String 0x2000 4 "abcd" ← main, pointers of main
        PointerTable 0x2004 16 pointers of main ← main
        PointerTable 0x2014 8 pointers of main ← main
        padding 0 unattributed 0
    "#]],
    );
}

#[test]
fn drop_size_alignment_and_methods_are_a_vtable() {
    let mut rodata = Vec::new();
    for word in [0_u32, 4, 4, 0x1001] {
        rodata.extend(word.to_le_bytes());
    }
    check(
        &program(&[0x2000], &rodata),
        expect![[r#"
        PointerTable 0x2000 16 vtable of main ← main
        padding 0 unattributed 0
    "#]],
    );
}

#[test]
fn branches_of_one_function_are_its_switch_table() {
    check(
        "machine riscv\nsection .text 0x1000 16 x\nsection .rodata 0x2000 8\nfunc main 0x1000 16
         word .text 0 0x000022b7\nword .text 4 0x00028293\nword .rodata 0 0x1008\nword .rodata 4 0x100c",
        expect![[r#"
            SwitchTable 0x2000 8 switch table of main ← main
            padding 0 unattributed 0
        "#]],
    );
}

#[test]
fn a_function_without_size_reaches_to_the_next_symbol_but_not_over_filler() {
    check(
        "section .text 0x1000 32 x align 16\nfunc start 0x1001 0\nfunc main 0x1011 16\nlabel inner 0x1002 0\n\
         noise .text 0 10\nnoise .text 16 16",
        expect![[r#"
            Function 0x1000 10 start ←
            padding 6 unattributed 0
        "#]],
    );
}

#[test]
fn labels_name_code_that_has_no_type() {
    check(
        "section .text 0x1000 32 x align 16\nlabel vector 0x1000 0\nfunc main 0x1011 16\nlabel _stext 0x1000 0\n\
         label inside 0x1014 0\nnoise .text 0 10\nnoise .text 16 16",
        expect![[r#"
            Label 0x1000 10 vector ←
            padding 6 unattributed 0
        "#]],
    );
}

/// Start-up code of AVR stands where empty arrays start and end.
#[test]
fn of_several_labels_at_one_place_the_most_telling_names_it() {
    let section = "section .text 0x1000 16 x align 16\nnoise .text 0 16\n";
    let labels = "label __ctors_start 0x1000 0\nlabel __ctors_end 0x1000 0\nlabel __start_set 0x1000 0\n";
    check(
        &format!("{section}{labels}label __init 0x1000 0 weak"),
        expect![[r#"
        Label 0x1000 16 __init ←
        padding 0 unattributed 0
    "#]],
    );
    // Better than none; and what only is called a start is none of an array.
    check(
        &format!("{section}{labels}"),
        expect![[r#"
        Label 0x1000 16 __ctors_start ←
        padding 0 unattributed 0
    "#]],
    );
    check(
        &format!("{section}{labels}label _start 0x1000 0 weak"),
        expect![[r#"
        Label 0x1000 16 _start ←
        padding 0 unattributed 0
    "#]],
    );
}

#[test]
fn zeroes_of_the_last_instruction_are_no_filler() {
    // jmp 0
    check(
        "machine 83\nsection .text 0x0 8 x align 4\nlabel bad 0x0 0\nfunc main 0x4 4
         half .text 0 0x940c\nnoise .text 4 4",
        expect![[r#"
            Label 0x0 4 bad ←
            padding 0 unattributed 0
        "#]],
    );
    // call0 with a distance whose upper bits are 0, and a byte that nobody needs
    check(
        "machine xtensa\nsection .text 0x1000 8 x align 4\nlabel bad 0x1000 0\nfunc main 0x1004 4
         half .text 0 0x0f85\nnoise .text 4 4",
        expect![[r#"
            Label 0x1000 3 bad ←
            padding 1 unattributed 0
        "#]],
    );
}

#[test]
fn literals_belong_to_the_function_that_loads_them() {
    check(
        "machine xtensa\nsection .text 0x1000 24 x\nfunc main 0x1008 8\nfunc old 0x1010 8
         word .text 0 0x12345678\nword .text 4 0x9abcdef0\nword .text 8 0x21fffe11\nword .text 12 0x00fffd31",
        expect![[r#"
            LiteralPool 0x1000 4 literals of main ← main
            LiteralPool 0x1004 4 literals in .text ←
            padding 0 unattributed 0
        "#]],
    );
}

#[test]
fn a_section_without_symbols_is_called_by_its_name() {
    check(
        "section .segger_rtt 0x20000000 64 w nobits\nsection .stack 0x20000100 128 w nobits
         section .calibration 0x1000 8\nnoise .calibration 0 8\nsection .rodata 0x2000 8\nnoise .rodata 0 8",
        expect![[r#"
            Constant 0x1000 8 .calibration ←
            Variable 0x20000000 64 .segger_rtt ←
            Reservation 0x20000100 128 reserved in .stack ←
            padding 0 unattributed 8
        "#]],
    );
}

#[test]
fn the_first_word_of_a_vector_table_is_the_table_s() {
    check(
        "section .vector_table 0x1000 16\nsection .text 0x1010 8 x\nobject main 0x1004 12
         word .vector_table 0 0x20001000\nword .vector_table 4 0x1011\nfunc old 0x1011 8\nnoise .text 0 8",
        expect![[r#"
            VectorTable 0x1000 4 vector table ←
            padding 0 unattributed 0
        "#]],
    );
}

#[test]
fn no_operations_of_x86_are_padding_however_long() {
    check(
        "machine x86-64\nclass 64\nsection .text 0x1000 32 x align 16\nfunc main 0x1000 5\nfunc old 0x1010 16
         noise .text 0 5\nnoise .text 16 16
         half .text 5 0x6666\nhalf .text 7 0x0f2e\nhalf .text 9 0x841f\nhalf .text 11 0x0000\nhalf .text 13 0x0000",
        expect![[r#"
            padding 11 unattributed 0
        "#]],
    );
}

/// Lets the first load segment begin with the file, as linkers for operating systems do.
fn with_headers(mut image: Vec<u8>) -> Vec<u8> {
    let word = |image: &[u8], at: usize| u32::from_le_bytes(image[at..at + 4].try_into().unwrap());
    let header = word(&image, 28) as usize;
    let offset = word(&image, header + 4);
    for (field, delta) in [(4, -1), (8, -1), (12, -1), (16, 1), (20, 1)] {
        let value = i64::from(word(&image, header + field)) + i64::from(offset) * delta;
        image[header + field..header + field + 4].copy_from_slice(&(value as u32).to_le_bytes());
    }
    image
}

#[test]
fn headers_that_only_the_segment_of_firmware_carries_are_told_apart() {
    let image =
        with_headers(elf::build("section .text 0x11000 16 x\nfunc main 0x11001 16\nnoise .text 0 16"));
    let report = plimsoll_analyzer::analyze(&image, &[]).unwrap();
    laws::check(&report);
    laws::segments_are_in_regions(&report);
    assert_eq!((report.totals.flash_bytes, report.totals.loader_only_bytes), (16, 0x1000));
    assert!(report.sections.iter().all(|it| !it.name.starts_with('(')));
}

#[test]
fn headers_that_an_operating_system_maps_are_part_of_the_image() {
    let image = with_headers(elf::build(
        "machine x86-64\nsection .text 0x11000 16 x\nfunc main 0x11000 16\nnoise .text 0 16",
    ));
    let report = plimsoll_analyzer::analyze(&image, &[]).unwrap();
    laws::check(&report);
    laws::segments_are_in_regions(&report);
    expect![[r#"
        Header 0x10000 84 ELF header and program headers ←
        padding 4012 unattributed 0
    "#]]
    .assert_eq(&rows(&report));
    assert_eq!(report.totals.flash_bytes, 0x1010);
}

#[test]
fn of_real_firmware_almost_nothing_is_unattributed() {
    // What was reached, in thousandths of a percent of all bytes that take memory.
    const BOUNDS: [(&str, u64); 8] = [
        ("derived-zlib-m4f-atsamd51.elf", 0),
        ("m0p-rust-rp2040-embassy.elf", 0),
        ("m33-rust-stm32u585-b.elf", 0),
        ("m33-rust-stm32u585.elf", 0),
        ("m4f-c-atsamd51.elf", 0),
        ("rv32-c-espidf-esp32p4.elf", 10),
        ("rv32-rust-esp32c5.elf", 0),
        ("tricore-c-tasking-blinky.elf", 42),
    ];
    for (name, content) in corpus::all().into_iter().chain(corpus::truths()) {
        let report = plimsoll_analyzer::analyze(&content, &[]).unwrap();
        let totals = &report.totals;
        let bytes = totals.symbol_bytes + totals.padding_bytes + totals.unattributed_bytes;
        let share = 100_000 * totals.unattributed_bytes / bytes;
        eprintln!(
            "{name}: {} of {bytes} B unattributed, {}.{:03} %",
            totals.unattributed_bytes,
            share / 1000,
            share % 1000
        );
        let has_symbols = report.symbols.iter().any(|it| !it.mangled.is_empty());
        let bound = BOUNDS.iter().find(|it| it.0 == name).map_or(500, |it| it.1);
        assert!(!has_symbols || share <= bound, "{name}: {share} > {bound}");
    }
}

/// A page of 64 bytes, referred to at `addresses`, before a table that is aligned to its size.
fn before_a_wide_table(addresses: &[u64], content: &[u8]) -> String {
    let mut rodata = content.to_vec();
    rodata.resize(0x40, 0);
    rodata.extend([0x80; 0x40]);
    let narrow = format!("section .rodata 0x2000 {}", rodata.len());
    program(addresses, &rodata).replace(&narrow, &format!("{narrow} align 64")) + "object table 0x2040 64"
}

#[test]
fn filler_before_a_widely_aligned_symbol_is_not_the_constants_before_it() {
    check(
        &before_a_wide_table(&[0x2004, 0x2040], &[0, 0, 0, 0, 0x90, 0xff, 0x81, 7, 1]),
        expect![[r#"
            Constant 0x2004 8 constant of main ← main
            Data 0x2040 64 table ←
            padding 52 unattributed 4
        "#]],
    );
    check(
        &before_a_wide_table(&[0x2000, 0x2040], b"hello\0"),
        expect![[r#"
        String 0x2000 6 "hello" ← main
        Data 0x2040 64 table ←
        padding 58 unattributed 0
    "#]],
    );
}

#[test]
fn zeroes_that_somebody_refers_to_or_that_end_a_table_as_widely_aligned_are_no_filler() {
    let numbers = [0x90, 0xff, 0x81, 7, 1];
    check(
        &before_a_wide_table(&[0x2000, 0x2040], &numbers),
        expect![[r#"
        Constant 0x2000 64 constant of main ← main
        Data 0x2040 64 table ←
        padding 0 unattributed 0
    "#]],
    );
    let late = [&[0; 4][..], &numbers].concat();
    check(
        &before_a_wide_table(&[0x2004, 0x2020, 0x2040], &late),
        expect![[r#"
        Constant 0x2004 8 constant of main ← main
        Constant 0x2020 32 constant of main ← main
        Data 0x2040 64 table ←
        padding 20 unattributed 4
    "#]],
    );
}
