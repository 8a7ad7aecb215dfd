//! Which section of which object file each byte was linked from, as far as the linker's map fits the image.

use std::collections::BTreeMap;

use crate::MemoryRegion;
use crate::anonymous::{Piece, Split, What};
use crate::image::{Image, ImageSection};
use crate::map_file::{MapFile, MapOrigin, MapPiece, MapSection};
use crate::span::{Span, is_alignment_gap};

/// So much of the name of a section, and of a file, is kept: what is long would be repeated in many rows.
const MAX_CHARS: usize = 160;
/// Scripts align to this whatever the section's alignment says: `. = ALIGN(64)`.
const MIN_ALIGN_BYTES: u64 = 64;

/// Where a stretch of a section came from.
#[derive(Debug)]
pub(crate) enum Input {
    /// `.rodata.str1.1 of libfoo.a(bar.o)`, and whether that holds instructions.
    Linked { name: String, is_code: bool },
    /// The linker's own filler.
    Fill,
}

/// The inputs of all sections; none without a map.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// Parallel to the image's sections. By address, not empty, not overlapping.
    by_section: Vec<Vec<(Span, Input)>>,
    /// The memories that the linker knew.
    pub(crate) memory: Vec<MemoryRegion>,
}

impl Inputs {
    /// Or why `map` is not one of `image`.
    pub(crate) fn new(image: &Image<'_>, map: &MapFile<'_>) -> Result<Self, String> {
        let places = map.sections.iter().map(|it| ((it.name, it.address, it.size_bytes), it));
        let mut by_place: BTreeMap<_, &MapSection<'_>> = places.collect();
        let by_name: BTreeMap<&str, &MapSection<'_>> = map.sections.iter().map(|it| (it.name, it)).collect();
        let mut by_section: Vec<Vec<_>> = Vec::with_capacity(image.sections.len());
        for section in &image.sections {
            let (name, run) = (section.name.as_str(), section.run);
            let is_listed = is_linked(section) && by_name.contains_key(name);
            // Each only once: many sections at one place would multiply what the map says of it.
            let same = by_place.remove(&(name, run.start(), run.size())).filter(|_| is_listed);
            if let (true, None) = (is_listed, same) {
                return Err(disagreement(section, by_name[name]));
            }
            by_section.push(same.map(|it| stretches(it, run)).unwrap_or_default());
        }
        if by_section.iter().all(Vec::is_empty) {
            return Err("it names none of the image's sections".into());
        }
        Ok(Self { by_section, memory: map.memory.clone() })
    }

    /// What the map says about an address.
    pub(crate) fn at(&self, section_idx: usize, address: u64) -> Option<&Input> {
        let list = self.by_section.get(section_idx)?;
        let idx = list.partition_point(|(it, _)| it.end() <= address);
        list.get(idx).filter(|(it, _)| it.contains_address(address)).map(|(_, input)| input)
    }

    fn begins_at(&self, section_idx: usize, address: u64) -> bool {
        let list = self.by_section.get(section_idx);
        list.is_some_and(|it| it.binary_search_by_key(&address, |(span, _)| span.start()).is_ok())
    }

    /// The name of what an address was linked from.
    pub(crate) fn name_at(&self, section_idx: usize, address: u64) -> Option<&str> {
        match self.at(section_idx, address)? {
            Input::Linked { name, .. } => Some(name),
            Input::Fill => None,
        }
    }

    /// Cuts what content does not tell where another input begins, and tells what the parts are.
    pub(crate) fn cut(&self, split: &mut Split) {
        if self.by_section.iter().all(Vec::is_empty) {
            return;
        }
        for piece in std::mem::take(&mut split.pieces) {
            match piece.what {
                What::Unknown | What::Constant | What::Variable | What::Code => self.cut_piece(piece, split),
                _ => split.pieces.push(piece),
            }
        }
    }

    /// Whoever refers to the beginning of a piece keeps all of it, as without a map. What only follows something
    /// and is an input of its own is called after that.
    fn cut_piece(&self, piece: Piece, split: &mut Split) {
        for (span, input) in self.parts(piece) {
            let is_head = span.start() == piece.span.start();
            let is_own = piece.follows && self.begins_at(piece.section_idx, span.start());
            let what = match input {
                _ if is_head && piece.is_known() && !is_own => piece.what,
                None => piece.what,
                Some(Input::Fill) if is_alignment_gap(span.size(), span.end(), MIN_ALIGN_BYTES) => {
                    split.padding.push((piece.section_idx, span));
                    continue;
                }
                Some(Input::Fill) => What::Space,
                Some(Input::Linked { .. }) => What::Input,
            };
            let (is_referenced, follows) = match is_head {
                true => (piece.is_referenced, piece.follows),
                false => (false, piece.is_known()),
            };
            split.pieces.push(Piece { span, what, is_referenced, follows, ..piece });
        }
    }

    /// All of a piece in parts, each from one input or from none that the map knows.
    fn parts(&self, piece: Piece) -> Vec<(Span, Option<&Input>)> {
        let list = self.by_section.get(piece.section_idx).map_or(&[][..], Vec::as_slice);
        let first = list.partition_point(|(it, _)| it.end() <= piece.span.start());
        let mut parts = Vec::new();
        let mut cursor = piece.span.start();
        for (span, input) in
            list[first..].iter().map_while(|(it, input)| Some((it.intersection(piece.span)?, input)))
        {
            parts
                .extend(Span::between(cursor, span.start()).filter(|it| !it.is_empty()).map(|it| (it, None)));
            parts.push((span, Some(input)));
            cursor = span.end();
        }
        let rest = piece.span.from(cursor);
        parts.extend((!rest.is_empty()).then_some((rest, None)));
        parts
    }
}

/// Whether the linker placed it: not what stands in for headers, nor what takes nothing.
fn is_linked(section: &ImageSection<'_>) -> bool {
    section.takes_memory() && section.file_idx.is_some() && section.size() > 0
}

fn disagreement(section: &ImageSection<'_>, listed: &MapSection<'_>) -> String {
    format!(
        "section {} has {} B at {:#x} in the image, {} B at {:#x} in the map",
        shortened(&section.name),
        section.size(),
        section.run.start(),
        listed.size_bytes,
        listed.address
    )
}

fn stretches(section: &MapSection<'_>, run: Span) -> Vec<(Span, Input)> {
    let mut pieces: Vec<&MapPiece<'_>> = section.pieces.iter().collect();
    pieces.sort_by_key(|it| it.address);
    let mut stretches = Vec::with_capacity(pieces.len());
    let mut cursor = run.start();
    for piece in pieces {
        let wanted = Span::saturating(piece.address, piece.size_bytes);
        if let Some(span) = run.from(cursor).intersection(wanted) {
            cursor = span.end();
            stretches.push((span, input(piece.origin)));
        }
    }
    stretches
}

/// Without the folders, which are the machine's.
fn input(origin: MapOrigin<'_>) -> Input {
    match origin {
        MapOrigin::Input { section, file, member } => {
            let file = shortened(file.rsplit(['/', '\\']).next().unwrap_or(file));
            let member = member.map(|it| format!("({})", shortened(it))).unwrap_or_default();
            let name = format!("{} of {file}{member}", shortened(section));
            Input::Linked { name, is_code: section.starts_with(".text") }
        }
        MapOrigin::Script { command } => {
            Input::Linked { name: format!("{} of the linker script", shortened(command)), is_code: false }
        }
        MapOrigin::Fill => Input::Fill,
    }
}

fn shortened(name: &str) -> &str {
    name.char_indices().nth(MAX_CHARS).map_or(name, |(end, _)| &name[..end])
}
