//! Variants that a compiler makes of functions, whose numbers change.

use expect_test::{Expect, expect};
use plimsoll_analyzer::{Report, analyze, diff};

use crate::support::inputs::Case;
use crate::support::{explain, laws};

/// `change name ← old name`, one line per symbol.
#[track_caller]
fn check(old: &Report, new: &Report, expected: Expect) {
    let diff = diff(old, new);
    laws::check_diff(old, new, &diff);
    let row = |it: &plimsoll_analyzer::Change| {
        let was = it.old_name.as_ref().map_or(String::new(), |it| format!(" ← {it}"));
        format!("{:+} {:?} {}{was}\n", it.delta_bytes, it.kind, it.name)
    };
    expected.assert_eq(&diff.symbols.iter().map(row).collect::<String>());
}

fn of_function(name: &str, size_bytes: u64) -> Report {
    explain(&format!("section .text 0x100 64 x\nfunc {name} 0x101 {size_bytes} local\nfunc main 0x131 16"))
}

#[test]
fn the_clone_of_a_cpp_function_keeps_its_row_under_another_number() {
    check(
        &of_function("_ZN3dspL3crcEmmm.constprop.0", 8),
        &of_function("_ZN3dspL3crcEmmm.constprop.5", 24),
        expect![[r#"
            -16 Shrunk (padding)
            +16 Grown dsp::crc(unsigned long, unsigned long, unsigned long) [clone .constprop]
        "#]],
    );
    check(
        &of_function("_ZN3dspL3crcEmmm.constprop.0", 24),
        &of_function("_ZN3dspL3crcEmmm", 8),
        expect![[r#"
            +16 Grown (padding)
            -16 Renamed dsp::crc(unsigned long, unsigned long, unsigned long) ← dsp::crc(unsigned long, unsigned long, unsigned long) [clone .constprop.0]
        "#]],
    );
}

#[test]
fn numbers_inside_of_a_chain_of_suffixes_say_nothing() {
    let rows = |old: &str, new: &str| {
        let diff = diff(&of_function(old, 8), &of_function(new, 8));
        diff.symbols.iter().map(|it| format!("{:?}", it.kind)).collect::<String>()
    };
    for name in ["get", "_ZN3dspL3crcEmmm"] {
        for suffix in [
            "constprop.N.isra.N",
            "part.N",
            "isra.N.part.N",
            "lto_priv.N",
            "cold.N",
            "lto_priv.N.lto_priv.N",
            "N",
        ] {
            let numbered = |n: &str| format!("{name}.{}", suffix.replace('N', n));
            assert_eq!(rows(&numbered("0"), &numbered("17")), "", "{name}.{suffix}");
        }
        // What was split off is not the function.
        assert_eq!(rows(name, &format!("{name}.part.0")), "GoneNew", "{name}");
        assert_eq!(rows(name, &format!("{name}.cold")), "GoneNew", "{name}");
    }
}

#[test]
fn what_gcc_makes_of_a_program_in_cpp() {
    let built = |version: u8| {
        let line = format!(
            "arm-none-eabi-g++ -mcpu=cortex-m3 -mthumb -O2 -g -DV{version} -fno-exceptions -nostdlib -T base.ld cl.cpp -x c start.c -o cl{version}.elf"
        );
        Some(analyze(&Case::of("cppclones").built(&format!("cl{version}.elf"), &[&line])?, &[]).unwrap())
    };
    let [Some(first), Some(second), Some(third)] = [1, 2, 3].map(built) else { return };
    let names = |old, new| {
        let diff = diff(old, new);
        diff.symbols.into_iter().map(|it| (it.name, it.kind)).collect::<Vec<_>>()
    };
    let crc = |it: &(String, plimsoll_analyzer::ChangeKind)| it.0.starts_with("dsp::crc");
    assert_eq!(names(&first, &second).iter().filter(|it| crc(it)).count(), 1);
    assert_eq!(names(&first, &third).len(), 1, "{:?}", names(&first, &third));
}
