//! GNU ld's words and lld's, and what TinyGo makes of the latter.

use super::words::{name, number};
use super::{Bound, Found, Message, Overflow};

const OVERFLOWED: &str = "overflowed by ";
const TOO_BIG: &str = "will not fit in region ";
const OUTSIDE: &str = "is not within region ";
/// lld's last word after 20 errors, unless `--error-limit` says otherwise.
const TOO_MANY: &str = "too many errors emitted, stopping now";
/// TinyGo's names for what lld calls `FLASH_TEXT` and `RAM`.
const TINYGO: [(&str, &str); 2] = [("(flash overflowed by ", "FLASH_TEXT"), ("(RAM overflowed by ", "RAM")];

/// Whether the line is one of theirs.
pub(super) fn read(message: &Message<'_>, found: &mut Found) -> bool {
    if message.has_any(&[TOO_MANY]) {
        found.overflows.iter_mut().for_each(|it| it.bound = Bound::AtLeast);
        return true;
    }
    if message.has_any(&[OVERFLOWED, TOO_BIG, OUTSIDE]) {
        mention(&message.line()).into_iter().for_each(|it| found.enter(it));
        return true;
    }
    if message.has_any(&["%"])
        && let Some((region, used_bytes, length_bytes)) = usage(&message.line())
    {
        found.enter_use(region, used_bytes, length_bytes);
        return true;
    }
    false
}

/// What one line says.
fn mention(line: &str) -> Option<Overflow> {
    if let Some((before, after)) = line.split_once(OVERFLOWED) {
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let over_bytes = after[..digits].parse().ok()?;
        if let Some((_, region)) = TINYGO.into_iter().find(|it| line.contains(it.0)) {
            return overflow(region, None, Some(over_bytes));
        }
        let (before, region) = before.rsplit_once("region ")?;
        let section = before.contains("will not fit").then(|| section(before)).flatten();
        return overflow(region, section, Some(over_bytes));
    }
    let (before, region) = line.split_once(TOO_BIG).or_else(|| line.split_once(OUTSIDE))?;
    overflow(region, section(before), None)
}

fn overflow(region: &str, section: Option<String>, over_bytes: Option<u64>) -> Option<Overflow> {
    let sections = section.into_iter().collect();
    Some(Overflow { region: name(region)?, sections, over_bytes, ..Overflow::default() })
}

/// ``x.elf section `.rodata' `` and `section '.text' will not fit in `.
fn section(text: &str) -> Option<String> {
    text.rsplit_once("section ").and_then(|(_, it)| name(it))
}

/// A row of `--print-memory-usage`: `text:  2076 B   1 KB  202.73%`. The linker writes the biggest unit in which the
/// number is whole.
fn usage(line: &str) -> Option<(&str, u64, u64)> {
    let (before, columns) = line.trim_end().strip_suffix('%')?.rsplit_once(':')?;
    let region = before.split_whitespace().next_back()?;
    let columns: Vec<&str> = columns.split_whitespace().collect();
    let [used, used_unit, length, length_unit, _] = columns.as_slice() else { return None };
    Some((region, size(used, used_unit)?, size(length, length_unit)?))
}

fn size(digits: &str, unit: &str) -> Option<u64> {
    let factor: u64 = match unit {
        "B" => 1,
        "KB" => 1 << 10,
        "MB" => 1 << 20,
        "GB" => 1 << 30,
        _ => return None,
    };
    number(digits).filter(|it| it.1.is_empty())?.0.checked_mul(factor)
}
