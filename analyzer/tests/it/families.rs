//! Instances of generic functions.

use std::fmt::Write;

use expect_test::{Expect, expect};
use plimsoll_analyzer::Report;

use crate::support::{corpus, explain};

#[track_caller]
fn check(symbols: &str, expected: Expect) {
    let report = explain(&format!("section .text 0x100 512 x\n{symbols}"));
    expected.assert_eq(&families(&report));
}

fn families(report: &Report) -> String {
    let mut text = String::new();
    for it in &report.families {
        writeln!(text, "{} of {}, {}: {}", it.saves_up_to_bytes, it.total_bytes, it.symbols.len(), it.name)
            .unwrap();
    }
    text
}

#[test]
fn instances_whose_types_the_hash_hides_are_a_family() {
    check(
        "func _ZN1a4push17h0000000000000001E 0x101 8
         func _ZN1a4push17h0000000000000002E 0x109 16
         func _ZN1a4push17h0000000000000003E 0x119 24
         func _ZN1a3pop17h0000000000000004E 0x131 8",
        expect![[r#"
            24 of 48, 3: a::push
        "#]],
    );
}

#[test]
fn instances_that_name_their_types_are_a_family() {
    check(
        "func _RINvCs1_1a4pushhE 0x101 8
         func _RINvCs1_1a4pushtE 0x109 16
         func _ZN4core3ptr23drop_in_place$LT$u8$GT$17h0000000000000001E 0x119 4
         func _ZN4core3ptr24drop_in_place$LT$u16$GT$17h0000000000000002E 0x11d 6
         func _Z1fIiEvT_ 0x141 8
         func _Z1fIcEvT_ 0x149 12",
        expect![[r#"
            8 of 24, 2: a::push::<_>
            8 of 20, 2: f<_>(_)
            4 of 10, 2: core::ptr::drop_in_place<_>
        "#]],
    );
}

#[test]
fn what_only_has_the_same_name_is_no_family() {
    check(
        "func init 0x101 8 local
         func init 0x109 8 local
         func _Z1fi 0x111 8
         func _Z1fc 0x119 8
         func _RNvCs1_1a4push 0x121 8
         func _RNvCs2_1a4push 0x129 8
         object _ZN1a5TABLE17h0000000000000001E 0x140 8
         object _ZN1a5TABLE17h0000000000000002E 0x148 8",
        expect![""],
    );
}

#[test]
fn closures_that_a_name_does_not_tell_apart_are_no_family() {
    check(
        "func _ZN1a4main28_$u7b$$u7b$closure$u7d$$u7d$17h0000000000000001E 0x101 8
         func _ZN1a4main28_$u7b$$u7b$closure$u7d$$u7d$17h0000000000000002E 0x109 8",
        expect![""],
    );
}

#[test]
fn families_of_real_images_save_less_than_they_take() {
    for (name, elf) in corpus::all() {
        let report = plimsoll_analyzer::analyze(&elf, &[]).unwrap();
        assert!(report.families.is_sorted_by_key(|it| std::cmp::Reverse(it.saves_up_to_bytes)), "{name}");
        for family in &report.families {
            let sizes: Vec<u64> = family.symbols.iter().map(|it| report.symbols[*it].size_bytes).collect();
            assert_eq!(sizes.iter().sum::<u64>(), family.total_bytes, "{name} {family:?}");
            assert_eq!(sizes[0] + family.saves_up_to_bytes, family.total_bytes, "{name} {family:?}");
            assert!(sizes.len() > 1 && sizes.is_sorted_by(|a, b| a >= b), "{name} {family:?}");
        }
    }
}

#[test]
fn closures_of_one_function_are_told_apart_by_their_lines() {
    let Some(elf) = corpus::file("m0p-rust-rp2040-embassy.elf") else { return };
    let report = plimsoll_analyzer::analyze(&elf, &[]).unwrap();
    let closures = "rp2040_hal::pll::PhaseLockedLoop<_>::initialize::{{closure}}";
    let of_it = report.families.iter().filter(|it| it.name == closures);
    assert_eq!(of_it.map(|it| it.symbols.len()).collect::<Vec<_>>(), [2, 2, 2]);
}
