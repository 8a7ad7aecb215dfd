//! What a load segment carries besides its sections: headers, and whatever lies between sections and around them.

use object::Endianness;
use object::read::elf::FileHeader;

use super::{File, ImageSection, ImageSegment, load};
use crate::anonymous::{FILLER, HEADERS};
use crate::report::{SectionKind, SectionRole};
use crate::span::{Span, is_alignment_gap};

/// A linker leaves a handful of holes; more are not told one by one.
const MAX_HOLES: usize = 1 << 12;

/// What load segments hold that is in no section.
#[derive(Debug, Default)]
pub(super) struct Carried<'data> {
    pub(super) stand_ins: Vec<StandIn<'data>>,
    /// Bytes before the first section of a segment and behind its last one, and what is written of sections that take
    /// nothing. `objcopy -O binary` (GNU's and LLVM's) copies sections and fills what is between them, so it leaves
    /// these out; OpenOCD writes whole segments.
    pub(super) beside_bytes: u64,
}

/// A stretch in place of a section.
#[derive(Debug)]
pub(super) struct StandIn<'data> {
    pub(super) section: ImageSection<'data>,
    /// Whether it is not between two sections.
    pub(super) is_beside: bool,
}

/// A stretch of the file that a section has.
#[derive(Debug, Clone, Copy)]
struct Stored {
    file: Span,
    align_bytes: u64,
}

/// Of what no section has. What only aligns the next section gets no stand-in: regions count that.
pub(super) fn find<'data, Elf: FileHeader<Endian = Endianness>>(
    file: &File<'data, Elf>,
    segments: &[ImageSegment],
    sections: &[ImageSection<'data>],
) -> Carried<'data> {
    let stored = apart(segments, sections);
    let headers = headers(file);
    let mut carried = Carried { beside_bytes: filler_bytes(segments, sections), ..Carried::default() };
    for segment in segments.iter().filter(|it| it.is_load && !it.file.is_empty()) {
        for (hole, next_align_bytes) in holes(segment.file, &stored) {
            let has_before = hole.start() > segment.file.start();
            let is_beside = !has_before || next_align_bytes.is_none();
            carried.beside_bytes += if is_beside { hole.size() } else { 0 };
            let mut add = |name, span: Span| {
                let is_room = !span.is_empty() && carried.stand_ins.len() < MAX_HOLES;
                let section = is_room.then(|| stand_in(file, segment, (name, span))).flatten();
                carried.stand_ins.extend(section.map(|section| StandIn { section, is_beside }));
            };
            let of_headers = Span::between(hole.start(), headers.min(hole.end()));
            let rest = of_headers.map_or(hole, |it| hole.from(it.end()));
            of_headers.into_iter().for_each(|it| add(HEADERS, it));
            let run_end = segment.run.start().saturating_add(rest.end() - segment.file.start());
            let aligns = next_align_bytes.is_some_and(|it| is_alignment_gap(rest.size(), run_end, it));
            if rest.start() == segment.file.start() || !aligns {
                add(FILLER, rest);
            }
        }
    }
    carried
}

/// By place in the file, each byte once.
fn apart(segments: &[ImageSegment], sections: &[ImageSection<'_>]) -> Vec<Stored> {
    let is_there = |it: &&ImageSection<'_>| {
        let is_written = || segments.iter().any(|segment| load::is_written(it, segment));
        let is_empty = it.is_unpacked || it.is_thread_local;
        it.is_allocated && (it.load.is_some() || !is_empty && is_written())
    };
    let place = |it: &ImageSection<'_>| {
        let bytes = it.load.map_or(it.size(), Span::size);
        Some(Stored { file: Span::new(it.file_offset, bytes)?, align_bytes: it.align_bytes })
    };
    let mut stored: Vec<Stored> = sections.iter().filter(is_there).filter_map(place).collect();
    stored.sort_unstable_by_key(|it| (it.file.start(), it.file.end()));
    let mut cursor = 0;
    stored.retain_mut(|it| {
        it.file = it.file.from(cursor);
        cursor = cursor.max(it.file.end());
        !it.file.is_empty()
    });
    stored
}

/// Bytes of sections that only move the address along, where a linker wrote them.
fn filler_bytes(segments: &[ImageSegment], sections: &[ImageSection<'_>]) -> u64 {
    let is_written = |it: &&ImageSection<'_>| segments.iter().any(|segment| load::is_written(it, segment));
    let is_filler = |it: &&ImageSection<'_>| {
        it.is_allocated && it.role == SectionRole::Filler && !it.is_thread_local && it.load.is_none()
    };
    sections.iter().filter(is_filler).filter(is_written).map(|it| it.size()).fold(0, u64::saturating_add)
}

/// Where the headers at the start of the file end: the program headers follow the ELF header.
pub(super) fn headers<Elf: FileHeader<Endian = Endianness>>(file: &File<'_, Elf>) -> u64 {
    let e = file.endian;
    let ehsize = u64::from(file.header.e_ehsize(e));
    let table: u64 = file.header.e_phoff(e).into();
    let table_bytes = u64::from(file.header.e_phentsize(e)) * u64::from(file.header.e_phnum(e));
    if table <= ehsize.next_multiple_of(16) { ehsize.max(table.saturating_add(table_bytes)) } else { ehsize }
}

/// What of `segment` nothing is stored in, and the alignment of what comes next.
fn holes(segment: Span, stored: &[Stored]) -> Vec<(Span, Option<u64>)> {
    let mut holes = Vec::new();
    let mut cursor = segment.start();
    let first = stored.partition_point(|it| it.file.end() <= segment.start());
    for it in &stored[first..] {
        if it.file.start() >= segment.end() || holes.len() >= MAX_HOLES {
            break;
        }
        let hole = Span::between(cursor, it.file.start()).filter(|it| !it.is_empty());
        holes.extend(hole.map(|hole| (hole, Some(it.align_bytes))));
        cursor = cursor.max(it.file.end());
    }
    let rest = segment.from(cursor);
    holes.extend((!rest.is_empty() && cursor < segment.end()).then_some((rest, None)));
    holes
}

fn stand_in<'data, Elf: FileHeader>(
    file: &File<'data, Elf>,
    segment: &ImageSegment,
    (name, span): (&str, Span),
) -> Option<ImageSection<'data>> {
    let at = |start: u64| Span::new(start.checked_add(span.start() - segment.file.start())?, span.size());
    let index = |offset: u64| usize::try_from(offset).ok();
    Some(ImageSection {
        name: name.into(),
        file_idx: None,
        kind: SectionKind::Other,
        role: SectionRole::Content,
        run: at(segment.run.start())?,
        load: Some(at(segment.load.start())?),
        align_bytes: 1,
        is_allocated: true,
        is_writable: segment.is_writable,
        is_executable: false,
        is_thread_local: false,
        has_objects: false,
        is_loaded: true,
        other_memory: None,
        is_compressed: false,
        is_seen_in_flash: false,
        file_offset: span.start(),
        is_unpacked: false,
        data: file.data.get(index(span.start())?..index(span.end())?)?,
    })
}
