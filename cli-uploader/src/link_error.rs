//! `--link-error`: the log of a link that failed, and where there is one its map, as what the server is told.

use crate::args::UploadArgs;
use crate::failure::{self, WithHint, hinted};
use anyhow::{Context, anyhow};
use plimsoll_analyzer::link_error::{Bound, Overflow};
use plimsoll_analyzer::map_file::{MapFile, MapOrigin};
use plimsoll_analyzer::{Layout, MemoryRegion, link_error, map_file};
use plimsoll_protocol::link::{MAX_NAME_CHARS, MAX_OBJECTS, MAX_OVERFLOWS, MAX_SECTIONS};
use plimsoll_protocol::{LinkFailure, OverflowBound, PlacedObject, PlacedSection, RegionOverflow};
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// No log of a link is longer; of a longer text we may not even have the memory.
const MAX_LOG_BYTES: u64 = 64 << 20;
/// Maps of big programs are long.
const MAX_MAP_BYTES: u64 = 256 << 20;
/// So many of the sections that did not fit are told of each region.
const N_SECTIONS: usize = 8;

/// lld's last word where `--error-limit` stopped it; it writes no map then.
const LLD_GAVE_UP: &str = "too many errors emitted, stopping now";

/// What was typed, read and understood; absent where no `--link-error` was.
pub(crate) fn read(args: &UploadArgs, current_dir: &Path) -> anyhow::Result<Option<LinkError>> {
    let Some(log) = &args.link_error else { return Ok(None) };
    let text = match log.as_os_str() == "-" {
        true => text_of(std::io::stdin().lock(), MAX_LOG_BYTES).context("cannot read standard input")?,
        false => file(&current_dir.join(log), MAX_LOG_BYTES, "the linker's log")?,
    };
    let overflows = link_error::parse(&text);
    if overflows.is_empty() {
        let name =
            if log.as_os_str() == "-" { "standard input".to_owned() } else { log.display().to_string() };
        return Err(hinted(
            anyhow!("no region overflows in {name}"),
            "looked for what GNU ld, lld, armlink and the linkers of IAR and TI say, \"region `FLASH' overflowed by 629 \
             bytes\", and ESP-IDF, Arduino, PlatformIO and TinyGo after them; a link that failed for another reason \
             has no size",
        ));
    }
    if text.contains(LLD_GAVE_UP) {
        failure::warn(
            "lld stopped after 20 errors, so that more may be missing than it says: `--error-limit=0` makes it go on \
             (for rustc `-Clink-arg=--error-limit=0`)",
        );
    }
    let map = match &args.map {
        Some(path) => Some(map_text(&current_dir.join(path))?),
        None => None,
    };
    Ok(Some(LinkError { overflows, map }))
}

/// What a build's log tells of a link that failed; absent where it tells nothing.
pub(crate) fn of_log(path: &Path) -> anyhow::Result<Option<LinkError>> {
    let overflows = link_error::parse(&file(path, MAX_LOG_BYTES, "the log")?);
    Ok((!overflows.is_empty()).then_some(LinkError { overflows, map: None }))
}

/// What the linker left behind.
#[derive(Debug)]
pub(crate) struct LinkError {
    overflows: Vec<Overflow>,
    map: Option<String>,
}

impl LinkError {
    /// In the layout of the target. Where no script gives one, GNU ld's map does.
    pub(crate) fn failure(&self, layout: &Layout) -> anyhow::Result<LinkFailure> {
        let map = self.map.as_deref().map(map_file::parse).transpose().context("--map")?;
        let mut regions = layout.clone();
        if let Some(map) = map.as_ref().filter(|_| layout.regions.is_empty()) {
            regions.regions.clone_from(&map.memory);
        }
        let overflow = |it: &Overflow| {
            let region = region(it, &regions);
            RegionOverflow {
                region: region.map_or(&it.region, |it| &it.name).clone(),
                over_bytes: it.over_bytes,
                bound: it.over_bytes.map_or(OverflowBound::Exact, |_| bound(it.bound)),
                length_bytes: region.map(|it| it.length_bytes).or(it.length_bytes),
                sections: it.sections.iter().take(N_SECTIONS).cloned().collect(),
            }
        };
        let mut overflows: Vec<RegionOverflow> = self.overflows.iter().map(overflow).collect();
        // IAR's ranges may be of one region; what each of them tells is a lower bound.
        let mut names = HashSet::new();
        overflows.retain(|it| names.insert(it.region.clone()));
        overflows.truncate(MAX_OVERFLOWS);
        let (sections, objects) = match &map {
            Some(map) => placed(map, &regions, &overflows),
            None => (Vec::new(), Vec::new()),
        };
        Ok(LinkFailure { overflows, sections, objects })
    }
}

