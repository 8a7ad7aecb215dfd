//! Functions that rustc outlined belong to the crate of their callers.

use plimsoll_analyzer::analyze;

use crate::support::inputs::Case;
use crate::support::{explain, symbols};

/// Two functions that call `OUTLINED_FUNCTION_0`, which goes on to `OUTLINED_FUNCTION_1`.
fn image(first: &str, second: &str) -> String {
    symbols(&explain(&format!(
        "section .text 0x1000 32 x
         half .text 0 0xf000
         half .text 2 0xf806
         half .text 4 0x4770
         half .text 8 0xf000
         half .text 10 0xf802
         half .text 12 0x4770
         half .text 16 0x2001
         half .text 18 0xe001
         half .text 24 0x2002
         half .text 26 0x4770
         func {first} 0x1001 8
         func {second} 0x1009 8
         func OUTLINED_FUNCTION_0 0x1011 8 local
         func OUTLINED_FUNCTION_1 0x1019 8 local"
    )))
}

#[test]
fn an_outlined_function_has_the_crate_of_its_callers_where_all_are_of_one() {
    let one = image("_RNvCs1_3app4main", "_RNvCs1_3app5other");
    assert!(one.contains("OUTLINED_FUNCTION_0 .text 0x1010 8 app\n"), "{one}");
    assert!(one.contains("OUTLINED_FUNCTION_1 .text 0x1018 8 app\n"), "{one}");
    let two = image("_RNvCs1_3app4main", "_RNvCs1_5radio5other");
    assert!(two.contains("OUTLINED_FUNCTION_0 .text 0x1010 8 -\n"), "{two}");
    let c = image("_RNvCs1_3app4main", "other");
    assert!(c.contains("OUTLINED_FUNCTION_0 .text 0x1010 8 -\n"), "{c}");
}

#[test]
fn what_rustc_outlines() {
    let given = Case::of("rust-outlined").given("m-thumbv7em-none-eabihf-2.elf");
    let Some(image) = given else { return };
    let report = analyze(&image, &[]).unwrap();
    let outlined = report.symbols.iter().find(|it| it.name == "OUTLINED_FUNCTION_0").unwrap();
    assert_eq!(outlined.krate.as_deref(), Some("m"));
}
