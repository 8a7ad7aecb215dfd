//! Sections for a file that has none: each load segment, cut into what its place in the file tells.

use object::Endianness;
use object::read::elf::FileHeader;

use super::vectors::{self, VECTORS};
use super::{File, ImageSection, ImageSegment, carried};
use crate::anonymous::HEADERS;
use crate::error::Error;
use crate::report::{SectionKind, SectionRole};
use crate::span::Span;

/// Headers, a vector table, the rest of what is stored, and what is not. Numbers from `first_idx` on stand for
/// indices in the file.
pub(super) fn stand_ins<'data, Elf: FileHeader<Endian = Endianness>>(
    file: &File<'data, Elf>,
    segments: &[ImageSegment],
    first_idx: usize,
) -> Result<Vec<ImageSection<'data>>, Error> {
    let mut sections = Vec::new();
    for (idx, segment) in segments.iter().enumerate().filter(|(_, it)| it.is_load && !it.run.is_empty()) {
        let stored_bytes = segment.file.size();
        let overflow = || Error::malformed(format!("program header {idx}"), "address plus size overflows");
        let run = Span::new(segment.run.start(), stored_bytes).ok_or_else(overflow)?;
        let load = Span::new(segment.load.start(), stored_bytes).ok_or_else(overflow)?;
        let whole = Some((format!("segment {idx}"), run, Some(load))).filter(|_| !run.is_empty());
        let zeroed = segment.run.from(run.end());
        let suffix = if run.is_empty() { "" } else { " (zeroed)" };
        if let Some(whole) = whole {
            let section = stand_in(segment, whole);
            sections.extend(cut(file, segments, (segment, section, first_idx + idx)));
        }
        if !zeroed.is_empty() {
            sections.push(stand_in(segment, (format!("segment {idx}{suffix}"), zeroed, None)));
        }
    }
    Ok(sections)
}

/// The parts of a stored segment.
fn cut<'data, Elf: FileHeader<Endian = Endianness>>(
    file: &File<'data, Elf>,
    segments: &[ImageSegment],
    (segment, whole, idx): (&ImageSegment, ImageSection<'data>, usize),
) -> Vec<ImageSection<'data>> {
    let index = |offset: u64| usize::try_from(offset).ok();
    let range = index(segment.file.start()).zip(index(segment.file.end()));
    let data = range.and_then(|(from, to)| file.data.get(from..to)).unwrap_or(&[]);
    let whole = ImageSection { file_idx: Some(idx), data, ..whole };
    let n_headers = if segment.file.start() == 0 { carried::headers(file) } else { 0 };
    let (headers, rest) = split(whole, n_headers, (HEADERS, SectionKind::Other));
    let is_arm = file.header.e_machine(file.endian) == object::elf::EM_ARM;
    let entry = file.header.e_entry(file.endian).into();
    let has_vectors = |it: &&ImageSection<'_>| is_arm && it.is_executable;
    let n_vectors = rest.as_ref().filter(has_vectors);
    let n_vectors = n_vectors.map_or(0, |it| vectors::table_bytes(it.data, it.run, (entry, segments)));
    let (vectors, rest) = match rest {
        Some(rest) => split(rest, n_vectors as u64, (VECTORS, SectionKind::Rodata)),
        None => (None, None),
    };
    [headers, vectors, rest].into_iter().flatten().collect()
}

/// The first bytes of a section as one of their own, and the rest.
fn split<'data>(
    section: ImageSection<'data>,
    n_bytes: u64,
    (name, kind): (&str, SectionKind),
) -> (Option<ImageSection<'data>>, Option<ImageSection<'data>>) {
    let n_bytes = n_bytes.min(section.data.len() as u64);
    if n_bytes == 0 {
        return (None, Some(section));
    }
    let (data, rest) = section.data.split_at(n_bytes as usize);
    let first = |it: Span| Span::saturating(it.start(), n_bytes);
    let behind = |it: Span| it.from(it.start().saturating_add(n_bytes));
    let (run, load) = (section.run, section.load);
    let head = ImageSection {
        name: name.into(),
        file_idx: None,
        kind,
        run: first(run),
        load: load.map(first),
        is_executable: false,
        data,
        ..section.clone()
    };
    let tail = ImageSection { run: behind(run), load: load.map(behind), data: rest, ..section };
    (Some(head), Some(tail).filter(|it| !it.run.is_empty()))
}

fn stand_in<'data>(
    segment: &ImageSegment,
    (name, run, load): (String, Span, Option<Span>),
) -> ImageSection<'data> {
    let kind = match load {
        None => SectionKind::Bss,
        Some(_) if segment.is_executable => SectionKind::Code,
        Some(_) if segment.is_writable => SectionKind::Data,
        Some(_) => SectionKind::Rodata,
    };
    ImageSection {
        name,
        file_idx: None,
        kind,
        role: SectionRole::Content,
        run,
        load,
        align_bytes: 1,
        is_allocated: true,
        is_writable: segment.is_writable,
        is_executable: segment.is_executable,
        is_thread_local: false,
        has_objects: false,
        is_loaded: true,
        other_memory: None,
        is_compressed: false,
        is_seen_in_flash: false,
        file_offset: segment.file.start(),
        is_unpacked: false,
        data: &[],
    }
}
