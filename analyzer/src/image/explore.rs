//! What a file without sections tells of its code: everything that control gets to from the entry point.
//!
//! Code is followed from instruction to instruction, over branches and calls. Nothing else is taken for
//! code, and of the rest only what code loads, and texts that it refers to, are taken for data.

use std::collections::BTreeSet;

use super::vectors;
use super::{Image, ImageMark, ImageSection, ImageSymbol, MarkKind};
use crate::anonymous::text_bytes;
use crate::refs::{Decode, Flow, Step, Value, decoder};
use crate::report::SymbolKind;
use crate::span::Span;

/// Name of what begins at the entry point.
pub(crate) const ENTRY: &str = "(entry)";
/// Every address is compared with each segment of code; who has more is not a program.
const MAX_SEGMENTS: usize = 16;
/// Fewer printable bytes may as well be something else.
const MIN_TEXT_BYTES: usize = 4;
/// Many addresses may lie in one text: only so much of it is read for each.
const MAX_TEXT_BYTES: usize = 1 << 12;

/// Enters the function at the entry point, and marks that tell code, data and the unknown apart.
pub(super) fn explore(image: &mut Image<'_>) {
    let is_code = |it: &&ImageSection<'_>| it.is_executable && !it.data.is_empty() && it.file_idx.is_some();
    let segments: Vec<ImageSection<'_>> = image.sections.iter().filter(is_code).cloned().collect();
    let content_bytes: u64 = image.sections.iter().map(|it| it.data.len() as u64).sum();
    let Some(mut decoder) = decoder(image).filter(|_| content_bytes <= image.file_bytes) else { return };
    if segments.len() > MAX_SEGMENTS || !image.symbols.is_empty() {
        return;
    }
    let handlers = vectors::handlers(image);
    let (entry, mode) = entry(image, &handlers);
    let reached = segments.iter().map(|it| vec![false; it.data.len()]).collect();
    let mut explorer = Explorer {
        segments: &segments,
        reached,
        word_bytes: usize::from(image.header.class_bits) / 8,
        // Pointers to Thumb functions are odd.
        address_mask: image.machine.code_address(!0),
        ..Explorer::default()
    };
    explorer.starts.insert(entry);
    explorer.starts.extend(handlers);
    explorer.waiting.extend(&explorer.starts);
    while let Some(start) = explorer.waiting.pop() {
        decoder.reset();
        decoder.enter(mode);
        explorer.follow(decoder.as_mut(), start);
    }
    explorer.data();
    let Some(function) = explorer.function(entry) else { return };
    image.symbols.push(function);
    image.marks = explorer.marks(mode);
    image.is_explored = true;
}

/// Where the first instruction is, and of which sort. Where there is a vector table, the header need not tell.
fn entry(image: &Image<'_>, handlers: &[u64]) -> (u64, MarkKind) {
    let address = image.header.entry_address;
    match handlers.first() {
        _ if !image.machine.is_thumb() => (address, MarkKind::Code),
        Some(reset) => (*reset, MarkKind::Code),
        None if address & 1 == 1 => (image.machine.code_address(address), MarkKind::Code),
        None => (address, MarkKind::Arm),
    }
}

#[derive(Default)]
struct Explorer<'a> {
    /// Those with code.
    segments: &'a [ImageSection<'a>],
    /// Of each the bytes that are instructions.
    reached: Vec<Vec<bool>>,
    word_bytes: usize,
    address_mask: u64,
    /// Where functions begin.
    starts: BTreeSet<u64>,
    waiting: Vec<u64>,
    /// Addresses that instructions form.
    formed: BTreeSet<u64>,
    /// Words that instructions load.
    loaded: BTreeSet<u64>,
    /// Where branches lead.
    targets: BTreeSet<u64>,
    data: Vec<Span>,
}

