//! One call of somebody else's library, in many places of the program.

use super::cases::{COUNT, Case, LENIENT, LOGGER, SETTINGS};
use crate::workshop::{Build, Change, PLAIN};

/// A library of C from elsewhere.
const LIBRARY: Change = (
    "build.rs",
    "fs::copy(\"memory.x\", out.join(\"memory.x\"))?;",
    "fs::copy(\"memory.x\", out.join(\"memory.x\"))?;
    let weights: String = (0..512).map(|it| format!(\"{},\", it * 40_503 % 65_536)).collect();
    let filter = format!(
        \"static const unsigned short WEIGHTS[512] = {{{weights}}};
unsigned filter(unsigned n) {{
    unsigned sum = 0;
    for (unsigned at = 0; at < 512; at++) sum += WEIGHTS[at] * (n >> (at & 15));
    return sum;
}}\"
    );
    fs::write(out.join(\"filter.c\"), filter)?;
    let mut library = cc::Build::new();
    library.file(out.join(\"filter.c\")).flag(\"-mcpu=cortex-m0plus\").flag(\"-ffreestanding\");
    library.opt_level_str(\"s\").compile(\"filter\");",
);
const DECLARED: Change = (
    LOGGER,
    SETTINGS,
    "static SETTINGS: Settings = Settings::new();
unsafe extern \"C\" {
    fn filter(n: u32) -> u32;
}",
);
const TICK: Change = (
    LOGGER,
    SETTINGS,
    "static SETTINGS: Settings = Settings::new();
#[cortex_m_rt::exception]
fn SysTick() {
    SETTINGS.change_period(SETTINGS.period_us() & 0xffff);
}",
);
const DECLARED_AND_TICK: Change = (
    LOGGER,
    SETTINGS,
    "static SETTINGS: Settings = Settings::new();
unsafe extern \"C\" {
    fn filter(n: u32) -> u32;
}
#[cortex_m_rt::exception]
fn SysTick() {
    SETTINGS.change_period(unsafe { filter(SETTINGS.period_us()) } & 0xffff);
}",
);

/// The call at a place of the logger, and the logger without it.
macro_rules! call {
    ($place:literal, $from:expr, $to:literal) => {
        Case {
            kind: "single_path",
            place: $place,
            before: Build { changes: &[LIBRARY, DECLARED, (LOGGER, $from, $to)], flags: LENIENT, ..PLAIN },
            after: PLAIN,
        }
    };
}

pub const PLACES: &[Case] = &[
    call!(
        "greet",
        "uart.take_checksum();",
        "uart.take_checksum();\n    let _ = unsafe { filter(SETTINGS.period_us()) };"
    ),
    call!("sample, used", COUNT, "self.n_samples += unsafe { filter(self.n_samples) } | 1;"),
    call!("sample, as it is", COUNT, "self.n_samples += unsafe { filter(self.n_samples) };"),
    call!(
        "sample, before",
        COUNT,
        "let _ = unsafe { filter(self.n_samples) };\n        self.n_samples += 1;"
    ),
    call!(
        "sample, behind",
        COUNT,
        "self.n_samples += 1;\n        let _ = unsafe { filter(self.n_samples) };"
    ),
    call!(
        "sample, last",
        "self.remember(raw.hundredths());",
        "self.remember(raw.hundredths());\n            let _ = unsafe { filter(self.n_samples) };"
    ),
    call!(
        "main, before loop",
        "let mut line_reader = LineReader::new();",
        "let mut line_reader = LineReader::new();\n    let _ = unsafe { filter(board.now_us()) };"
    ),
    call!(
        "main, used",
        "SETTINGS.period_us());\n    loop {",
        "unsafe { filter(SETTINGS.period_us()) });\n    loop {"
    ),
    call!(
        "main, in loop",
        "led.toggle();",
        "led.toggle();\n            let _ = unsafe { filter(logger.n_samples) };"
    ),
    call!(
        "main, due",
        "heartbeat.is_due(board.now_us())",
        "heartbeat.is_due(unsafe { filter(board.now_us()) })"
    ),
    call!(
        "alarm, used",
        "SETTINGS.alarm(temperature)",
        "SETTINGS.alarm(Hundredths(unsafe { filter(temperature.0 as u32) } as _))"
    ),
    call!(
        "remember, used",
        "self.history.push(temperature);",
        "self.history.push(Hundredths(unsafe { filter(temperature.0 as u32) } as _));"
    ),
    call!("print, used", "let n = self.n_samples;", "let n = unsafe { filter(self.n_samples) };"),
    call!(
        "answer, used",
        "SETTINGS.change_period(period_ms);",
        "SETTINGS.change_period(unsafe { filter(period_ms) });"
    ),
    call!(
        "answer, unused",
        "SETTINGS.change_period(period_ms);",
        "SETTINGS.change_period(period_ms);\n                let _ = unsafe { filter(7) };"
    ),
    call!(
        "end of line",
        "cprintln!();\n    uart",
        "cprintln!();\n    let _ = unsafe { filter(7) };\n    uart"
    ),
    Case {
        kind: "single_path",
        place: "exception",
        before: Build { changes: &[LIBRARY, DECLARED_AND_TICK], flags: LENIENT, ..PLAIN },
        after: Build { changes: &[TICK], flags: LENIENT, ..PLAIN },
    },
];
