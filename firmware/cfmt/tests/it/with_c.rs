//! The suite, printed by this system's C library.

use cfmt_macros::{cbprint, ceprint, ceprintln, cprint, cprintln, csprint};

#[path = "suite/buffers.rs"]
mod buffers;
#[path = "suite/printing.rs"]
mod printing;
