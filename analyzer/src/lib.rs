//! Explains what an ELF image is made of: bytes in, owned [`Report`] out. No I/O, no printing, no panics.
//!
//! `&[u8]` → `Image` (validated view) → attribution (each byte one owner) + graph (who refers to whom) →
//! [`Report`] → [`Diff`]
//!
//! Reading headers, sections and symbols is the only step that can fail; everything later
//! answers with what is there and lists oddities as [`report::Warning`]s. The laws that hold for
//! every report are in [`report`].
//!
//! # Limits
//! No allocation is sized by what a header claims. Beyond these bounds a file is refused with
//! [`ErrorKind::TooLarge`]: 262,144 sections, 1,024 segments, 4 PiB of allocated memory, 64 KiB for
//! one symbol's name, 256 MiB for all names of symbols and 32 MiB for those of sections. Names whose
//! demangling would take too much time or memory stay mangled. Linker scripts have at most 256 regions and
//! 256 aliases, 2 MiB of text with all that they include, and expressions nested 128 deep. Those of debug
//! information are in [`debug`], compressed sections among them; beyond them it is left out, with a warning. A file with more than 8,388,608
//! references, with more than 1 GiB of memory in its sections, or whose sections share bytes, gets no graph and a
//! warning. The stack of an image with more than 32 MiB of code is not looked at, with a warning; of functions
//! with more than 262,144 instructions only the beginning is, and they count as growing; ways through circles
//! of calls are tried for 4,000,000 steps. Addresses are followed through registers in functions of at most 16,384
//! instructions, for 4,194,304 steps in all; beyond, data that is only reached by a neighbour's address looks unreachable.
//! Of more than 64 sections that others lie over only as many are looked into for references.
//! Without sections, code is followed in at most 16 segments, and a text has at most 4 KiB.
//! Of more than 65,536 pieces of data without a symbol the smallest are not named, with a warning.

mod access;
mod anonymous;
mod bloat;
pub mod debug;
pub mod diff;
mod error;
pub mod graph;
mod image;
mod insight;
mod isa;
mod layout;
mod map;
mod names;
mod other_file;
mod refs;
pub mod report;
mod source;
mod span;
mod stack;
mod text;

pub use bloat::accuracy::{MEASURED_ERROR, MeasuredError};
pub use bloat::costs::{FmtBlame, HelperCost, MachineryCost, ServiceCost, SymbolCost};
pub use bloat::predict::{PredictError, PredictedLine, Prediction, SourceLine, Without};
pub use diff::cause::{Cause, CauseKind, Explained, Growth, Memory, Trace, Traced, growth};
pub use diff::{Change, ChangeKind, Diff};
pub use error::{Error, ErrorKind};
pub use graph::{Why, WhyError};
pub use insight::sources as insight_sources;
pub use layout::{Layout, LayoutError, MemoryRegion, ScriptFile, Scripts};
pub use layout::{link_error, map_file};
pub use other_file::OtherFile;
pub use refs::{EdgeSource, Reference, ReferenceKind};
pub use report::Report;
pub use source::{Besides, Source};
pub use text::grouped;

/// Explains an ELF file. With `memory` empty, the regions are inferred from the file.
///
/// ```
/// let error = plimsoll_analyzer::analyze(b"not a firmware", &[]).unwrap_err();
/// assert_eq!(error.to_string(), "file header: not an ELF file: it does not start with 7f 45 4c 46");
/// ```
pub fn analyze<'data>(elf: impl Into<Source<'data>>, memory: &[MemoryRegion]) -> Result<Report, Error> {
    analyze_in_stages(elf, memory, &|_| {})
}

/// The same with what is known besides the files.
pub fn analyze_with<'data>(
    elf: impl Into<Source<'data>>,
    memory: &[MemoryRegion],
    besides: Besides<'_>,
) -> Result<Report, Error> {
    analysis(elf.into(), memory, besides, &|_| {})
}

