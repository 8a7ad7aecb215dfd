//! Regions made of regions that are declared later: GNU ld links, and lays out other regions than the script says.

use expect_test::expect;
use plimsoll_analyzer::{map_file, parse_memory};

use crate::support::inputs::Case;
use crate::support::linkers::{Linker, Workshop};
use crate::wild::warnings_of;

#[test]
fn a_forward_reference_is_told_with_what_gnu_ld_makes_of_it() {
    let script = Case::of("memory-forward").text("fw.ld");
    expect![[r#"
        line 3, column 47: GNU ld works out symbols and then regions in order: to it, `FLASH` is 0x8000000 + 0x10001 and not 0x8000000 + 0xf000; declare what it is made of before it, and not as a symbol
        line 4, column 26: GNU ld works out symbols and then regions in order: to it, `RAM` is 0x1fffffff + 0x2001 and not 0x20000400 + 0x1c00; declare what it is made of before it, and not as a symbol
    "#]]
    .assert_eq(&warnings_of(&script));
    let ram = &parse_memory(&script).unwrap()[1];
    assert_eq!((ram.origin_address, ram.length_bytes), (0x2000_0400, 0x1c00));
}

/// Whatever refers to what: a region is warned of exactly where GNU ld's map has it otherwise than the script says.
#[test]
fn warnings_stand_where_the_map_of_gnu_ld_differs() {
    let Some(workshop) = Workshop::new("int main(void) { return 0; }", None) else { return };
    for script in [
        "MEMORY { A : ORIGIN = 0, LENGTH = 4K B : ORIGIN = ORIGIN(A) + LENGTH(A), LENGTH = LENGTH(A) / 2 }",
        "MEMORY { B : ORIGIN = ORIGIN(A) + 4K, LENGTH = 1K A : ORIGIN = 0, LENGTH = 4K }",
        "MEMORY { B : ORIGIN = ORIGIN(A) + 8K, LENGTH = 1K A : ORIGIN = 8K, LENGTH = 4K }",
        "x = LENGTH(A); MEMORY { A : ORIGIN = 0, LENGTH = 4K B : ORIGIN = 8K, LENGTH = 8K - x }",
        "MEMORY { A : ORIGIN = 0, LENGTH = 4K B : ORIGIN = 8K, LENGTH = 8K - x } x = LENGTH(A);",
        "MEMORY { A : ORIGIN = 0, LENGTH = 4K } y = x; x = LENGTH(A); MEMORY { B : ORIGIN = 8K, LENGTH = 8K - y }",
        "MEMORY { A : ORIGIN = 0, LENGTH = 4K B : ORIGIN = 8K, LENGTH = x } x = 2K; SECTIONS { y = LENGTH(A); }",
        "MEMORY { A : ORIGIN = 0, LENGTH = 8K - LENGTH(B) B : ORIGIN = 16K, LENGTH = LENGTH(C) C : ORIGIN = 32K, LENGTH = 1K }",
        "MEMORY { A : ORIGIN = 0, LENGTH = DEFINED(x) ? 1K : LENGTH(B) B : ORIGIN = 16K, LENGTH = 2K } x = 1;",
    ] {
        let Some(linked) = workshop.link(Linker::Gnu, script, &[]) else { return };
        let theirs = map_file::parse(&linked.map).unwrap().memory;
        let told = warnings_of(script);
        for ours in parse_memory(script).unwrap() {
            let theirs = theirs.iter().find(|it| it.name == ours.name).unwrap();
            let is_same = (ours.origin_address, ours.length_bytes & 0xffff_ffff)
                == (theirs.origin_address, theirs.length_bytes);
            assert_eq!(
                told.contains(&format!("`{}` is", ours.name)),
                !is_same,
                "{script}\n{told}\n{theirs:?}"
            );
        }
    }
}
