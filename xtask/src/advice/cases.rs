//! The pieces of advice that our firmware can ask for and follow.

use crate::workshop::{Build, Change, PLAIN};

/// A piece of advice, and a build before and after following it.
pub struct Case {
    pub kind: &'static str,
    /// Which of several cases of the kind.
    pub place: &'static str,
    pub before: Build<'static>,
    pub after: Build<'static>,
}

const FLOAT: &[&str] = &["uart", "counter", "temperature-cfmt", "sample-debug-float"];
const FIXED: &[&str] = &["uart", "counter", "temperature-cfmt", "sample-debug-fixed"];

pub const NO_LTO: (&str, &str) = ("CARGO_PROFILE_FIRMWARE_LTO", "off");
const UNOPTIMISED: (&str, &str) = ("CARGO_PROFILE_FIRMWARE_OPT_LEVEL", "0");
const WITHOUT_LTO: Build<'_> = Build { environment: &[NO_LTO], ..PLAIN };
/// What `-Z` wants of a stable compiler.
pub const BOOTSTRAP: (&str, &str) = ("RUSTC_BOOTSTRAP", "1");

pub const LOGGER: &str = "src/bin/logger.rs";
pub const SETTINGS: &str = "static SETTINGS: Settings = Settings::new();";
const ZEROES_IN_BSS: Change = (
    LOGGER,
    SETTINGS,
    "static SETTINGS: Settings = Settings::new();
static ZEROES: [core::sync::atomic::AtomicU8; 512] = [const { core::sync::atomic::AtomicU8::new(0) }; 512];",
);
const ZEROES_IN_DATA: Change = (
    LOGGER,
    SETTINGS,
    "static SETTINGS: Settings = Settings::new();
#[unsafe(link_section = \".data.zeroes\")]
static ZEROES: [core::sync::atomic::AtomicU8; 512] = [const { core::sync::atomic::AtomicU8::new(0) }; 512];",
);
const USE_ZEROES: Change = (
    LOGGER,
    "let mut led = board.led();",
    "let mut led = board.led();
    let zero = &ZEROES[SETTINGS.period_us() as usize & 511];
    zero.store(zero.load(core::sync::atomic::Ordering::Relaxed) + 1, core::sync::atomic::Ordering::Relaxed);
    SETTINGS.change_period(ZEROES[logger.n_samples as usize].load(core::sync::atomic::Ordering::Relaxed).into());",
);
/// Atomics, which are never stored to, and the same as plain numbers.
const TABLE_OF_CELLS: Change = (
    LOGGER,
    SETTINGS,
    "static SETTINGS: Settings = Settings::new();
#[unsafe(link_section = \".data.table\")]
static TABLE: [core::sync::atomic::AtomicU32; 128] = {
    let mut table = [const { core::sync::atomic::AtomicU32::new(7) }; 128];
    table[9] = core::sync::atomic::AtomicU32::new(8);
    table
};",
);
const TABLE_OF_NUMBERS: Change = (
    LOGGER,
    SETTINGS,
    "static SETTINGS: Settings = Settings::new();
static TABLE: [u32; 128] = {
    let mut table = [7; 128];
    table[9] = 8;
    table
};",
);
pub const COUNT: &str = "self.n_samples += 1;";
/// The house forbids what some changes need.
pub const LENIENT: &str = "--cap-lints=warn";
/// cortex-m-rt's linker script discards the tables, as the advice has it; this one does not.
const KEEP_UNWIND_TABLES: &[Change] = &[
    (
        "memory.x",
        "EXTERN(BOOT2_FIRMWARE)",
        "EXTERN(BOOT2_FIRMWARE)
SECTIONS { .ARM.exidx : { *(.ARM.exidx .ARM.exidx.*) } > FLASH } INSERT AFTER .rodata;",
    ),
    (
        "build.rs",
        "println!(\"cargo::rustc-link-arg-bins=-Tlink.x\");",
        "for entry in out.join(\"../..\").read_dir()? {
        if let Ok(script) = fs::read_to_string(entry?.path().join(\"out/link.x\"))
            && !script.contains(\"INCLUDE device.x\")
        {
            fs::write(out.join(\"keep.x\"), script.replace(\"*(.ARM.ex\", \"*(.discarded.ex\"))?;
        }
    }
    println!(\"cargo::rustc-link-arg-bins=-Tkeep.x\");",
    ),
];
const OWN_VECTORS: &[Change] = &[
    (
        "Cargo.toml",
        "cortex-m-rt = \"0.7.7\"",
        "cortex-m-rt = { version = \"0.7.7\", features = [\"device\"] }",
    ),
    (
        "build.rs",
        "fs::copy(\"memory.x\", out.join(\"memory.x\"))?;",
        "fs::copy(\"memory.x\", out.join(\"memory.x\"))?;\n    fs::write(out.join(\"device.x\"), \"\")?;",
    ),
    (
        LOGGER,
        SETTINGS,
        "static SETTINGS: Settings = Settings::new();
#[unsafe(link_section = \".vector_table.interrupts\")]
#[unsafe(no_mangle)]
static __INTERRUPTS: [usize; 1] = [0];",
    ),
];
const ALIGNED_TABLE: Change = (
    "src/crc.rs",
    "static TABLE: [u32; 256] = table();",
    "#[repr(align(1024))]
struct Aligned([u32; 256]);
static ALIGNED: Aligned = Aligned(table());
static TABLE: &[u32; 256] = &ALIGNED.0;",
);

pub const CASES: &[Case] = &[
    Case {
        kind: "overflow_checks",
        place: "",
        before: Build { environment: &[NO_LTO, ("CARGO_PROFILE_FIRMWARE_OVERFLOW_CHECKS", "true")], ..PLAIN },
        after: WITHOUT_LTO,
    },
    Case {
        kind: "debug_assertions",
        place: "",
        before: Build {
            environment: &[NO_LTO, ("CARGO_PROFILE_FIRMWARE_DEBUG_ASSERTIONS", "true")],
            ..PLAIN
        },
        after: WITHOUT_LTO,
    },
    Case {
        kind: "unoptimised_rust",
        place: "",
        before: Build { environment: &[UNOPTIMISED], ..PLAIN },
        after: PLAIN,
    },
    Case {
        kind: "panic_locations",
        place: "",
        before: Build { environment: &[UNOPTIMISED, BOOTSTRAP], ..PLAIN },
        after: Build { environment: &[UNOPTIMISED, BOOTSTRAP], flags: "-Zlocation-detail=none", ..PLAIN },
    },
    Case {
        kind: "formatting_line",
        place: "",
        before: PLAIN,
        after: Build { without: &["boot-record"], ..PLAIN },
    },
    Case {
        kind: "floats_formatted",
        place: "",
        before: Build { features: FLOAT, ..PLAIN },
        after: Build { features: FIXED, ..PLAIN },
    },
    Case {
        kind: "big_zero_statics",
        place: "",
        before: PLAIN,
        after: Build { without: &["deep-history"], ..PLAIN },
    },
    Case {
        kind: "zeroes_in_data",
        place: "",
        before: Build { changes: &[ZEROES_IN_DATA, USE_ZEROES], flags: LENIENT, ..PLAIN },
        after: Build { changes: &[ZEROES_IN_BSS, USE_ZEROES], flags: LENIENT, ..PLAIN },
    },
    Case {
        kind: "constants_in_data",
        place: "",
        before: Build {
            changes: &[
                TABLE_OF_CELLS,
                (
                    LOGGER,
                    COUNT,
                    "let entry = &TABLE[self.n_samples as usize & 127];
        self.n_samples += entry.load(core::sync::atomic::Ordering::Relaxed);",
                ),
            ],
            flags: LENIENT,
            ..PLAIN
        },
        after: Build {
            changes: &[
                TABLE_OF_NUMBERS,
                (LOGGER, COUNT, "self.n_samples += TABLE[self.n_samples as usize & 127];"),
            ],
            flags: LENIENT,
            ..PLAIN
        },
    },
    Case {
        kind: "unwind_tables",
        place: "",
        before: Build { changes: KEEP_UNWIND_TABLES, flags: "-Cforce-unwind-tables=yes", ..PLAIN },
        after: PLAIN,
    },
    Case {
        kind: "unused_vectors",
        place: "",
        before: PLAIN,
        after: Build { changes: OWN_VECTORS, flags: LENIENT, ..PLAIN },
    },
    Case {
        kind: "alignment_holes",
        place: "",
        before: Build { changes: &[ALIGNED_TABLE], ..PLAIN },
        after: PLAIN,
    },
    Case {
        kind: "division_64",
        place: "",
        before: Build {
            changes: &[(
                LOGGER,
                COUNT,
                "self.n_samples += (u64::MAX / (u64::from(SETTINGS.period_us()) | 1 << 40)) as u32 | 1;",
            )],
            ..PLAIN
        },
        after: Build {
            changes: &[(LOGGER, COUNT, "self.n_samples += (u32::MAX / (SETTINGS.period_us() | 1)) | 1;")],
            ..PLAIN
        },
    },
    Case {
        kind: "unoptimised_c",
        place: "",
        before: Build { environment: &[("TARGET_CFLAGS", "-g -O0")], ..PLAIN },
        after: Build { environment: &[("TARGET_CFLAGS", "-g")], ..PLAIN },
    },
];