/// The region of a layout that a log speaks of, by its name or where it lies.
fn region<'run>(overflow: &Overflow, layout: &'run Layout) -> Option<&'run MemoryRegion> {
    let Some((first, last)) = overflow.range else { return layout.region(&overflow.region) };
    let holds = |it: &&MemoryRegion| {
        let offset = |address: u64| address.checked_sub(it.origin_address);
        offset(first).is_some() && offset(last).is_some_and(|offset| offset < it.length_bytes)
    };
    layout.regions.iter().filter(holds).min_by_key(|it| it.length_bytes)
}

fn bound(bound: Bound) -> OverflowBound {
    match bound {
        Bound::Exact => OverflowBound::Exact,
        Bound::AtMost => OverflowBound::AtMost,
        Bound::AtLeast => OverflowBound::AtLeast,
    }
}

/// The sections that lie in a region, or where it would go on if it were as big as wanted, and what fills them.
/// Debug information and the like lies nowhere. Without regions only what has an address counts.
fn placed(
    map: &MapFile<'_>,
    layout: &Layout,
    overflows: &[RegionOverflow],
) -> (Vec<PlacedSection>, Vec<PlacedObject>) {
    let over = |name: &str| overflows.iter().find(|it| it.region == name).and_then(|it| it.over_bytes);
    let holds = |address: u64| {
        let in_region = layout.regions.iter().any(|it| {
            let length = it.length_bytes.saturating_add(over(&it.name).unwrap_or(0));
            address.checked_sub(it.origin_address).is_some_and(|it| it < length)
        });
        in_region || (layout.regions.is_empty() && address > 0)
    };
    let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
    let mut sections = Vec::new();
    for section in map.sections.iter().filter(|it| it.size_bytes > 0 && holds(it.address)) {
        for piece in &section.pieces {
            if let MapOrigin::Input { file, member, .. } = piece.origin {
                let size = sizes.entry(object_name(file, member)).or_default();
                *size = size.saturating_add(piece.size_bytes);
            }
        }
        let name = name(section.name);
        sections.push(PlacedSection { name, address: section.address, size_bytes: section.size_bytes });
    }
    sections.truncate(MAX_SECTIONS);
    let mut objects: Vec<PlacedObject> =
        sizes.into_iter().map(|(file, size_bytes)| PlacedObject { file, size_bytes }).collect();
    objects.retain(|it| it.size_bytes > 0);
    objects.sort_by(|a, b| b.size_bytes.cmp(&a.size_bytes).then_with(|| a.file.cmp(&b.file)));
    objects.truncate(MAX_OBJECTS);
    (sections, objects)
}

/// `libm.a(sin.o)`, without the folders, which are the machine's.
fn object_name(file: &str, member: Option<&str>) -> String {
    let file = file.rsplit(['/', '\\']).next().unwrap_or(file);
    match member {
        Some(member) => name(&format!("{file}({member})")),
        None => name(file),
    }
}

fn name(text: &str) -> String {
    let name: String = text.chars().filter(|it| !it.is_control()).take(MAX_NAME_CHARS).collect();
    if name.is_empty() { "?".to_owned() } else { name }
}

/// A linker's map, still to be understood.
pub(crate) fn map_text(path: &Path) -> anyhow::Result<String> {
    file(path, MAX_MAP_BYTES, "the linker's map")
}

fn file(path: &Path, max_bytes: u64, what: &str) -> anyhow::Result<String> {
    let reading = || format!("cannot read {what} {}", path.display());
    let file = File::open(path).with_context(reading)?;
    text_of(file, max_bytes).with_context(reading)
}

fn text_of(source: impl Read, max_bytes: u64) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    source.take(max_bytes + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes {
        let error = anyhow!("it is longer than {} MiB", max_bytes >> 20);
        return Err(error).hint("give only what the linker said");
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
