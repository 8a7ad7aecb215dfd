//! Constants that a linker script puts among code.

use plimsoll_analyzer::report::SymbolKind;
use plimsoll_analyzer::{Report, analyze};

use crate::support::inputs::Case;
use crate::support::{explain, laws};

fn built(script: &str) -> Option<Report> {
    let line = format!("arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -Os -g -nostdlib -T {script} t.c -o t.elf");
    let report = analyze(&Case::of("code-constants").built("t.elf", &[&line])?, &[]).unwrap();
    laws::check(&report);
    Some(report)
}

#[test]
fn a_constant_among_code_has_its_line_and_unit_and_is_no_code() {
    for script in ["t1.ld", "t2.ld"] {
        let Some(report) = built(script) else { return };
        let table = report.symbols.iter().find(|it| it.name == "table").unwrap();
        let file = table.file.map(|it| report.files[it].path.rsplit('/').next().unwrap());
        let unit = table.unit.map(|it| report.units[it].name.rsplit('/').next().unwrap());
        assert_eq!((file, table.line, unit), (Some("t.c"), Some(1), Some("t.c")), "{script}");
        // `_start` and `pick`, all of it with lines.
        let functions = report.symbols.iter().filter(|it| it.kind == SymbolKind::Function);
        let code: u64 = functions.map(|it| it.size_bytes).sum();
        assert_eq!((report.code.symbol_bytes, report.code.located_bytes), (code, code), "{script}");
        assert_eq!(report.crates.iter().map(|it| it.code_bytes).sum::<u64>(), code, "{script}");
    }
}

#[test]
fn a_table_of_assembly_among_code_is_code_unless_it_is_marked_as_data() {
    let image = |mark: &str| {
        explain(&format!(
            "section .text 0x100 24 x
             func f 0x101 8
             label routine 0x108 8
             label table 0x110 8
             label $t 0x100 0
             {mark}"
        ))
    };
    assert_eq!(image("").code.symbol_bytes, 24);
    assert_eq!(image("label $d 0x110 0").code.symbol_bytes, 16);
}
