//! Which source lines an instruction serves: its own, and those of the calls that were inlined around it.

use super::functions::Reference;
use super::names::{Crates, declared};
use super::near::Near;
use super::sweep::{Files, Line};
use super::{DebugInfo, paths};
use crate::span::Span;

/// Who wrote the source of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    /// Formatting in Rust's standard library.
    Formatting,
    /// Panicking there.
    Panicking,
    /// Anything else there.
    Standard,
    /// Everybody else, dependencies too.
    User,
}

/// One of the functions that an instruction belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    pub(crate) author: Author,
    /// Where the instruction, or the inlined call that it belongs to, stands in the source.
    pub(crate) line: Option<Line>,
    /// The function that this is in.
    pub(crate) function: FunctionId,
}

/// A function, for [`Chains::describe`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FunctionId(usize, Option<Reference>);

/// Walks over code and tells the chain of inlined calls of each run of instructions.
pub(crate) struct Chains<'info, 'a> {
    info: &'info DebugInfo<'a>,
    files: Files,
    /// By file.
    authors: Vec<Author>,
    crates: Crates<'a>,
    /// Where the last question led: in the units, the frames and the lines.
    near: [Near; 3],
    chain: Vec<Link>,
    /// Where this is the chain.
    run: Span,
}

impl<'info, 'a> Chains<'info, 'a> {
    pub(crate) fn new(info: &'info DebugInfo<'a>) -> Self {
        Self {
            info,
            files: Files::default(),
            authors: Vec::new(),
            crates: Crates::new(),
            near: Default::default(),
            chain: Vec::new(),
            run: Span::saturating(0, 0),
        }
    }

    /// Cuts code into runs that have everything in common: the run, and the chain with the outermost
    /// function first. Runs of which nothing is known have an empty chain.
    pub(crate) fn runs(&mut self, span: Span, mut found: impl FnMut(Span, &[Link])) {
        let mut rest = span;
        while !rest.is_empty() {
            let change = self.look_at(rest.start());
            let behind = rest.from(change);
            if let Some(run) = Span::between(rest.start(), behind.start()) {
                found(run, &self.chain);
            }
            rest = behind;
        }
    }

    /// The chain at one address.
    pub(crate) fn at(&mut self, address: u64) -> &[Link] {
        self.look_at(address);
        &self.chain
    }

    /// Reads the chain at `address`, and tells where that changes. Mostly it is the one before.
    fn look_at(&mut self, address: u64) -> u64 {
        if !self.run.contains_address(address) {
            let end = self.read(address);
            self.run = Span::between(address, end).unwrap_or(self.run);
        }
        self.run.end()
    }

    fn read(&mut self, address: u64) -> u64 {
        self.chain.clear();
        let info = self.info;
        let (unit_idx, end) = info.unit_from(address, &mut self.near[0]);
        let Some(unit_idx) = unit_idx else { return end };
        let functions = info.functions(unit_idx);
        let (frame, frame_end) = functions.segments.at(address, &mut self.near[1]);
        let (row, row_end) = info.lines(unit_idx).at(address, &mut self.near[2]);
        let (mut file, mut line) = row.map_or((0, 0), |it| (it.file, it.line));
        let mut next = frame.and_then(|it| functions.frames.get(it as usize));
        if next.is_none() && line > 0 {
            // Functions that the compiler merged have lines and no entry of their own.
            let place = self.files.of(info, unit_idx, file);
            let function = FunctionId(unit_idx, None);
            let author = self.author(place, function);
            self.chain.push(Link { author, line: place.map(|it| (it, line)), function });
        }
        while let Some(frame) = next {
            let place = self.files.of(info, unit_idx, file).filter(|_| line > 0);
            let function = FunctionId(unit_idx, Some(frame.origin));
            let author = self.author(place, function);
            self.chain.push(Link { author, line: place.map(|it| (it, line)), function });
            (file, line) = (frame.call_file, frame.call_line);
            next = frame.parent.and_then(|it| functions.frames.get(it as usize));
        }
        self.chain.reverse();
        end.min(frame_end).min(row_end)
    }

    /// By the path of the source, which also tells copies of generic functions that have their user's name.
    fn author(&mut self, file: Option<usize>, function: FunctionId) -> Author {
        let Some(file) = file else {
            let krate = function.1.and_then(|it| self.crates.of(self.info, function.0, it));
            let is_standard = krate.is_some_and(|it| is_standard(&self.crates.names[it]));
            return if is_standard { Author::Standard } else { Author::User };
        };
        while self.authors.len() <= file {
            let next = author_of(&self.files.paths()[self.authors.len()]);
            self.authors.push(next);
        }
        self.authors[file]
    }

    /// Name and crate of a function.
    pub(crate) fn describe(&mut self, function: FunctionId) -> (Option<String>, Option<String>) {
        let Some(entry) = function.1 else { return (None, None) };
        let krate = self.crates.of(self.info, function.0, entry);
        let name = declared(self.info, function.0, entry).text(self.info);
        (name, krate.map(|it| self.crates.names[it].clone()))
    }

    /// The path of a file that was met, as the compiler wrote it.
    pub(crate) fn path(&self, file: usize) -> &str {
        &self.files.paths()[file]
    }

    /// The same as the report shows it, but where two would look the same.
    pub(crate) fn short_path(&self, file: usize) -> String {
        self.info.short_path(self.path(file))
    }

    /// The paths of the files that were met, as the report shows them.
    pub(crate) fn finish(self) -> Vec<String> {
        self.files.shortened(self.info)
    }
}

/// Whether a crate comes with the compiler.
pub(crate) fn is_standard(krate: &str) -> bool {
    matches!(krate, "core" | "alloc" | "std" | "compiler_builtins" | "panic_abort" | "panic_unwind")
}

fn author_of(path: &str) -> Author {
    if !paths::krate(path).as_deref().is_some_and(is_standard) {
        return Author::User;
    }
    let is_in = |folders: &[&str]| folders.iter().any(|it| path.contains(it));
    if is_in(&["/src/fmt/", "/src/fmt.rs", "/num/fmt.rs", "flt2dec/", "/io/stdio.rs"]) {
        Author::Formatting
    } else if is_in(&["core/src/panicking.rs", "std/src/panicking.rs"]) {
        Author::Panicking
    } else {
        Author::Standard
    }
}
