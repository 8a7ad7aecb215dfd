//! Any bytes as debug information and call frame information of a small program, and beside it.
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

/// In a file or, where there is an index, a package beside it.
const BESIDE: [&str; 6] = [
    ".debug_cu_index",
    ".debug_info.dwo",
    ".debug_abbrev.dwo",
    ".debug_str.dwo",
    ".debug_str_offsets.dwo",
    ".debug_rnglists.dwo",
];

fuzz_target!(|data: &[u8]| {
    let code = [0_u8; 1024];
    let parts = parts(data, SECTIONS.len() + BESIDE.len());
    let (here, beside) = parts.split_at(SECTIONS.len());
    let mut sections = vec![(".text", code.as_slice())];
    sections.extend(SECTIONS.into_iter().zip(here.iter().copied()));
    let beside: Vec<_> =
        BESIDE.into_iter().zip(beside.iter().copied()).filter(|it| !it.1.is_empty()).collect();
    let split = [elf(40, &beside)];
    let source = plimsoll_analyzer::Source { elf: &elf(40, &sections), split: &split };
    let _ = plimsoll_analyzer::analyze(source, &[]);
});
