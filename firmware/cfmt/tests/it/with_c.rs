//! The suite, printed by this system's C library.

use cfmt_macros::{cbprint, ceprint, ceprintln, cprint, cprintln, csprint};

#[path = "suite/buffers.rs"]
mod buffers;
#[path = "suite/printing.rs"]
mod printing;

/// As standard C has it, and unlike our formatters.
#[test]
fn text_ends_at_a_nul() {
    let mut buffer = [b'.'; 9];
    assert_eq!(cbprint!(&mut buffer, "{:rs}|{:rb}|", "a\0b", b"\0c"), 3);
    assert_eq!(&buffer, b"a||\0.....");
}
