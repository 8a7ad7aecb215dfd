//! Functions that a compiler outlined and only numbered.

use plimsoll_analyzer::{analyze, diff};

use crate::support::inputs::Case;
use crate::support::{elf, laws};

/// Functions of eight bytes, each of a name and the constant that it gives back.
fn image(functions: &[(&str, u64)]) -> Vec<u8> {
    let mut text = format!("section .text 0x1000 {} x\n", functions.len() * 8);
    for (idx, (name, constant)) in functions.iter().enumerate() {
        let at = idx * 8;
        // movs r0, #constant; adds r0, #1; adds r0, #2; bx lr
        for (n, half) in [0x2000 | constant, 0x3001, 0x3002, 0x4770].into_iter().enumerate() {
            text.push_str(&format!("half .text {} {half}\n", at + 2 * n));
        }
        text.push_str(&format!("func {name} {} 8 local\n", 0x1001 + at));
    }
    elf::build(&text)
}

#[track_caller]
fn changes(old: &[u8], new: &[u8]) -> Vec<(String, i64)> {
    let (old, new) = (analyze(old, &[]).unwrap(), analyze(new, &[]).unwrap());
    let diff = diff(&old, &new);
    laws::check_diff(&old, &new, &diff);
    diff.symbols.into_iter().map(|it| (it.name, it.delta_bytes)).collect()
}

#[test]
fn what_is_only_a_number_is_told_by_what_it_does() {
    let old = image(&[("main", 1), ("OUTLINED_FUNCTION_0", 2), ("OUTLINED_FUNCTION_1", 3)]);
    let renumbered = image(&[("main", 1), ("OUTLINED_FUNCTION_1", 2), ("OUTLINED_FUNCTION_2_0", 3)]);
    assert_eq!(changes(&old, &renumbered), []);
    let one_more = image(&[
        ("main", 1),
        ("OUTLINED_FUNCTION_0", 9),
        ("OUTLINED_FUNCTION_1", 2),
        ("OUTLINED_FUNCTION_2", 3),
    ]);
    assert_eq!(changes(&old, &one_more), [("OUTLINED_FUNCTION_0".to_owned(), 8)]);
    let another = image(&[("main", 1), ("OUTLINED_FUNCTION_0", 2), ("OUTLINED_FUNCTION_1", 4)]);
    let rows = changes(&old, &another);
    assert_eq!(rows.iter().map(|it| it.1).collect::<Vec<_>>(), [-8, 8], "{rows:?}");
}

#[test]
fn numbers_of_lambdas_and_local_statics_are_no_names() {
    let old = image(&[("_ZZ4mainENKUlvE_clEv", 1), ("__func__.0", 2), ("_ZZ4mainENKUlvE0_clEv", 3)]);
    let new = image(&[
        ("_ZZ4mainENKUlvE0_clEv", 1),
        ("__func__.1", 2),
        ("_ZZ4mainENKUlvE1_clEv", 3),
        ("_ZZ4mainENKUlvE_clEv", 4),
    ]);
    let rows = changes(&old, &new);
    assert_eq!(rows.iter().map(|it| it.1).collect::<Vec<_>>(), [8], "{rows:?}");
}

#[test]
fn clangs_outlined_functions_keep_their_rows() {
    let given = |file| Case::of("outlined-diff").given(file);
    let (Some(old), Some(new)) = (given("ro-rv.elf"), given("ro2.elf")) else { return };
    let expected = [("OUTLINED_FUNCTION_2", 26), ("f00", 26), ("f0", 24), ("main", 12)];
    assert_eq!(changes(&old, &new), expected.map(|(name, bytes)| (name.to_owned(), bytes)));
}