impl Explorer<'_> {
    fn find(&self, address: u64) -> Option<(usize, usize)> {
        let segment_idx = self.segments.iter().position(|it| it.run.contains_address(address))?;
        let offset = usize::try_from(address - self.segments[segment_idx].run.start()).ok()?;
        (offset < self.segments[segment_idx].data.len()).then_some((segment_idx, offset))
    }

    /// One instruction after the other up to where control does not go on.
    fn follow(&mut self, decoder: &mut dyn Decode, start: u64) {
        let mut at = start;
        while let Some((segment_idx, offset)) = self.find(at) {
            if self.reached[segment_idx][offset] || (at != start && self.is_data(at)) {
                return;
            }
            let step = decoder.step(&self.segments[segment_idx].data[offset..], at);
            let n_bytes = step.len_bytes.max(1) as usize;
            self.reached[segment_idx].iter_mut().skip(offset).take(n_bytes).for_each(|it| *it = true);
            self.note(&step);
            if matches!(
                step.flow,
                Flow::Jump(_) | Flow::JumpThrough(_) | Flow::JumpUnknown | Flow::End | Flow::Stop
            ) {
                return;
            }
            at = at.saturating_add(n_bytes as u64);
        }
    }

    /// What code keeps the address of, and does not branch to, does not run when control gets there by itself:
    /// the call before it does not come back.
    fn is_data(&self, address: u64) -> bool {
        let is_formed = self.formed.contains(&address) || self.loaded.contains(&address);
        is_formed && !self.targets.contains(&address) && !self.starts.contains(&address)
    }

    fn note(&mut self, step: &Step) {
        match step.flow {
            Flow::Branch(target) | Flow::Jump(target) => {
                self.targets.insert(target);
                self.waiting.push(target);
            }
            Flow::Call(target) => {
                self.starts.insert(target);
                self.waiting.push(target);
            }
            Flow::CallThrough(word) => {
                self.loaded.insert(word);
                let target = self.word(word).map(|it| it & self.address_mask);
                let target = target.filter(|it| self.find(*it).is_some());
                self.starts.extend(target);
                self.waiting.extend(target);
            }
            _ => {}
        }
        match step.value {
            Value::Address(address) if self.find(address).is_some() => drop(self.formed.insert(address)),
            Value::Load(word) if self.find(word).is_some() => drop(self.loaded.insert(word)),
            _ => {}
        }
    }

    /// Literals, and the texts that instructions or literals give the address of.
    fn data(&mut self) {
        let mut texts = self.formed.clone();
        for word in &self.loaded {
            self.data.extend(self.free(*word, self.word_bytes));
            texts.extend(self.word(*word));
        }
        for address in texts {
            let Some((idx, at)) = self.find(address) else { continue };
            let n_free = self.reached[idx][at..].iter().take(MAX_TEXT_BYTES).take_while(|it| !**it).count();
            let n_bytes = text_bytes(&self.segments[idx].data[at..at + n_free]).unwrap_or(0);
            self.data.extend(self.free(address, n_bytes).filter(|_| n_bytes >= MIN_TEXT_BYTES));
        }
        self.data.sort_unstable();
    }

    /// What a literal says. There is no decoder for machines with another order of bytes.
    fn word(&self, address: u64) -> Option<u64> {
        let (idx, at) = self.find(address)?;
        let bytes = self.segments[idx].data.get(at..at.checked_add(self.word_bytes)?)?;
        Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// A stretch with no instruction in it.
    fn free(&self, address: u64, n_bytes: usize) -> Option<Span> {
        let (idx, at) = self.find(address)?;
        let reached = self.reached[idx].get(at..at.checked_add(n_bytes)?)?;
        reached.iter().all(|it| !it).then_some(Span::saturating(address, n_bytes as u64))
    }

    /// The one at the entry point: up to the next, or to where control does not get.
    fn function(&self, entry: u64) -> Option<ImageSymbol<'static>> {
        let (idx, at) = self.find(entry)?;
        let n_reached = self.reached[idx][at..].iter().take_while(|it| **it).count() as u64;
        let next = self.starts.range(entry.checked_add(1)?..).next();
        let size = next.map_or(n_reached, |it| n_reached.min(it - entry));
        (size > 0).then_some(ImageSymbol {
            name: ENTRY.as_bytes(),
            value: entry,
            size,
            section_file_idx: self.segments[idx].file_idx?,
            kind: SymbolKind::Function,
            is_thread_local: false,
            rank: 0,
        })
    }

    fn marks(&self, mode: MarkKind) -> Vec<ImageMark> {
        let mut marks = Vec::new();
        for (segment, reached) in self.segments.iter().zip(&self.reached) {
            let Some(section_file_idx) = segment.file_idx else { continue };
            let mut kinds: Vec<MarkKind> =
                reached.iter().map(|it| if *it { mode } else { MarkKind::Unknown }).collect();
            for data in self.data.iter().filter_map(|it| it.intersection(segment.run)) {
                let from = (data.start() - segment.run.start()) as usize;
                kinds.iter_mut().skip(from).take(data.size() as usize).for_each(|it| *it = MarkKind::Data);
            }
            let is_change = |offset: &usize| *offset == 0 || kinds[*offset] != kinds[offset - 1];
            let mark = |address, kind| ImageMark { section_file_idx, address, kind };
            let start = segment.run.start();
            marks.extend((0..kinds.len()).filter(is_change).map(|it| mark(start + it as u64, kinds[it])));
            let starts = self.starts.iter().filter(|it| segment.run.contains_address(**it));
            marks.extend(starts.map(|it| mark(*it, MarkKind::Function)));
        }
        marks.sort();
        marks
    }
}
