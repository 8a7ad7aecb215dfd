//! What says how big an image is, other than Plimsoll: maps of the vendors' linkers, and objcopy.

use crate::command::output;
use anyhow::{Context as _, Result, bail};
use std::path::Path;
use std::process::Command;

/// Flash and RAM in bytes, as far as they are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// What is stored on the device.
    pub flash_bytes: Option<u64>,
    /// What is taken at run time.
    pub ram_bytes: Option<u64>,
}

/// A source of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oracle {
    /// `Total ROM Size` and `Total RW Size` at the end of armlink's map.
    Armlink,
    /// The three sums at the end of the map of IAR's ILINK.
    Iar,
    /// `Total Program Memory used` and `Total Data Memory used` of the map of XC32.
    Xc32,
    /// The sums of sections at the end of the map of Renesas CC-RX.
    CcRx,
    /// The column `used` of the memory configuration in the map of TI's linker.
    Ti,
    /// The table `Memory usage in bytes` of the map of TASKING's linker.
    Tasking,
    /// The data bytes of `llvm-objcopy -O ihex`: what a programmer would write. Says nothing of RAM.
    Ihex,
}

const NAMES: [(&str, Oracle); 7] = [
    ("armlink map", Oracle::Armlink),
    ("IAR map", Oracle::Iar),
    ("XC32 map", Oracle::Xc32),
    ("CC-RX map", Oracle::CcRx),
    ("TI map", Oracle::Ti),
    ("TASKING map", Oracle::Tasking),
    ("objcopy -O ihex", Oracle::Ihex),
];

impl Oracle {
    /// The oracle of that name in docs/conformance.json.
    pub fn parse(name: &str) -> Result<Self> {
        let known = NAMES.iter().find(|(it, _)| *it == name).map(|(_, oracle)| *oracle);
        known.with_context(|| format!("there is no oracle `{name}`"))
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, it)| *it == self).map_or("", |(name, _)| name)
    }

    /// What it says.
    pub fn figures(self, elf: &Path, map: Option<&Path>) -> Result<Figures> {
        if self == Self::Ihex {
            return ihex(elf);
        }
        let map = std::fs::read(map.with_context(|| format!("{} needs a map", self.name()))?)?;
        let figures = self.read(&String::from_utf8_lossy(&map));
        if figures == Figures::default() {
            bail!("the map says no totals");
        }
        Ok(figures)
    }

    fn read(self, map: &str) -> Figures {
        match self {
            Self::Armlink => Figures {
                flash_bytes: after(map, "Total ROM Size (Code + RO Data + RW Data)"),
                ram_bytes: after(map, "Total RW  Size (RW Data + ZI Data)"),
            },
            Self::Iar => iar(map),
            Self::Xc32 => Figures {
                flash_bytes: after(map, "Total Program Memory used")
                    .or_else(|| after(map, "Total kseg0_program_mem used")),
                ram_bytes: after(map, "Total Data Memory used")
                    .or_else(|| after(map, "Total kseg1_data_mem used")),
            },
            Self::CcRx => cc_rx(map),
            Self::Ti => ti(map),
            Self::Tasking => tasking(map),
            Self::Ihex => Figures::default(),
        }
    }
}

/// The number behind the last such words: `words [:] 1234` or `words : 0x4d2`, with spaces between thousands.
fn after(map: &str, words: &str) -> Option<u64> {
    let rest = map.rsplit_once(words)?.1.lines().next()?;
    let rest = rest.trim_start_matches([':', ' ', '\t', '=']);
    let end = rest.find([' ', '\t', '(']).unwrap_or(rest.len());
    number(&rest[..end])
}

