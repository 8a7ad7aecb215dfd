//! Any bytes as debug information and call frame information of a small program.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_analyzer_fuzz::{elf, parts};

const SECTIONS: [&str; 10] = [
    ".debug_info",
    ".debug_abbrev",
    ".debug_line",
    ".debug_str",
    ".debug_line_str",
    ".debug_rnglists",
    ".debug_addr",
    ".debug_str_offsets",
    ".debug_frame",
    ".eh_frame",
];

fuzz_target!(|data: &[u8]| {
    let code = [0_u8; 1024];
    let mut sections = vec![(".text", code.as_slice())];
    sections.extend(SECTIONS.into_iter().zip(parts(data, SECTIONS.len())));
    let _ = plimsoll_analyzer::analyze(&elf(40, &sections), &[]);
});
