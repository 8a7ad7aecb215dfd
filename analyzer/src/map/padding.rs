//! What linkers and assemblers leave between two things: filler.

use std::collections::BTreeSet;

use crate::image::{Image, ImageSection, MarkKind};
use crate::isa;
use crate::span::{Span, is_alignment_gap};

/// Zeroes, erased flash, traps (`0xd4` on ARM, `0xcc` and `0x90` on x86).
const FILL_BYTES: [u8; 5] = [0x00, 0xff, 0xd4, 0xcc, 0x90];
/// No-operations of Thumb (two of them, in both byte orders), RISC-V (compressed or not) and Xtensa.
const FILL_WORDS: [&[u8]; 7] = [
    &[0x00, 0xbf],
    &[0xbf, 0x00],
    &[0xc0, 0x46],
    &[0x46, 0xc0],
    &[0x01, 0x00],
    &[0x13, 0x00, 0x00, 0x00],
    &[0x3d, 0xf0],
];
/// No-operations of x86 after their prefixes (Intel's manual, "NOP", and what GNU as writes with LEA).
const X86_NOPS: [&[u8]; 9] = [
    &[0x90],
    &[0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
    &[0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00],
    &[0x0f, 0x1f, 0x44, 0x00, 0x00],
    &[0x0f, 0x1f, 0x40, 0x00],
    &[0x0f, 0x1f, 0x00],
    &[0x8d, 0xb4, 0x26, 0x00, 0x00, 0x00, 0x00],
    &[0x8d, 0xb6, 0x00, 0x00, 0x00, 0x00],
    &[0x8d, 0x76, 0x00],
];

/// What fills the gaps of one section.
#[derive(Clone, Copy)]
pub(crate) struct Filling<'image> {
    image: &'image Image<'image>,
    section: &'image ImageSection<'image>,
}

impl<'image> Filling<'image> {
    pub(crate) fn new(image: &'image Image<'image>, section: &'image ImageSection<'image>) -> Self {
        Self { image, section }
    }

    /// Whether a gap is what aligning its end leaves over, and filled.
    pub(crate) fn is_padding(self, gap: Span) -> bool {
        is_alignment_gap(gap.size(), gap.end(), self.section.align_bytes) && self.is_filled(gap)
    }

    /// Whether a stretch holds what gaps are filled with. Memory without content always does.
    pub(crate) fn is_filled(self, span: Span) -> bool {
        if self.section.data.is_empty() {
            return true;
        }
        let content = self.section.content(span);
        content.is_some_and(|it| is_fill(it) || (self.is_x86() && is_x86_fill(it)))
    }

    /// Code without the filler behind it. Data at the end (`$d`) may have any value, so nothing is cut off.
    pub(crate) fn without_tail(self, code: Span) -> Span {
        let unit = if self.image.machine.is_thumb() || self.image.machine.is_riscv() { 2 } else { 1 };
        let max = (code.size().saturating_sub(unit)).min(MAX_TAIL_BYTES);
        let cut = |n_bytes: &u64| {
            let tail = code.from(code.end() - n_bytes);
            self.is_padding(tail)
        };
        if self.section.data.is_empty() || self.ends_in_data(code) {
            return code;
        }
        let mut tails = (1..=max / unit).rev().map(|it| it * unit).filter(cut).peekable();
        let borders = if tails.peek().is_some() { self.borders(code) } else { None };
        let is_border = |tail: &u64| borders.as_ref().is_none_or(|it| it.contains(&(code.end() - tail)));
        let tail = tails.find(is_border).unwrap_or(0);
        Span::between(code.start(), code.end() - tail).unwrap_or(code)
    }

    /// Where instructions begin that may be filler: the last one may itself end in zeroes. Nobody knows where
    /// there is no decoder, and on ARM none that ends functions does.
    fn borders(self, code: Span) -> Option<BTreeSet<u64>> {
        let mut decoder = isa::decoder(self.image).filter(|_| !self.image.machine.is_thumb())?;
        let content = self.section.content(code)?;
        let from = code.end().saturating_sub(MAX_TAIL_BYTES);
        let mut borders = BTreeSet::new();
        decoder.starts(content, code.start(), &mut |at| borders.extend((at >= from).then_some(at)));
        Some(borders)
    }

    fn ends_in_data(self, code: Span) -> bool {
        let Some(file_idx) = self.section.file_idx else { return false };
        let marks = &self.image.marks;
        let n_before = marks.partition_point(|it| (it.section_file_idx, it.address) < (file_idx, code.end()));
        let inside = marks[..n_before].iter().rev();
        let mut inside =
            inside.take_while(|it| it.section_file_idx == file_idx && it.address >= code.start());
        let mode = inside.find(|it| matches!(it.kind, MarkKind::Code | MarkKind::Arm | MarkKind::Data));
        mode.is_some_and(|it| it.kind == MarkKind::Data)
    }

    fn is_x86(self) -> bool {
        self.section.is_executable && self.image.machine.is_pc()
    }
}

/// No assembler aligns code more widely than that.
const MAX_TAIL_BYTES: u64 = 63;

/// One fill byte again and again, or no-operations, up to whose alignment there may be zeroes.
fn is_fill(content: &[u8]) -> bool {
    let is_uniform = |it: &u8| content.iter().all(|other| other == it);
    let n_zeroes = content.iter().take_while(|it| **it == 0).count().min(3);
    let is_repeated =
        |word: &[u8]| (0..=n_zeroes).any(|it| content[it..].chunks(word.len()).all(|chunk| chunk == word));
    FILL_BYTES.iter().any(is_uniform) || FILL_WORDS.iter().any(|it| is_repeated(it))
}

/// No-operations of several bytes, one after the other.
fn is_x86_fill(mut content: &[u8]) -> bool {
    while !content.is_empty() {
        let n_prefixes = content.iter().take_while(|it| matches!(**it, 0x66 | 0x2e)).count();
        let code = &content[n_prefixes..];
        let Some(nop) = X86_NOPS.iter().find(|it| code.starts_with(it)) else { return false };
        content = &code[nop.len()..];
    }
    true
}
