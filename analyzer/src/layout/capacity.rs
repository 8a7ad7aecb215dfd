//! The memories of a device, by whoever knows them: linker scripts, the file itself, or the linker's map.

use super::MemoryRegion;
use crate::image::Image;
use crate::isa::Machine;
use crate::report::{RegionSource, Warning};
use crate::text::grouped;

/// The most regions that are taken from a map, as from scripts.
const MAX_REGIONS: usize = 256;
/// Of AVR: what a device has of which memory, as its headers say (`avr-libc`, `deviceinfo`).
const DEVICE_NOTE: &str = ".note.gnu.avr.deviceinfo";
/// Where AVR's linker places each: the note has addresses of the memories themselves.
const AVR_MEMORIES: [(&str, &str, u64); 3] =
    [("flash", "rx", 0), ("ram", "rw", 0x80_0000), ("eeprom", "rw", 0x81_0000)];

/// Regions, and where they come from. Without any they are inferred.
#[derive(Debug, Clone)]
pub(crate) struct Memory {
    pub(crate) regions: Vec<MemoryRegion>,
    pub(crate) source: RegionSource,
}

impl Memory {
    /// Nothing is known.
    pub(crate) fn unknown() -> Self {
        Self { regions: Vec::new(), source: RegionSource::Inferred }
    }

    /// What scripts say goes before what the file says, and that before a map: it repeats the linker's own script, which
    /// is for a whole family of devices.
    pub(crate) fn of(image: &Image<'_>, script: &[MemoryRegion], map: &[MemoryRegion]) -> Self {
        if !script.is_empty() {
            return Self { regions: script.to_vec(), source: RegionSource::LinkerScript };
        }
        let device = device_memories(image);
        if !device.is_empty() {
            return Self { regions: device, source: RegionSource::DeviceInfo };
        }
        let regions: Vec<MemoryRegion> = map.iter().filter(|it| it.length_bytes > 0).cloned().collect();
        match regions.is_empty() || regions.len() > MAX_REGIONS || image.is_relocatable() {
            true => Self::unknown(),
            false => Self { regions, source: RegionSource::LinkerMap },
        }
    }
}

/// Where the linker saw other memories than the script gives: it read another one, or this one in another way.
pub(crate) fn disagreements(script: &[MemoryRegion], map: &[MemoryRegion]) -> Vec<Warning> {
    if script.is_empty() || map.is_empty() {
        return Vec::new();
    }
    let warning = |it: &MemoryRegion, message| Warning { place: format!("region {}", it.name), message };
    let words =
        |it: &MemoryRegion| format!("{} bytes from {:#x} on", grouped(it.length_bytes), it.origin_address);
    let is_called = |it: &MemoryRegion, name: &str| it.name == name || it.aliases.iter().any(|it| it == name);
    let mut warnings: Vec<Warning> = Vec::new();
    for region in script {
        let message = match map.iter().find(|it| is_called(region, &it.name)) {
            None => "the script declares it, and the linker had no such region, by its map".to_owned(),
            Some(used)
                if (used.origin_address, used.length_bytes)
                    == (region.origin_address, region.length_bytes) =>
            {
                continue;
            }
            Some(used) => {
                format!("the script says {}, and the linker used {}, by its map", words(region), words(used))
            }
        };
        warnings.push(warning(region, message));
    }
    let is_unknown =
        |it: &&MemoryRegion| it.length_bytes > 0 && !script.iter().any(|known| is_called(known, &it.name));
    warnings.extend(map.iter().filter(is_unknown).map(|it| {
        warning(it, format!("the linker had {}, by its map, and the script does not declare it", words(it)))
    }));
    warnings
}

/// What the note of an AVR image says: start and size of flash, RAM and EEPROM.
fn device_memories(image: &Image<'_>) -> Vec<MemoryRegion> {
    let is_avr = matches!(image.machine, Machine::Avr { .. });
    let note = image.sections.iter().find(|it| is_avr && it.name == DEVICE_NOTE);
    let Some(numbers) = note.and_then(|it| device_numbers(it.data)) else { return Vec::new() };
    let memory = |((name, attributes, base), [start, length]): ((&str, &str, u64), [u32; 2])| MemoryRegion {
        name: name.to_owned(),
        origin_address: base + u64::from(start),
        length_bytes: length.into(),
        attributes: attributes.to_owned(),
        aliases: Vec::new(),
        shows_address: None,
    };
    AVR_MEMORIES.into_iter().zip(numbers).map(memory).filter(|it| it.length_bytes > 0).collect()
}

/// A note of the owner `AVR`, of type 1: three times start and size, then names (binutils, `include/elf/avr.h`).
fn device_numbers(note: &[u8]) -> Option<[[u32; 2]; 3]> {
    let word = |idx: usize| Some(u32::from_le_bytes(note.get(4 * idx..4 * idx + 4)?.try_into().ok()?));
    let is_told = word(0)? == 4 && word(1)? >= 24 && word(2)? == 1 && note.get(12..16)? == b"AVR\0";
    let pair = |idx: usize| Some([word(idx)?, word(idx + 1)?]);
    is_told.then_some([pair(4)?, pair(6)?, pair(8)?])
}
