//! What a load segment carries besides its sections: headers, and whatever lies between sections.

use object::Endianness;
use object::read::elf::FileHeader;

use super::{File, ImageSection, ImageSegment};
use crate::anonymous::{FILLER, HEADERS};
use crate::report::{SectionKind, SectionRole};
use crate::span::{Span, is_alignment_gap};

/// A linker leaves a handful of holes; more are not told one by one.
const MAX_HOLES: usize = 1 << 12;

/// A stretch of the file that takes memory for something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stored {
    pub(super) file: Span,
    pub(super) align_bytes: u64,
    /// Of a section without content, where it runs: a linker may have written its zeroes out.
    pub(super) empty_at: Option<u64>,
}

/// Stand-ins for the bytes of load segments that are in no section. What only aligns the next section is
/// none: regions count that.
pub(super) fn stand_ins<'data, Elf: FileHeader<Endian = Endianness>>(
    file: &File<'data, Elf>,
    segments: &[ImageSegment],
    stored: Vec<Stored>,
) -> Vec<ImageSection<'data>> {
    let stored = apart(segments, stored);
    let headers = headers(file);
    let mut stand_ins = Vec::new();
    for segment in segments.iter().filter(|it| it.is_load && !it.file.is_empty()) {
        for (hole, next_align_bytes) in holes(segment.file, &stored) {
            if stand_ins.len() >= MAX_HOLES {
                return stand_ins;
            }
            let of_headers = Span::between(hole.start(), headers.min(hole.end()));
            let of_headers = of_headers.filter(|it| !it.is_empty());
            stand_ins.extend(of_headers.and_then(|it| stand_in(file, segment, (HEADERS, it))));
            let rest = of_headers.map_or(hole, |it| hole.from(it.end()));
            let run_end = segment.run.start().saturating_add(rest.end() - segment.file.start());
            let has_before = rest.start() > segment.file.start();
            let aligns = next_align_bytes.is_some_and(|it| is_alignment_gap(rest.size(), run_end, it));
            if !(rest.is_empty() || has_before && aligns) {
                stand_ins.extend(stand_in(file, segment, (FILLER, rest)));
            }
        }
    }
    stand_ins
}

/// By place in the file, each byte once.
fn apart(segments: &[ImageSegment], mut stored: Vec<Stored>) -> Vec<Stored> {
    let is_written = |it: &Stored| {
        let run = |segment: &ImageSegment| {
            let distance = it.file.start().checked_sub(segment.file.start())?;
            segment.run.start().checked_add(distance).filter(|_| segment.file.contains(it.file))
        };
        it.empty_at.is_none_or(|at| segments.iter().any(|segment| run(segment) == Some(at)))
    };
    stored.retain(is_written);
    stored.sort_unstable_by_key(|it| (it.file.start(), it.file.end()));
    let mut cursor = 0;
    stored.retain_mut(|it| {
        it.file = it.file.from(cursor);
        cursor = cursor.max(it.file.end());
        !it.file.is_empty()
    });
    stored
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
        data: file.data.get(index(span.start())?..index(span.end())?)?,
    })
}
