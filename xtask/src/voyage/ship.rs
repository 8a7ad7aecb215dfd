//! The programs that the voyage tracks. Two sail all other legs; the others differ by their formatter, or by the machine
//! that they are for, and are weighed once, before the others sail.

use super::{Leg, MEMORY_SCRIPT, OUTPUT_FOLDER};
use crate::tiny;
use crate::workspace::target_folder;
use std::path::PathBuf;

/// A program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ship {
    /// The file, and the beginning of the target's name.
    pub binary: &'static str,
    /// Most that it may use, by region or in total.
    pub budgets: &'static [(&'static str, u64)],
    machine: Machine,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Machine {
    Rp2040,
    /// With Linux, and without sections: there is no memory to declare.
    Pc,
}

/// What may be built with any features.
const AT_SEA: [Ship; 2] = [
    // `core::fmt` with a float is 3.4 KiB over it. The deep history fits; twice as many samples would not.
    rp2040("logger", &[("FLASH", 16 << 10), ("RAM", 24 << 10)]),
    rp2040("blink", &[("FLASH", 1 << 10), ("RAM", 1 << 10)]),
];

/// One program through several formatters, an application, and the smallest programs that there are.
const IN_PORT: [Ship; 9] = [
    rp2040("logger-silent", &[("FLASH", 1536), ("RAM", 1 << 10)]),
    rp2040("logger-cfmt", &[("FLASH", 2 << 10), ("RAM", 1 << 10)]),
    rp2040("logger-cfmt-rust", &[("FLASH", 2 << 10), ("RAM", 1 << 10)]),
    rp2040("logger-ufmt", &[("FLASH", 4 << 10), ("RAM", 1 << 10)]),
    rp2040("logger-defmt", &[("FLASH", 2 << 10), ("RAM", 2 << 10)]),
    rp2040("logger-core-fmt", &[("FLASH", 8 << 10), ("RAM", 1 << 10)]),
    rp2040("station", &[("FLASH", 16 << 10), ("RAM", 4 << 10)]),
    pc("hello-i386", &[("flash", 160)]),
    pc("hello-x86-64", &[("flash", 192)]),
];

const fn rp2040(binary: &'static str, budgets: &'static [(&'static str, u64)]) -> Ship {
    Ship { binary, budgets, machine: Machine::Rp2040 }
}

const fn pc(binary: &'static str, budgets: &'static [(&'static str, u64)]) -> Ship {
    Ship { binary, budgets, machine: Machine::Pc }
}

/// The name of the leg on which they are weighed.
pub const FLEET: &str = "fleet";

impl Ship {
    /// The name of its build configuration.
    pub fn target(&self) -> String {
        match self.machine {
            Machine::Rp2040 => format!("{}/thumbv6m/release", self.binary),
            Machine::Pc => self.binary.replacen('-', "/", 1),
        }
    }

    /// Where it is built.
    pub fn built(&self) -> PathBuf {
        let folder = match self.machine {
            Machine::Rp2040 => OUTPUT_FOLDER,
            Machine::Pc => tiny::OUTPUT_FOLDER,
        };
        target_folder().join(folder).join(self.binary)
    }

    /// The linker script with its memory regions, from the root of this repository.
    pub fn memory_script(&self) -> Option<&'static str> {
        (self.machine == Machine::Rp2040).then_some(MEMORY_SCRIPT)
    }

    /// Whether it can be built here.
    fn is_built_here(&self) -> bool {
        self.machine == Machine::Rp2040 || tiny::is_for_this_machine()
    }
}

/// What is uploaded on a leg. Where the graph ends are those that have a history.
pub fn ships(leg: &Leg) -> impl Iterator<Item = &'static Ship> + use<> {
    if is_fleet(leg) { afloat(&IN_PORT) } else { afloat(&AT_SEA) }
}

/// Whether these are built on it, too.
pub fn is_fleet(leg: &Leg) -> bool {
    leg.name == FLEET
}

/// All that are tracked.
pub fn fleet() -> impl Iterator<Item = &'static Ship> {
    afloat(&AT_SEA).chain(afloat(&IN_PORT))
}

fn afloat(ships: &'static [Ship]) -> impl Iterator<Item = &'static Ship> {
    ships.iter().filter(|it| it.is_built_here())
}
