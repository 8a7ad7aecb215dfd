//! Lines of code behind those of a function that the linker dropped.

use plimsoll_analyzer::analyze;

use crate::support::inputs::Case;
use crate::support::laws;

/// `file:line` of `_start`, linked to `address` from `source`.
fn line_of_start(source: &str, address: &str) -> Option<String> {
    let case = Case::of("dropped-lines");
    std::fs::write(case.path().join("main.s"), source).unwrap();
    case.run("arm-none-eabi-as -mcpu=cortex-m3 -mthumb main.s -o main.o")?;
    case.run(&format!("arm-none-eabi-ld --gc-sections -e _start -Ttext {address} main.o -o main.elf"))?;
    let report = analyze(&case.read("main.elf"), &[]).unwrap();
    laws::check(&report);
    let start = report.symbols.iter().find(|it| it.name == "_start").unwrap();
    assert_eq!(report.code.located_bytes, 8);
    Some(format!("{}:{}", report.files[start.file?].path, start.line?))
}

#[test]
fn the_end_of_a_dropped_sequence_does_not_swallow_the_next() {
    let source = Case::of("dropped-lines").text("gc2.s");
    // Compilers write labels of their own, which do not carry the bit that tells Thumb.
    let with_labels = source
        .replace("dead: nop", ".Ldead:\ndead: nop")
        .replace("_start: nop", ".Lstart:\n_start: nop")
        .replace(".4byte dead", ".4byte .Ldead")
        .replace(".4byte _start", ".4byte .Lstart");
    for source in [&source, &with_labels] {
        for address in ["0x08000000", "0x100"] {
            let Some(line) = line_of_start(source, address) else { return };
            assert_eq!(line, "a.c:20", "{address}");
        }
    }
}
