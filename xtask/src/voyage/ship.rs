//! The programs that the voyage tracks. Two sail all other legs; the others differ by their formatter, or by the machine
//! that they are for, and are weighed once, before the others sail.

use super::Leg;

/// A program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ship {
    /// The file, and the beginning of the target's name.
    pub binary: &'static str,
    /// Most that it may use, by region or in total.
    pub budgets: &'static [(&'static str, u64)],
}

/// What may be built with any features.
const AT_SEA: [Ship; 2] = [
    // `core::fmt` with a float is 3.4 KiB over it. The deep history fits; twice as many samples would not.
    Ship { binary: "logger", budgets: &[("FLASH", 16 << 10), ("RAM", 24 << 10)] },
    Ship { binary: "blink", budgets: &[("FLASH", 1 << 10), ("RAM", 1 << 10)] },
];

/// One program through several formatters, and an application.
const IN_PORT: [Ship; 7] = [
    Ship { binary: "logger-silent", budgets: &[("FLASH", 1536), ("RAM", 1 << 10)] },
    Ship { binary: "logger-cfmt", budgets: &[("FLASH", 2 << 10), ("RAM", 1 << 10)] },
    Ship { binary: "logger-cfmt-rust", budgets: &[("FLASH", 2 << 10), ("RAM", 1 << 10)] },
    Ship { binary: "logger-ufmt", budgets: &[("FLASH", 4 << 10), ("RAM", 1 << 10)] },
    Ship { binary: "logger-defmt", budgets: &[("FLASH", 2 << 10), ("RAM", 2 << 10)] },
    Ship { binary: "logger-core-fmt", budgets: &[("FLASH", 8 << 10), ("RAM", 1 << 10)] },
    Ship { binary: "station", budgets: &[("FLASH", 16 << 10), ("RAM", 4 << 10)] },
];

/// The name of the leg on which they are weighed.
pub const FLEET: &str = "fleet";

impl Ship {
    /// The name of its build configuration.
    pub fn target(&self) -> String {
        format!("{}/thumbv6m/release", self.binary)
    }
}

/// What is uploaded on a leg. Where the graph ends are those that have a history.
pub fn ships(leg: &Leg) -> &'static [Ship] {
    if is_fleet(leg) { &IN_PORT } else { &AT_SEA }
}

/// Whether these are built on it, too.
pub fn is_fleet(leg: &Leg) -> bool {
    leg.name == FLEET
}

/// All that are tracked.
pub fn fleet() -> impl Iterator<Item = &'static Ship> {
    AT_SEA.iter().chain(&IN_PORT)
}