fn number(text: &str) -> Option<u64> {
    let text: String = text.chars().filter(|it| !matches!(it, ',' | '\'' | '\u{a0}')).collect();
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// `  12 345 bytes of readonly  code memory`, with an apostrophe or a space between thousands.
fn iar(map: &str) -> Figures {
    let sum = |kinds: &[&str]| {
        let lines = map.lines().filter_map(|line| {
            let (count, kind) = line.split_once(" bytes of ")?;
            let kind = kind.split_whitespace().collect::<Vec<_>>().join(" ");
            let is_meant = kinds.iter().any(|it| kind.starts_with(it));
            let digits: String = count.chars().filter(char::is_ascii_digit).collect();
            if is_meant { digits.parse::<u64>().ok() } else { None }
        });
        let counts: Vec<u64> = lines.collect();
        (!counts.is_empty()).then(|| counts.iter().sum())
    };
    Figures {
        flash_bytes: sum(&["readonly code memory", "readonly data memory"]),
        ram_bytes: sum(&["readwrite code memory", "readwrite data memory"]),
    }
}

/// `RAMDATA SECTION:  000012a4 Byte(s)`, each kind on a line of its own; numbers are hexadecimal. Without `-total_size`
/// there is only the mapping list.
fn cc_rx(map: &str) -> Figures {
    if !map.contains("ROMDATA SECTION") {
        return cc_rx_list(map);
    }
    let bytes = |words: &str| {
        let rest = map.rsplit_once(words)?.1.lines().next()?;
        u64::from_str_radix(rest.split_whitespace().find(|it| *it != ":")?, 16).ok()
    };
    let stored = [bytes("ROMDATA SECTION"), bytes("PROGRAM SECTION")];
    let flash = stored.iter().flatten().sum::<u64>();
    Figures {
        flash_bytes: stored.iter().any(Option::is_some).then_some(flash),
        ram_bytes: bytes("RAMDATA SECTION"),
    }
}

/// Rows `START END SIZE ALIGN` of the mapping list, below each section's name. RAM of RX devices is below 0x00100000, on
/// bigger ones from 0x00800000 to 0x00ffffff too.
fn cc_rx_list(map: &str) -> Figures {
    let Some((_, list)) = map.split_once("*** Mapping List ***") else { return Figures::default() };
    let mut figures = Figures::default();
    for line in list.lines() {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let [start, _, size, _] = cells[..] else { continue };
        let [Ok(start), Ok(size)] = [start, size].map(|it| u64::from_str_radix(it, 16)) else { continue };
        let is_ram = start < 0x10_0000 || (0x80_0000..0x100_0000).contains(&start);
        let sum = if is_ram { &mut figures.ram_bytes } else { &mut figures.flash_bytes };
        *sum = Some(sum.unwrap_or(0) + size);
    }
    figures
}

/// Rows of `MEMORY CONFIGURATION`: name, origin, length, used, unused, attributes. Memory that may be written
/// and not executed from the file counts as RAM by its name, as TI's own summary does.
fn ti(map: &str) -> Figures {
    let Some((_, rest)) = map.split_once("MEMORY CONFIGURATION") else { return Figures::default() };
    let table = rest.split_once("SEGMENT ALLOCATION MAP").map_or(rest, |(it, _)| it);
    let mut figures = Figures::default();
    for line in table.lines() {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let [name, _, _, used, ..] = cells[..] else { continue };
        let Ok(used) = u64::from_str_radix(used, 16) else { continue };
        let name = name.to_ascii_uppercase();
        let is_ram = ["RAM", "SRAM"].iter().any(|it| name.contains(it));
        let sum = if is_ram { &mut figures.ram_bytes } else { &mut figures.flash_bytes };
        *sum = Some(sum.unwrap_or(0) + used);
    }
    figures
}

/// Rows `| mpe:dsram0 | code | data | reserved | free | total |`. What is reserved in flash stores nothing; in RAM it is
/// the stacks, the heap and the context save areas.
fn tasking(map: &str) -> Figures {
    let Some((_, rest)) = map.split_once("* Memory usage in bytes") else { return Figures::default() };
    let table = rest.split_once("* Space usage").map_or(rest, |(it, _)| it);
    let mut figures = Figures::default();
    for line in table.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let ["", name, code, data, reserved, ..] = cells[..] else { continue };
        let [Some(code), Some(data), Some(reserved)] = [code, data, reserved].map(number) else { continue };
        let is_ram = ["ram", "lmu"].iter().any(|it| name.contains(it));
        let (sum, bytes) = match is_ram {
            true => (&mut figures.ram_bytes, code + data + reserved),
            false => (&mut figures.flash_bytes, code + data),
        };
        if name != "Total" {
            *sum = Some(sum.unwrap_or(0) + bytes);
        }
    }
    figures
}

