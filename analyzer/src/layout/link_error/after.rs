//! What checks sizes once the linker has succeeded: ESP-IDF against its partitions; Arduino and PlatformIO against what
//! the board's description says.

use super::words::{name, number, number_after, numbers};
use super::{Found, Message, Overflow};

const PARTITIONS: &str = "too small for binary";
const PARTITION: &str = "- Part ";
const BOOTLOADER: &str = "Bootloader binary size ";
/// Arduino's last words, without figures; what it says before has them.
const EXCEEDS: [(&str, &str); 2] = [
    ("text section exceeds available space in board", FLASH),
    ("data section exceeds available space in board", RAM),
];
const PLATFORMIO: [(&str, &str); 2] = [("The program size (", FLASH), ("The data size (", RAM)];
/// As regions are called that nothing names.
const FLASH: &str = "flash";
const RAM: &str = "ram";

/// Whether the line is one of theirs.
pub(super) fn read(message: &Message<'_>, found: &mut Found) -> bool {
    if message.has_any(&[PARTITIONS]) {
        found.is_warning = message.has_any(&["Warning"]);
    } else if message.has_any(&[PARTITION]) {
        if !found.is_warning {
            partition(&message.line(), found);
        }
    } else if message.has_any(&[BOOTLOADER]) {
        bootloader(&message.text(), found);
    } else if message.has_any(&["%)"]) {
        arduino(&message.line(), found);
    } else if let Some((_, region)) = EXCEEDS.into_iter().find(|it| message.has_any(&[it.0])) {
        found.enter(Overflow { region: region.to_owned(), ..Overflow::default() });
    } else if message.has_any(&["is greater than maximum allowed ("]) {
        platformio(&message.line(), found);
    } else {
        return false;
    }
    true
}

/// `- Part 'factory' 0/0 @ 0x10000 size 0x100000 (overflow 0x2340)`.
fn partition(line: &str, found: &mut Found) {
    let Some((_, text)) = line.split_once(PARTITION) else { return };
    let over_bytes = number_after(text, "(overflow ").filter(|it| *it > 0);
    if let (Some(region), Some(_)) = (name(text), over_bytes) {
        let length_bytes = number_after(text, " size ");
        found.enter(Overflow { region, over_bytes, length_bytes, ..Overflow::default() });
    }
}

/// `Bootloader binary size 0x7100 bytes is too large for partition table offset 0x8000. Bootloader binary can be
/// maximum 0x7000 (28672) bytes …`.
fn bootloader(text: &str, found: &mut Found) {
    if let (Some(used), Some(length)) =
        (number_after(text, BOOTLOADER), number_after(text, "can be maximum "))
    {
        found.enter_use("bootloader", used, length);
    }
}

/// `Sketch uses 33018 bytes (102%) of program storage space. Maximum is 32256 bytes.`, in whatever language: a number,
/// its percentage of the last one, and between them, where it is about RAM, what remains.
fn arduino(line: &str, found: &mut Found) {
    let Some((before, after)) = line.split_once("%)") else { return };
    let Some((before, percent)) = before.rsplit_once('(') else { return };
    let (used, rest) = (numbers(before).pop(), numbers(after));
    let (Some(used), Some(length), Ok(percent)) = (used, rest.last().copied(), percent.trim().parse::<u64>())
    else {
        return;
    };
    let told = used.checked_mul(100).and_then(|it| it.checked_div(length));
    if told.is_some_and(|it| it.abs_diff(percent) <= 1) {
        found.enter_use(if rest.len() > 1 { RAM } else { FLASH }, used, length);
    }
}

/// `The program size (1332310 bytes) is greater than maximum allowed (1310720 bytes)`.
fn platformio(line: &str, found: &mut Found) {
    let Some((what, region)) = PLATFORMIO.into_iter().find(|it| line.contains(it.0)) else { return };
    let text = line.split_once(what).map_or("", |it| it.1);
    let length = number_after(text, "maximum allowed (");
    if let (Some((used, _)), Some(length)) = (number(text), length) {
        found.enter_use(region, used, length);
    }
}
