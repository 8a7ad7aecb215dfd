//! The demo's history: real versions of our firmware, one feature after another, as plain data.
//!
//! A leg is a commit. On it the programs that [`ships`] names are built with the leg's features:
//!
//! ```text
//! cargo build -p plimsoll-firmware --bins --no-default-features --features device,<features> \
//!     --profile firmware --target thumbv6m-none-eabi
//! ```
//!
//! Main sails through [`LEGS`] in order; the legs of the pull request branch off where [`Branch`] says.
//! The story: a float printed through `core::fmt` sinks the ship, cfmt brings it up again, cargo is loaded
//! with care until the end, and one pull request shows how a harmless `derive(Debug)` does it once more,
//! Before that the formatters are weighed against each other.

mod ship;

pub use ship::{Ship, fleet, is_fleet, ships};

/// The folder under `target/` where the binaries stand.
pub const OUTPUT_FOLDER: &str = "thumbv6m-none-eabi/firmware";

/// Where the linker script stands, for the memory regions.
pub const MEMORY_SCRIPT: &str = "firmware/memory.x";

/// What the newest logger can do: its features besides `device`.
pub const NEWEST: &[&str] = &[
    "uart",
    "counter",
    "temperature-cfmt",
    "boot-record",
    "checksum",
    "history",
    "settings",
    "command-line",
    "deep-history",
];

/// One commit of the demo's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// What other legs call it; also a file-name-safe word.
    pub name: &'static str,
    /// Main, or the pull request.
    pub branch: Branch,
    /// The commit's subject.
    pub message: &'static str,
    /// The commit's author.
    pub author: Author,
    /// Hours since the first leg, for the commit's date.
    pub hours: u32,
    /// The features of `plimsoll-firmware` besides `device`.
    pub features: &'static [&'static str],
}

/// Whose history a leg belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Branch {
    /// Follows the main leg before it.
    Main,
    /// Follows the leg of the same pull request before it, or else the main leg `from`.
    PullRequest {
        /// The number that the forge would give it.
        number: u32,
        /// The branch's name.
        name: &'static str,
        /// The name of the main leg where it branches off, which is its merge base.
        from: &'static str,
    },
}

/// Somebody of the crew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Author {
    /// As git shows it.
    pub name: &'static str,
    /// Under a domain that is reserved for examples.
    pub email: &'static str,
}

const ADA: Author = Author { name: "Ada Keel", email: "ada@plimsoll.example" };
const BEN: Author = Author { name: "Ben Bilge", email: "ben@plimsoll.example" };
const CLEO: Author = Author { name: "Cleo Mast", email: "cleo@plimsoll.example" };

const VERBOSE_SAMPLES: Branch = Branch::PullRequest { number: 7, name: "verbose-samples", from: "checksum" };

/// All commits, parents before children.
pub const LEGS: &[Leg] = &[
    Leg {
        name: ship::FLEET,
        branch: Branch::Main,
        message: "firmware: Weigh the fleet in port",
        author: ADA,
        hours: 0,
        features: NEWEST,
    },
    Leg {
        name: "heartbeat",
        branch: Branch::Main,
        message: "logger: Blink while there is nothing to say",
        author: ADA,
        hours: 2,
        features: &[],
    },
    Leg {
        name: "uart",
        branch: Branch::Main,
        message: "logger: Greet over UART0",
        author: ADA,
        hours: 5,
        features: &["uart"],
    },
    Leg {
        name: "counter",
        branch: Branch::Main,
        message: "logger: Number the samples",
        author: BEN,
        hours: 26,
        features: &["uart", "counter"],
    },
    Leg {
        name: "temperature-core-fmt",
        branch: Branch::Main,
        message: "logger: Print the temperature with {:.2}",
        author: BEN,
        hours: 31,
        features: &["uart", "counter", "temperature-core-fmt"],
    },
    Leg {
        name: "temperature-cfmt",
        branch: Branch::Main,
        message: "logger: Print the same line through cfmt",
        author: ADA,
        hours: 47,
        features: &["uart", "counter", "temperature-cfmt"],
    },
    Leg {
        name: "boot-record",
        branch: Branch::Main,
        message: "logger: Say why the chip started, with a derived Debug",
        author: CLEO,
        hours: 72,
        features: &["uart", "counter", "temperature-cfmt", "boot-record"],
    },
    Leg {
        name: "checksum",
        branch: Branch::Main,
        message: "logger: End every line with a CRC-32",
        author: BEN,
        hours: 94,
        features: &["uart", "counter", "temperature-cfmt", "boot-record", "checksum"],
    },
    Leg {
        name: "verbose-samples",
        branch: VERBOSE_SAMPLES,
        message: "logger: Show each sample with a derived Debug",
        author: CLEO,
        hours: 97,
        features: &["uart", "counter", "temperature-cfmt", "boot-record", "checksum", "sample-debug-float"],
    },
    Leg {
        name: "history",
        branch: Branch::Main,
        message: "logger: Sum up the last 64 samples",
        author: ADA,
        hours: 99,
        features: &["uart", "counter", "temperature-cfmt", "boot-record", "checksum", "history"],
    },
    Leg {
        name: "settings",
        branch: Branch::Main,
        message: "logger: Sound an alarm outside the limits",
        author: BEN,
        hours: 120,
        features: &["uart", "counter", "temperature-cfmt", "boot-record", "checksum", "history", "settings"],
    },
    Leg {
        name: "verbose-samples-fixed",
        branch: VERBOSE_SAMPLES,
        message: "logger: Keep the sample in hundredths, not in a float",
        author: CLEO,
        hours: 122,
        features: &["uart", "counter", "temperature-cfmt", "boot-record", "checksum", "sample-debug-fixed"],
    },
    Leg {
        name: "command-line",
        branch: Branch::Main,
        message: "logger: Take commands over UART0",
        author: ADA,
        hours: 143,
        features: &[
            "uart",
            "counter",
            "temperature-cfmt",
            "boot-record",
            "checksum",
            "history",
            "settings",
            "command-line",
        ],
    },
    Leg {
        name: "deep-history",
        branch: Branch::Main,
        message: "logger: Remember 4096 samples instead of 64",
        author: CLEO,
        hours: 167,
        features: NEWEST,
    },
];

#[cfg(test)]
mod tests;
