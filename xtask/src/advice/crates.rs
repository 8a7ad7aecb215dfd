//! Advice on crates of others: two versions of one, and the core library with its panics.

use super::cases::{BOOTSTRAP, COUNT, Case, LOGGER};
use crate::workshop::{Build, Change, PLAIN};

/// In a folder like that of cargo's registry, by which the analyzer tells versions.
const OLD_MANIFEST: Change = (
    "../registry/src/local/blend-0.1.0/Cargo.toml",
    "",
    "[package]\nname = \"blend\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
);
const NEW_MANIFEST: Change = (
    "../registry/src/local/blend-0.2.0/Cargo.toml",
    "",
    "[package]\nname = \"blend\"\nversion = \"0.2.0\"\nedition = \"2024\"\n",
);
/// Two functions of which one can panic, and a table that only the other reads.
const OLD_BLEND: Change = (
    "../registry/src/local/blend-0.1.0/src/lib.rs",
    "",
    "#![no_std]
static WEIGHTS: [u16; 96] = {
    let mut weights = [0; 96];
    let mut at = 0;
    while at < 96 {
        weights[at] = (at * 40503 % 65521) as u16;
        at += 1;
    }
    weights
};
#[inline(never)]
fn weigh(n: u32) -> u32 {
    let mut sum = n;
    for (at, weight) in WEIGHTS.iter().enumerate() {
        sum = sum.rotate_left(u32::from(*weight) & 31) ^ u32::from(*weight).wrapping_mul(n >> (at & 15));
    }
    sum
}
#[inline(never)]
pub fn blend(places: &[u32; 8], at: u32) -> u32 {
    places[(weigh(at) & 15) as usize] ^ weigh(at >> 3)
}
",
);
/// Smaller, and all in one.
const NEW_BLEND: Change = (
    "../registry/src/local/blend-0.2.0/src/lib.rs",
    "",
    "#![no_std]
#[inline(never)]
pub fn blend(places: &[u32; 8], at: u32) -> u32 {
    let mut sum = at;
    for n in 0..at & 31 {
        sum = sum.rotate_right(n) ^ (n << 5).wrapping_mul(0x04c1_1db7);
    }
    places[(sum & 15) as usize] ^ sum
}
",
);
const BOTH: Change = (
    "Cargo.toml",
    "cfmt.workspace = true\n",
    "cfmt.workspace = true
blend = { path = \"../registry/src/local/blend-0.2.0\" }
blend-old = { package = \"blend\", path = \"../registry/src/local/blend-0.1.0\" }
",
);
const TWO_BLENDS: Change = (
    LOGGER,
    COUNT,
    "let n = self.n_samples;
        self.n_samples = 1 + blend::blend(&[n, 2, 3, 5, 7, 11, 13, 17], n) + blend_old::blend(&[n; 8], n);",
);
const ONE_BLEND: Change = (
    LOGGER,
    COUNT,
    "let n = self.n_samples;
        self.n_samples = 1 + blend::blend(&[n, 2, 3, 5, 7, 11, 13, 17], n) + blend::blend(&[n; 8], n);",
);
/// Without debug information only the paths that panics tell show the versions.
const REPORT_PANICS: Change = (
    "src/board/panic.rs",
    "pub fn halt(_info: &PanicInfo<'_>) -> ! {\n    sleep_for_ever()",
    "pub fn halt(info: &PanicInfo<'_>) -> ! {\n    report(info)",
);
const NO_LINES: (&str, &str) = ("CARGO_PROFILE_FIRMWARE_DEBUG", "false");
const TWO_VERSIONS: Build<'_> = Build {
    changes: &[OLD_MANIFEST, NEW_MANIFEST, OLD_BLEND, NEW_BLEND, BOTH, REPORT_PANICS, TWO_BLENDS],
    ..PLAIN
};
const ONE_VERSION: Build<'_> = Build {
    changes: &[OLD_MANIFEST, NEW_MANIFEST, OLD_BLEND, NEW_BLEND, BOTH, REPORT_PANICS, ONE_BLEND],
    ..PLAIN
};
/// Prints the message of a panic, and panics in two ways that have one.
const TALKATIVE: &[Change] = &[
    (
        "src/board/panic.rs",
        "pub fn halt(_info: &PanicInfo<'_>) -> ! {\n",
        "pub fn halt(info: &PanicInfo<'_>) -> ! {
    struct Port;
    impl core::fmt::Write for Port {
        fn write_str(&mut self, text: &str) -> core::fmt::Result {
            <super::uart::Uart as cfmt::Output>::write(text.as_bytes());
            Ok(())
        }
    }
    let _ = core::fmt::Write::write_fmt(&mut Port, format_args!(\"{info}\"));
",
    ),
    (
        LOGGER,
        COUNT,
        "let sum = self.uart.take_checksum();
        self.n_samples += [3, 5, 9, 17][sum as usize & 7] / (sum >> 3);",
    ),
];

pub const CRATES: &[Case] = &[
    Case { kind: "crate_versions", place: "", before: TWO_VERSIONS, after: ONE_VERSION },
    Case {
        kind: "crate_versions",
        place: "no lines",
        before: Build { environment: &[NO_LINES], ..TWO_VERSIONS },
        after: Build { environment: &[NO_LINES], ..ONE_VERSION },
    },
    Case {
        kind: "panic_messages",
        place: "",
        before: Build { changes: TALKATIVE, ..PLAIN },
        after: Build {
            changes: TALKATIVE,
            flags: "-Zunstable-options -Cpanic=immediate-abort",
            environment: &[BOOTSTRAP, ("CARGO_UNSTABLE_BUILD_STD", "core")],
            ..PLAIN
        },
    },
];
