//! The ways in which every piece of advice is tried: levels of optimisation, linking, a processor, a program.

use super::cases::{Case, LOGGER, NO_LTO};
use crate::voyage::NEWEST;
use crate::workshop::{Change, SHIPPED, Way};

type Environment = &'static [(&'static str, &'static str)];

const LEVEL_S: (&str, &str) = ("CARGO_PROFILE_FIRMWARE_OPT_LEVEL", "s");
const LEVEL_2: (&str, &str) = ("CARGO_PROFILE_FIRMWARE_OPT_LEVEL", "2");
const LEVEL_3: (&str, &str) = ("CARGO_PROFILE_FIRMWARE_OPT_LEVEL", "3");

/// This processor's table has 240 interrupts, and stands where its size divides the address.
const ALIGNED_VECTORS: Change =
    ("memory.x", "0x10000100, LENGTH = 2048K - 0x100", "0x10000400, LENGTH = 2048K - 0x400");

/// As it is shipped, and where a compiler moves most about.
const DEFAULT: [(&str, Way); 2] = [("shipped", SHIPPED), ("3", logger(&[LEVEL_3]))];

const OTHERS: [(&str, Way); 13] = [
    ("s", logger(&[LEVEL_S])),
    ("2", logger(&[LEVEL_2])),
    ("3, no LTO", logger(&[LEVEL_3, NO_LTO])),
    ("z, no LTO", logger(&[NO_LTO])),
    ("s, no LTO", logger(&[LEVEL_S, NO_LTO])),
    ("2, no LTO", logger(&[LEVEL_2, NO_LTO])),
    ("Cortex-M4", cortex_m4(&[])),
    ("Cortex-M4, 3", cortex_m4(&[LEVEL_3])),
    ("Cortex-M4, 2, no LTO", cortex_m4(&[LEVEL_2, NO_LTO])),
    ("station", station(&[])),
    ("station, s", station(&[LEVEL_S])),
    ("station, 3", station(&[LEVEL_3])),
    ("station, z, no LTO", station(&[NO_LTO])),
];

const fn logger(environment: Environment) -> Way {
    Way { environment, ..SHIPPED }
}

const fn cortex_m4(environment: Environment) -> Way {
    Way { target: "thumbv7em-none-eabi", changes: &[ALIGNED_VECTORS], ..logger(environment) }
}

const fn station(environment: Environment) -> Way {
    Way { program: "station", ..logger(environment) }
}

/// A name and a way, the shipped one first.
pub fn ways(is_all: bool) -> impl Iterator<Item = (&'static str, Way)> {
    DEFAULT.into_iter().chain(OTHERS.into_iter().filter(move |_| is_all))
}

/// Whether a way makes something of a case that no other way does.
pub fn suits(way: &Way, case: &Case) -> bool {
    let is_set = |name: &str| case.after.environment.iter().any(|it| it.0 == name);
    let is_of_logger = case.before.changes.iter().chain(case.after.changes).any(|it| it.0 == LOGGER);
    let is_any_program = !is_of_logger && case.before.features == NEWEST;
    !way.environment.iter().any(|it| is_set(it.0)) && (way.program == SHIPPED.program || is_any_program)
}
