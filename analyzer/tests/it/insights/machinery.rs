//! Advice on machinery that a few lines pull in, and on bytes that are there more than once.

use super::advice;
use super::graph::{branch_with_link, image};
use crate::support::explain;

const FLOAT: &str = "_ZN4core3num7flt2dec8strategy5grisu16format_exact_opt17h0123456789abcdefE";
const INTEGER: &str = "_ZN4core3fmt3num3imp9_fmt_u3217h0123456789abcdefE";

#[test]
fn turning_floats_into_text_goes_with_what_only_it_needs() {
    let report = explain(&image(&["main", FLOAT], &[(1, 1)]));
    assert_eq!(advice(&report), "floats_formatted 64+0 AtLeast\n");
    assert_eq!(report.insights[0].evidence[0], "used by main");
    assert_eq!(advice(&explain(&image(&["main", INTEGER], &[(1, 1)]))), "");
    assert_eq!(advice(&explain(&image(&["main", FLOAT], &[]))), "", "nothing leads to it");
}

#[test]
fn libraries_of_c_have_their_own_way_to_print_floats() {
    let report = explain(&image(&["main", "_dtoa_r"], &[(1, 1)]));
    assert_eq!(advice(&report), "floats_formatted 64+0 AtLeast\n");
    assert!(report.insights[0].advice.contains("newlib-nano"), "{:?}", report.insights[0]);
}

#[test]
fn divisions_of_64_bits_are_named_and_those_of_32_are_not() {
    let report = explain(&image(&["main", "__aeabi_uldivmod"], &[(1, 3)]));
    assert_eq!(advice(&report), "division_64 64+0 UpTo\n");
    assert_eq!(advice(&explain(&image(&["main", "__aeabi_uidivmod"], &[(1, 3)]))), "");
}

#[test]
fn a_division_that_only_floats_need_goes_with_them() {
    let functions = ["main", FLOAT, "__aeabi_uldivmod"];
    let mut description = image(&functions, &[(1, 1)]);
    description += &branch_with_link(64, 128);
    assert_eq!(advice(&explain(&description)), "floats_formatted 128+0 AtLeast\n");
    let both = image(&functions, &[(1, 1), (2, 1)]) + &branch_with_link(64, 128);
    assert_eq!(advice(&explain(&both)), "division_64 64+0 UpTo\nfloats_formatted 64+0 AtLeast\n");
}

#[test]
fn families_equal_bodies_and_equal_texts_are_summed_up() {
    let text = |functions: &str| format!("section .text 0x100 512 x\n{functions}");
    let family = "func _ZN1a4push17h0000000000000001E 0x101 80\nfunc _ZN1a4push17h0000000000000002E 0x151 96";
    assert_eq!(advice(&explain(&text(family))), "generic_families 80+0 UpTo\n");
    let others = family.replace("1a4push17h0000000000000002", "1a4pull17h0000000000000002");
    assert_eq!(advice(&explain(&text(&others))), "");
}

/// `n` records of 16 bytes from 0x2100 on, which the table at 0x2000 refers to, and the path of all.
fn records(n: u64, path: &str) -> String {
    let mut text = image(&["main"], &[]);
    text += "section .rodata 0x2000 0x400\nobject table 0x2000 0x100\nobject text 0x2300 0x100\n";
    // What comes after the last record begins a piece of its own.
    text += &format!("word .rodata {} {:#x}\n", n * 4, 0x2100 + n * 16);
    for idx in 0..n {
        let record = 0x100 + idx * 16;
        text += &format!("word .rodata {} {:#x}\nword .rodata {record} 0x2300\n", idx * 4, 0x2000 + record);
        text += &format!("word .rodata {} {}\n", record + 4, path.len());
        text += &format!("word .rodata {} {}\nword .rodata {} 5\n", record + 8, idx + 1, record + 12);
    }
    for (idx, part) in path.as_bytes().chunks(2).enumerate() {
        let half = u16::from_le_bytes([part[0], part.get(1).copied().unwrap_or(0)]);
        text += &format!("half .rodata {} {half}\n", 0x300 + idx * 2);
    }
    text
}

#[test]
fn records_of_locations_go_with_their_paths() {
    // Seven records and a path of eight bytes; one record and ten bytes of text take their place.
    let report = explain(&records(7, "src/a.rs"));
    assert_eq!(advice(&report), "panic_locations 94+0 AtLeast\n");
    assert_eq!(report.insights[0].evidence, ["120 B in 7 records of src/a.rs"]);
    assert_eq!(advice(&explain(&records(7, "src/a.so"))), "", "no path of Rust");
    assert_eq!(advice(&explain(&records(7, "/rustc/1/a.rs"))), "", "of the standard library");
    assert_eq!(advice(&explain(&records(4, "src/a.rs"))), "", "too little");
}
