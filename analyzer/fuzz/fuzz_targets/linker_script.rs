//! Any text as linker scripts that include each other, with symbols from the command line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_analyzer::{ScriptFile, Scripts};

fuzz_target!(|text: &str| {
    let mut pieces = text.splitn(4, '\0');
    let mut next = || pieces.next().unwrap_or_default().to_owned();
    let scripts = Scripts {
        files: vec![ScriptFile::new("link.x", next()), ScriptFile::new("second.x", next())],
        included: vec![ScriptFile::new("memory.x", next())],
        symbols: vec![("size".to_owned(), next())],
    };
    if let Ok(layout) = plimsoll_analyzer::parse_layout(&scripts) {
        // Printed, a layout is a linker script again.
        let again = plimsoll_analyzer::parse_memory(&layout.to_string());
        assert_eq!(again.map(|it| it.len()), Ok(layout.regions.len()), "{layout}");
    }
    let _ = plimsoll_analyzer::script_includes(text);
});