/// The same with what [`growth`] needs to know besides.
pub fn analyze_traced<'data>(
    elf: impl Into<Source<'data>>,
    memory: &[MemoryRegion],
    besides: Besides<'_>,
) -> Result<Traced, Error> {
    let mut trace = Trace::default();
    let report = analysis_then(elf.into(), memory, besides, &|_| {}, &mut |findings, report| {
        trace = Trace::new(findings, report)
    })?;
    Ok(Traced { report, trace })
}

/// The same, and tells `done` the name of each stage when it is finished: for measuring.
pub fn analyze_in_stages<'data>(
    elf: impl Into<Source<'data>>,
    memory: &[MemoryRegion],
    done: &dyn Fn(&'static str),
) -> Result<Report, Error> {
    analysis(elf.into(), memory, Besides::default(), done)
}

fn analysis(
    source: Source<'_>,
    memory: &[MemoryRegion],
    besides: Besides<'_>,
    done: &dyn Fn(&'static str),
) -> Result<Report, Error> {
    analysis_then(source, memory, besides, done, &mut |_, _| {})
}

/// The same, and shows `see` what the report was made from.
fn analysis_then(
    source: Source<'_>,
    memory: &[MemoryRegion],
    besides: Besides<'_>,
    done: &dyn Fn(&'static str),
    see: &mut dyn FnMut(&report::assemble::Findings<'_>, &Report),
) -> Result<Report, Error> {
    let image = image::Image::parse(source.elf)?;
    done("parse");
    let attribution = map::Attribution::new(&image).with_map(&image, besides.map);
    done("attribution");
    let references = refs::References::find(&image, &attribution, None);
    done("references");
    let graph = references.map(|it| graph::Graph::of(&image, &attribution, it));
    done("graph");
    let attribution = attribution.refined(&image, graph.as_ref().ok().map(|it| &*it.references));
    done("refined attribution");
    let sections = debug::DebugSections::new(&image, source.split);
    let debug = debug::DebugInfo::new(&sections);
    done("DWARF units");
    let findings = report::assemble::Findings {
        image: &image,
        attribution: &attribution,
        graph,
        debug: &debug,
        stack_roots: besides.stack_roots,
        done,
    };
    let report = report::assemble::report(&findings, memory);
    done("insights");
    see(&findings, &report);
    Ok(report)
}

/// Why the symbol called `name` is in the image: the way that leads to it, and who keeps it alive.
/// `name` is a name as the report shows it, a mangled one, or the end of a path (`fmt::write`); with an address
/// behind it (`new@0x1000`) it is the one of that name there.
pub fn why<'data>(elf: impl Into<Source<'data>>, name: &str) -> Result<Why, WhyError> {
    why_with(elf, name, Besides::default())
}

/// The same of an image whose report was made with `besides`, since a map names what has no symbol.
pub fn why_with<'data>(
    elf: impl Into<Source<'data>>,
    name: &str,
    besides: Besides<'_>,
) -> Result<Why, WhyError> {
    let source = elf.into();
    let image = image::Image::parse(source.elf)?;
    let attribution = map::Attribution::new(&image).with_map(&image, besides.map);
    let references = refs::References::find(&image, &attribution, None);
    let graph = references.map(|it| graph::Graph::of(&image, &attribution, it));
    let attribution = attribution.refined(&image, graph.as_ref().ok().map(|it| &*it.references));
    let sections = debug::DebugSections::new(&image, source.split);
    let debug = debug::DebugInfo::new(&sections);
    let done = &|_| {};
    let findings = report::assemble::Findings {
        image: &image,
        attribution: &attribution,
        graph,
        debug: &debug,
        stack_roots: &[],
        done,
    };
    graph::why(&findings, name)
}

/// Which source lines ask for formatting, which may panic, and what each of them costs.
pub fn fmt_blame<'data>(elf: impl Into<Source<'data>>) -> Result<FmtBlame, PredictError> {
    let source = elf.into();
    let report = analyze(source, &[])?;
    if let Some(blame) = bloat::costs::of_report(&report) {
        return Ok(blame);
    }
    bloat::predict::open(source, |_| Err(PredictError::NoDebug))
}

