//! Any text as what a linker says: its map, and why it failed.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = plimsoll_analyzer::map_file::parse(text);
    let _ = plimsoll_analyzer::link_error::parse(text);
});
