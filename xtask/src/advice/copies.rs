//! Advice on what is there more than once, hangs on one call, or lies where the linker guessed.

use super::cases::{BOOTSTRAP, COUNT, Case, LENIENT, LOGGER, SETTINGS};
use crate::workshop::{Build, Change, PLAIN};

/// One body for each width of what it reads.
const GENERIC: Change = (
    LOGGER,
    SETTINGS,
    "static SETTINGS: Settings = Settings::new();
#[inline(never)]
fn stir<T: Copy + Into<u32>>(values: &[T], mut state: u32) -> u32 {
    for value in values {
        let mut value: u32 = (*value).into();
        for bit in 0..13 {
            state = state.rotate_left(value & 31) ^ (value >> 3).wrapping_mul(0x04c1_1db7);
            value = value.rotate_right(bit) ^ state;
        }
    }
    state
}",
);
const FOUR_WIDTHS: Change = (
    LOGGER,
    COUNT,
    "let n = self.n_samples;
        self.n_samples = 1 + stir(&[n as u8, 7], n) + stir(&[n as u16, 7], n) + stir(&[n, 7], n) + stir(&[n > 7, true], n);",
);
const ONE_WIDTH: Change = (
    LOGGER,
    COUNT,
    "let n = self.n_samples;
        self.n_samples = 1 + stir(&[n & 255, 7], n) + stir(&[n & 65535, 7], n) + stir(&[n, 7], n) + stir(&[u32::from(n > 7), 1], n);",
);
/// The compiler would merge them, as it would without the flag.
const TWINS: &[Change] = &[
    (
        LOGGER,
        SETTINGS,
        "static SETTINGS: Settings = Settings::new();
#[inline(never)]
fn left(seed: u32) -> u32 {
    let mut state = [seed, seed >> 3];
    for n in 0..seed & 15 {
        state[0] = (state[0].rotate_left(n) ^ n.wrapping_mul(0x04c1_1db7)).wrapping_add(state[1] >> 5);
        state[1] = state[1].rotate_left(state[0] & 31) ^ (n << (state[0] & 7)) ^ 0x1234_5678;
    }
    state[0] ^ state[1]
}
#[inline(never)]
fn right(seed: u32) -> u32 {
    let mut state = [seed, seed >> 3];
    for n in 0..seed & 15 {
        state[0] = (state[0].rotate_left(n) ^ n.wrapping_mul(0x04c1_1db7)).wrapping_add(state[1] >> 5);
        state[1] = state[1].rotate_left(state[0] & 31) ^ (n << (state[0] & 7)) ^ 0x1234_5678;
    }
    state[0] ^ state[1]
}",
    ),
    (LOGGER, COUNT, "self.n_samples += left(self.n_samples) ^ right(self.n_samples + 1) | 1;"),
];
const UNMERGED: &str = "--cap-lints=warn -Zmerge-functions=disabled";
const UNMERGED_FOLDED: &str = "--cap-lints=warn -Zmerge-functions=disabled -Clink-arg=--icf=all";
/// With names of their own, so that neither takes the place of the other.
const TWO_TEXTS: &[Change] = &[
    (
        LOGGER,
        SETTINGS,
        "static SETTINGS: Settings = Settings::new();
#[unsafe(no_mangle)]
static LEFT: [u8; 80] = *b\"A text that two modules have, each for itself, and of which one would be enough.\";
#[unsafe(no_mangle)]
static RIGHT: [u8; 80] = *b\"A text that two modules have, each for itself, and of which one would be enough.\";",
    ),
    (LOGGER, COUNT, "let n = self.n_samples as usize;
        self.n_samples += u32::from(LEFT[n % 80] ^ RIGHT[(n + 1) % 80]) | 1;"),
];
const ONE_TEXT: &[Change] = &[
    (
        LOGGER,
        SETTINGS,
        "static SETTINGS: Settings = Settings::new();
#[unsafe(no_mangle)]
static LEFT: [u8; 80] = *b\"A text that two modules have, each for itself, and of which one would be enough.\";",
    ),
    (LOGGER, COUNT, "let n = self.n_samples as usize;
        self.n_samples += u32::from(LEFT[n % 80] ^ LEFT[(n + 1) % 80]) | 1;"),
];
/// cortex-m-rt's script places everything; this one forgets what begins with an `l`.
const FORGETFUL: &[Change] = &[
    (
        "build.rs",
        "println!(\"cargo::rustc-link-arg-bins=-Tlink.x\");",
        "for entry in out.join(\"../..\").read_dir()? {
        if let Ok(script) = fs::read_to_string(entry?.path().join(\"out/link.x\"))
            && !script.contains(\"INCLUDE device.x\")
        {
            fs::write(out.join(\"forget.x\"), script.replace(\"*(.rodata .rodata.*)\", \"*(.rodata .rodata.[!l]*)\"))?;
        }
    }
    println!(\"cargo::rustc-link-arg-bins=-Tforget.x\");",
    ),
    (
        LOGGER,
        SETTINGS,
        "static SETTINGS: Settings = Settings::new();
#[unsafe(no_mangle)]
#[unsafe(link_section = \".rodata.lost\")]
static LOST: [u32; 40] = [7; 40];",
    ),
];
pub const COPIES: &[Case] = &[
    Case {
        kind: "generic_families",
        place: "",
        before: Build { changes: &[GENERIC, FOUR_WIDTHS], flags: LENIENT, ..PLAIN },
        after: Build { changes: &[GENERIC, ONE_WIDTH], flags: LENIENT, ..PLAIN },
    },
    Case {
        kind: "identical_bodies",
        place: "",
        before: Build { changes: TWINS, flags: UNMERGED, environment: &[BOOTSTRAP], ..PLAIN },
        after: Build { changes: TWINS, flags: UNMERGED_FOLDED, environment: &[BOOTSTRAP], ..PLAIN },
    },
    Case {
        kind: "duplicated_strings",
        place: "",
        before: Build { changes: TWO_TEXTS, flags: LENIENT, ..PLAIN },
        after: Build { changes: ONE_TEXT, flags: LENIENT, ..PLAIN },
    },
    Case {
        kind: "orphan_sections",
        place: "",
        before: Build { changes: FORGETFUL, flags: "--cap-lints=warn -Clink-arg=--undefined=LOST", ..PLAIN },
        after: PLAIN,
    },
];