/// What removing the formatting of source lines saves at least.
pub fn predict<'data>(elf: impl Into<Source<'data>>, without: &Without) -> Result<Prediction, PredictError> {
    bloat::predict::open(elf.into(), |scene| bloat::predict::predict(scene, without))
}

/// All references between places of the image, by address. Empty where the machine has no decoder
/// and the linker kept no relocations. Which way they are found is up to the file without `source`.
pub fn references(elf: &[u8], source: Option<EdgeSource>) -> Result<Vec<Reference>, Error> {
    let image = image::Image::parse(elf)?;
    let attribution = map::Attribution::new(&image);
    Ok(refs::References::find(&image, &attribution, source)
        .map(|it| it.list.iter().collect())
        .unwrap_or_default())
}

/// Referenced addresses inside of bytes that no symbol claims, in order: where anonymous constants
/// and functions without a size begin.
pub fn referenced_in_gaps(elf: &[u8]) -> Result<Vec<u64>, Error> {
    let image = image::Image::parse(elf)?;
    let attribution = map::Attribution::new(&image);
    let references = refs::References::find(&image, &attribution, None);
    Ok(references.map(|it| it.starts_in_gaps().collect()).unwrap_or_default())
}

/// Every direct branch in the code of the image: `(instruction, target)`, Thumb bit cleared, by
/// address. Empty where the machine has no decoder.
pub fn branches(elf: &[u8]) -> Result<Vec<(u64, u64)>, Error> {
    let image = image::Image::parse(elf)?;
    let attribution = map::Attribution::new(&image);
    Ok(refs::branches(&image, &attribution))
}

/// Checks that `elf` can be analysed, without doing the work: what it refuses, [`analyze`] refuses.
pub fn check(elf: &[u8]) -> Result<(), Error> {
    image::Image::parse(elf).map(drop)
}

/// Checks that `map` is one of `elf`. Otherwise [`analyze_with`] does without it, with a warning.
pub fn check_map(elf: &[u8], map: &map_file::MapFile<'_>) -> Result<(), Error> {
    let image = image::Image::parse(elf)?;
    map::Inputs::new(&image, map).map(drop).map_err(Error::other_image)
}

/// Reads the `MEMORY` block of a linker script (the `memory.x` grammar of GNU ld).
///
/// ```
/// let regions = plimsoll_analyzer::parse_memory("MEMORY { RAM : ORIGIN = 0x20000000, LENGTH = 64K }")?;
/// assert_eq!(regions[0].length_bytes, 65_536);
/// # Ok::<(), plimsoll_analyzer::LayoutError>(())
/// ```
pub fn parse_memory(script: &str) -> Result<Vec<MemoryRegion>, LayoutError> {
    let files = vec![ScriptFile { name: String::new(), text: script.to_owned() }];
    parse_layout(&Scripts { files, ..Scripts::default() }).map(|it| it.regions)
}

/// Reads linker scripts with all that they need: included files and symbols from the command line.
pub fn parse_layout(scripts: &Scripts) -> Result<Layout, LayoutError> {
    layout::parse(scripts)
}

/// The files that a linker script includes, by the names it uses: what [`Scripts`] needs besides. At
/// most 1,024.
pub fn script_includes(script: &str) -> Vec<String> {
    script_file_includes(&ScriptFile::new("", script))
}

/// The same of a script whose name tells whose grammar it is in. A file that it includes is in the same grammar.
pub fn script_file_includes(script: &ScriptFile) -> Vec<String> {
    layout::includes(script)
}

/// What changed from `old` to `new`.
pub fn diff(old: &Report, new: &Report) -> Diff {
    diff::rows::diff(old, new)
}

/// What changed from `old` to `new`, and which source lines that is due to.
pub fn diff_traced(old: &Traced, new: &Traced) -> Diff {
    Diff { growth: Some(growth(old, new)), ..diff(&old.report, &new.report) }
}
