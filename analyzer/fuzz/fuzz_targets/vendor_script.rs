//! Any text as a script of another linker's: the first byte says whose, then the script, what it includes, a symbol.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_analyzer::{ScriptFile, Scripts};

const NAMES: [&str; 5] = ["a.cmd", "a.sct", "a.icf", "a.emProject", "a"];

fuzz_target!(|text: &str| {
    let mut characters = text.chars();
    let name = NAMES[characters.next().map_or(0, |it| it as usize) % NAMES.len()];
    let mut pieces = characters.as_str().splitn(3, '\0');
    let mut next = || pieces.next().unwrap_or_default().to_owned();
    let scripts = Scripts {
        files: vec![ScriptFile::new(name, next())],
        included: vec![ScriptFile::new("a.h", next())],
        symbols: vec![("A".to_owned(), next())],
    };
    if let Ok(layout) = plimsoll_analyzer::parse_layout(&scripts) {
        // Printed, a layout is a linker script.
        let again = plimsoll_analyzer::parse_memory(&layout.to_string());
        assert_eq!(again.map(|it| it.len()), Ok(layout.regions.len()), "{layout}");
    }
    let _ = plimsoll_analyzer::script_includes(text);
});