fn ihex(elf: &Path) -> Result<Figures> {
    let folder = tempfile::tempdir()?;
    let hex = folder.path().join("image.hex");
    output(Command::new("llvm-objcopy").args(["-O", "ihex"]).arg(elf).arg(&hex))?;
    let text = std::fs::read_to_string(&hex)?;
    let data = text.lines().filter(|it| it.get(7..9) == Some("00"));
    let lengths = data.filter_map(|it| u64::from_str_radix(it.get(1..3)?, 16).ok());
    Ok(Figures { flash_bytes: Some(lengths.sum()), ram_bytes: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(flash_bytes: u64, ram_bytes: u64) -> Figures {
        Figures { flash_bytes: Some(flash_bytes), ram_bytes: Some(ram_bytes) }
    }

    #[test]
    fn the_totals_of_armlink_are_the_last_ones() {
        let map = "    Total RO  Size (Code + RO Data)                 7 (   0.01kB)\n    \
                   Total RW  Size (RW Data + ZI Data)            320 (   0.31kB)\n    \
                   Total ROM Size (Code + RO Data + RW Data)     140 (   0.14kB)\n";
        assert_eq!(Oracle::Armlink.read(map), figures(140, 320));
    }

    #[test]
    fn iar_parts_its_thousands_with_a_space_or_an_apostrophe() {
        let map = "  12'034 bytes of readonly  code memory\n   1 200 bytes of readonly  data memory\n     \
                   900 bytes of readwrite data memory\n";
        assert_eq!(Oracle::Iar.read(map), figures(13234, 900));
    }

    #[test]
    fn cc_rx_counts_in_hexadecimal() {
        let map = "RAMDATA SECTION:  00000010 Byte(s)\nROMDATA SECTION:  00000008 Byte(s)\nPROGRAM SECTION:  000000ff Byte(s)\n";
        assert_eq!(Oracle::CcRx.read(map), figures(263, 16));
    }

    #[test]
    fn without_totals_cc_rx_lists_its_sections() {
        let map = "*** Mapping List ***\n\nSECTION  START  END  SIZE  ALIGN\nSI\n  00000004 00000103 100 4\n\
                   P\n  fff80000 fff80014 15 1\nFIXEDVECT\n  ffffff80 ffffffff 80 4\n";
        assert_eq!(Oracle::CcRx.read(map), figures(0x95, 0x100));
    }

    #[test]
    fn ti_says_what_of_each_memory_is_used() {
        let map = "MEMORY CONFIGURATION\n\n  name  origin  length  used  unused  attr  fill\n\
                   FLASH  00000000  00001000  00000120  00000ee0  R  X\nSRAM  20000000  00001000  00000040  00000fc0  RW X\n\
                   SEGMENT ALLOCATION MAP\nrun 00000000 1 2 3\n";
        assert_eq!(Oracle::Ti.read(map), figures(0x120, 0x40));
    }

    #[test]
    fn tasking_tells_memories_by_name_and_reserves_stacks() {
        let map = "* Memory usage in bytes\n| Memory | Code | Data | Reserved | Free | Total |\n|====|\n\
                   | m:dfls0 | 0x0 | 0x0 | 0x400 | 0x0 | 0x400 |\n| m:dsram0 | 0x0 | 0x4 | 0x100 | 0x0 | 0x104 |\n\
                   | m:pfls0 | 0x30 | 0x2 | 0x0 | 0x0 | 0x40 |\n| Total | 0x30 | 0x6 | 0x500 | 0x0 | 0x544 |\n\
                   * Space usage in bytes\n| m:tc0:ram | 0x7 | 0x7 | 0x7 |\n";
        assert_eq!(Oracle::Tasking.read(map), figures(0x32, 0x104));
    }

    #[test]
    fn a_map_without_totals_says_nothing() {
        for (_, oracle) in NAMES {
            assert_eq!(oracle.read("no map at all"), Figures::default());
        }
    }
}
