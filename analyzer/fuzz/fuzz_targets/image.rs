//! Any bytes as an ELF file: the whole report, and the questions that are asked besides.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let memory = plimsoll_analyzer::parse_memory(
        "MEMORY { FLASH (rx) : ORIGIN = 0x10000000, LENGTH = 2M RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 256K }",
    );
    for memory in [Vec::new(), memory.unwrap_or_default()] {
        let Ok(report) = plimsoll_analyzer::analyze(data, &memory) else { return };
        let diff = plimsoll_analyzer::diff(&report, &report);
        assert!(diff.totals.iter().all(|it| it.delta_bytes == 0));
        if let Some(symbol) = report.symbols.first() {
            let _ = plimsoll_analyzer::why(data, &symbol.name);
        }
    }
});
