//! Projects of SEGGER Embedded Studio and CrossWorks: the memory segments of a device, as one attribute of an XML
//! element: `linker_section_placements_segments="FLASH1 RX 0x08000000 0x00080000;RAM1 RWX 0x20000000 0x00020000"`.
//! Embedded Studio's manual calls it *Memory Segments*; what `$(NAME)` stands for is in *Section Placement Macros*.

use std::collections::HashMap;

use super::{Mistake, Place, Reader, shown};

/// The attribute with the segments.
pub(super) const SEGMENTS: &str = "linker_section_placements_segments";
/// The attribute with the values of macros.
const MACROS: &str = "linker_section_placement_macros";

/// The attribute with the name of an XML file that has them instead.
const MEMORY_MAP: &str = "linker_memory_map_file";
/// Its elements.
const SEGMENT: &str = "<MemorySegment";

pub(super) fn read(reader: &mut Reader<'_>, files: &[usize]) -> Result<(), Mistake> {
    for file in files {
        let (file, text) = reader.text(*file);
        let macros = macros(text);
        if let Some((first, at)) = only(reader, attributes(text, SEGMENTS), (file, text))? {
            let mut at = at;
            for segment in first.split(';') {
                let here = at + segment.len() - segment.trim_start().len();
                if !segment.trim().is_empty() {
                    read_segment(reader, segment, (place(file, text, here), &macros))?;
                }
                at += segment.len() + 1;
            }
        } else if text.contains(SEGMENT) {
            read_map(reader, (file, text), &macros)?;
        } else if let Some((name, at)) = only(reader, attributes(text, MEMORY_MAP), (file, text))? {
            let map = reader.included(in_folder(name));
            let missing = || format!("the memory map {} is missing", shown(in_folder(name)));
            let map = map.ok_or_else(|| place(file, text, at).mistake(missing()))?;
            read_map(reader, map, &macros)?;
        } else {
            let place = Place { file, ..Place::default() };
            return Err(place.mistake(format!("the project has no {}", shown(SEGMENTS))));
        }
    }
    Ok(())
}

/// The files that a project refers to, by names from its own folder.
pub(super) fn includes(text: &str) -> Vec<String> {
    attributes(text, MEMORY_MAP).into_iter().map(|it| in_folder(it.0).to_owned()).collect()
}

fn in_folder(name: &str) -> &str {
    name.strip_prefix("$(ProjectDir)/").unwrap_or(name)
}

/// The one value of an attribute. Projects of one solution may differ, and their configurations: Embedded Studio's own
/// words `ProjectName` and `Configuration`, given as symbols, say which counts.
fn only<'text>(
    reader: &Reader<'_>,
    mut values: Vec<(&'text str, usize)>,
    (file, text): (u32, &str),
) -> Result<Option<(&'text str, usize)>, Mistake> {
    let given = |name: &str| reader.scripts.symbols.iter().find(|it| it.0 == name).map(|it| it.1.as_str());
    if let Some(project) = given("ProjectName") {
        values.retain(|it| name_before(text, it.1, "<project") == Some(project));
    }
    if let Some(configuration) = given("Configuration") {
        let is_in = |at: usize, name: &str| name_before(text, at, "<configuration") == Some(name);
        // What a configuration does not say, the common one does.
        let has_own = values.iter().any(|it| is_in(it.1, configuration));
        values.retain(|it| is_in(it.1, if has_own { configuration } else { "Common" }));
    }
    let Some((first, at)) = values.first().copied() else { return Ok(None) };
    let Some((_, other)) = values.iter().find(|it| plain(it.0) != plain(first)) else {
        return Ok(Some((first, at)));
    };
    let line = place(file, text, at).line;
    let message = format!(
        "these are other memories than those of line {line}: `--defsym ProjectName=NAME` or `--defsym \
         Configuration=NAME` says which count"
    );
    Err(place(file, text, *other).mistake(message))
}

/// The name of the last element of that kind that begins before a place.
fn name_before<'text>(text: &'text str, at: usize, element: &str) -> Option<&'text str> {
    let element = &text[text[..at].rfind(element)?..];
    let element = &element[..element.find('>').unwrap_or(element.len())];
    attributes(element, "Name").first().map(|it| it.0)
}

