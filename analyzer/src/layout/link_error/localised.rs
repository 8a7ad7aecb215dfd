//! GNU ld in other languages, after the catalogues that binutils 2.40 brings (`ld/po`): in each, the sentence has the
//! word for *region*, the region's name and, where it tells how much, one number before the word for *bytes*.

use super::words::{is_quote, name, number};
use super::{Found, Message, Overflow};

/// Beginnings of the words for *region*.
const REGION: [&str; 26] = [
    "region",
    "région",
    "región",
    "regione",
    "regiun",
    "região",
    "regija",
    "Bereich",
    "område",
    "област",
    "ділян",
    "領域",
    "区域",
    "區域",
    "영역",
    "daerah",
    "réigiún",
    "vùng",
    "alan",
    "bölüm",
    "alue",
    "oblast",
    "obszar",
    "gebied",
    "tartomány",
    "área",
];
/// Beginnings of the words for *byte*.
const BYTE: [&str; 13] = [
    "byte",
    "Byte",
    "octet",
    "байт",
    "бајт",
    "バイト",
    "bayt",
    "beart",
    "字节",
    "位元組",
    "바이트",
    "bajt",
    "tavu",
];
/// What the linker is called, in front of its words.
const LINKER: [&str; 5] = ["ld:", "ld.exe:", "ld\u{a0}:", "ld.exe\u{a0}:", "ld.bfd:"];

/// Whether the line is one of its.
pub(super) fn read(message: &Message<'_>, found: &mut Found) -> bool {
    if !message.has_any(&LINKER) {
        return false;
    }
    let mention = mention(&message.line());
    let is_some = mention.is_some();
    mention.into_iter().for_each(|it| found.enter(it));
    is_some
}

fn mention(line: &str) -> Option<Overflow> {
    // Of a path, `region` may be a part.
    let text = LINKER.into_iter().find_map(|it| line.rsplit_once(it))?.1.trim();
    let region = region(text)?;
    let section = section(text).filter(|it| *it != region);
    let over_bytes = bytes(text);
    if section.is_none() && over_bytes.is_none() {
        return None;
    }
    let sections = section.into_iter().collect();
    Some(Overflow { region, sections, over_bytes, ..Overflow::default() })
}

/// What follows the last word for *region*; in Turkish, what stands before it.
fn region(text: &str) -> Option<String> {
    let begins_word = |at: usize| !text[..at].ends_with(|c: char| c.is_ascii_alphabetic());
    let words = REGION.iter().flat_map(|it| text.match_indices(it)).map(|it| it.0);
    let word = words.filter(|it| begins_word(*it)).max()?;
    let after = text[word..].find(|c: char| c.is_whitespace() || is_quote(c));
    let after = after.map(|it| text[word + it..].trim_start());
    let quoted = after.filter(|it| it.starts_with(is_quote)).and_then(name);
    let before = || last_quoted(text);
    // Chinese has no quotation marks.
    let bare = || after.and_then(name).filter(|it| it.is_ascii());
    quoted.or_else(before).or_else(bare)
}

/// The section that does not fit: the first name that begins with a dot.
fn section(text: &str) -> Option<String> {
    let is_start = |c: char| c.is_whitespace() || is_quote(c);
    let (at, _) = text.match_indices('.').find(|(at, _)| text[..*at].ends_with(is_start))?;
    let name = &text[at..];
    Some(name[..name.find(is_start).unwrap_or(name.len())].to_owned())
}

fn last_quoted(text: &str) -> Option<String> {
    let end = text.rfind(is_quote)?;
    let start = text[..end].char_indices().rfind(|(_, c)| is_quote(*c))?;
    name(&text[start.0..])
}

/// The number before the word for *byte*.
fn bytes(text: &str) -> Option<u64> {
    let word = BYTE.iter().filter_map(|it| text.rfind(it)).max()?;
    let before = text[..word].trim_end();
    let n_others = before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    number(&before[n_others..]).map(|it| it.0)
}