/// `<MemorySegment name="FLASH" start="0x0" size="0x100000" access="ReadOnly" />`. Within one of them may be parts.
fn read_map(
    reader: &mut Reader<'_>,
    (file, text): (u32, &str),
    macros: &HashMap<&str, &str>,
) -> Result<(), Mistake> {
    for (at, _) in text.match_indices(SEGMENT) {
        let element = &text[at..];
        let element = &element[..element.find('>').unwrap_or(element.len())];
        let place = place(file, text, at);
        let value = |name: &str| {
            let value = attributes(element, name).first().map(|it| it.0);
            value.ok_or_else(|| place.mistake(format!("the segment has no {}", shown(name))))
        };
        let number = |name: &str| number(value(name)?, macros).map_err(|it| place.mistake(it));
        let name = value("name")?;
        reader.declare(name, place, (number("start")?, number("size")?))?;
        if value("access").is_ok_and(|it| it.contains("ReadOnly")) {
            reader.attribute(name, "rx");
        }
    }
    Ok(())
}

/// `FLASH1 RX 0x08000000 0x00080000`.
fn read_segment(
    reader: &mut Reader<'_>,
    segment: &str,
    (place, macros): (Place, &HashMap<&str, &str>),
) -> Result<(), Mistake> {
    let words: Vec<&str> = segment.split_whitespace().collect();
    let [name, access, start, size] = words.as_slice() else {
        let message =
            format!("expected a segment's name, access, start and size, found {}", shown(segment.trim()));
        return Err(place.mistake(message));
    };
    let value = |text: &str| number(text, macros).map_err(|it| place.mistake(it));
    reader.declare(name, place, (value(start)?, value(size)?))?;
    reader.attribute(name, &access.to_ascii_lowercase());
    Ok(())
}

fn number(text: &str, macros: &HashMap<&str, &str>) -> Result<i128, String> {
    let name = text.strip_prefix("$(").and_then(|it| it.strip_suffix(')'));
    let text = match name {
        // `$(NAME:DEFAULT)` has a value for where the macro has none.
        Some(name) => {
            let (name, default) = name.split_once(':').map_or((name, None), |(name, it)| (name, Some(it)));
            let value = macros.get(name).copied().or(default);
            value.ok_or_else(|| format!("unknown macro {}", shown(name)))?
        }
        None => text,
    };
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    let value = u64::from_str_radix(digits, radix).map(i128::from);
    value.map_err(|_| format!("{} is not a number", shown(text)))
}

/// `FLASH_START=0x0;FLASH_SIZE=0x100000`, of all configurations; what they disagree on has no value.
fn macros(text: &str) -> HashMap<&str, &str> {
    let mut macros: HashMap<&str, Option<&str>> = HashMap::new();
    for (list, _) in attributes(text, MACROS) {
        for (name, value) in list.split(';').filter_map(|it| it.split_once('=')) {
            let (name, value) = (name.trim(), value.trim());
            let known = macros.entry(name).or_insert(Some(value));
            *known = known.filter(|it| *it == value);
        }
    }
    macros.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// The values of an attribute, and where in the text they begin. What is in a comment is none.
fn attributes<'text>(text: &'text str, name: &str) -> Vec<(&'text str, usize)> {
    let mut values = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(next) = rest.find(name) else { break };
        if let Some(comment) = rest.find("<!--").filter(|it| *it < next) {
            at += rest[comment..].find("-->").map_or(rest.len(), |it| comment + it + 3);
            continue;
        }
        let is_whole = !rest[..next].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        at += next + name.len();
        if !is_whole {
            continue;
        }
        let sign = text[at..].trim_start().strip_prefix('=').map(str::trim_start);
        let quote = sign.and_then(|it| it.chars().next()).filter(|it| matches!(it, '"' | '\''));
        let (Some(sign), Some(quote)) = (sign, quote) else { continue };
        let start = text.len() - sign.len() + 1;
        if let Some(length) = text[start..].find(quote) {
            values.push((&text[start..start + length], start));
            at = start + length;
        }
    }
    values
}

/// Without blanks and the last semicolon, which mean nothing.
fn plain(value: &str) -> Vec<&str> {
    value.split([';', ' ']).filter(|it| !it.is_empty()).collect()
}

fn place(file: u32, text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or(text);
    let line = before.bytes().filter(|it| *it == b'\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |it| it.chars().count()) + 1;
    let number = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
    Place { file, line: number(line), column: number(column) }
}
