//! Gaps among data: from one referenced address to the next, whatever the content shows to be complete.

use super::records::{self, Words};
use super::{Piece, Splitter, What, is_stored, text};
use crate::span::{Span, is_alignment_gap, natural_alignment};

/// What linkers align pieces of merged sections to at most.
const MAX_ALIGN_BYTES: u64 = 16;

impl Splitter<'_> {
    pub(super) fn data(&mut self, span: Span, section_idx: usize) {
        for stretch in self.stretches(span) {
            self.data_stretch(stretch, section_idx);
        }
    }

    pub(super) fn data_stretch(&mut self, stretch: Span, section_idx: usize) {
        let is_referenced = self.is_referenced(stretch.start());
        let label = self.label_at(stretch.start());
        if let Some(what) = label {
            return self.push(stretch, section_idx, what);
        }
        if !is_stored(&self.places.image.sections[section_idx]) {
            let what = if is_referenced { What::Variable } else { What::Unknown };
            return self.push(stretch, section_idx, what);
        }
        let mut cursor = stretch.start();
        while cursor < stretch.end() {
            let rest = stretch.from(cursor);
            let (what, n_bytes) = self.recognise(rest, section_idx, is_referenced);
            let span = Span::saturating(cursor, n_bytes.clamp(1, rest.size()));
            let is_head = cursor == stretch.start();
            let (is_referenced, follows) = (is_head && is_referenced, !is_head && is_referenced);
            self.split.pieces.push(Piece { span, section_idx, is_referenced, follows, what });
            cursor = span.end();
            if !matches!(what, What::Constant | What::Unknown) {
                cursor += self.pad(stretch.from(cursor), section_idx);
            }
        }
    }

    /// What begins here and how long it is.
    fn recognise(&self, rest: Span, section_idx: usize, is_referenced: bool) -> (What, u64) {
        let content = self.places.content(rest, section_idx);
        let words = Words { places: self.places, at: rest.start(), content };
        if let Some(record) = records::recognise(&words) {
            return record;
        }
        if let Some(template) = text::template(content) {
            return (What::Template, template.len_bytes as u64);
        }
        if let Some(n_bytes) = text::len_bytes(content, self.length_at(rest.start(), content)) {
            return (What::Text, n_bytes as u64);
        }
        (if is_referenced { What::Constant } else { What::Unknown }, rest.size())
    }

    /// The longest length that somebody keeps for a text at this address.
    fn length_at(&self, address: u64, content: &[u8]) -> Option<usize> {
        let from = self.lengths.partition_point(|(it, _)| *it < address);
        let to = self.lengths.partition_point(|(it, _)| *it <= address);
        let fits = |it: &(u64, u64)| usize::try_from(it.1).ok().filter(|it| *it <= content.len());
        self.lengths[from..to].iter().rev().find_map(fits)
    }

    /// Zeroes up to what is next: to the end, or to where it would be aligned.
    fn pad(&mut self, rest: Span, section_idx: usize) -> u64 {
        let content = self.places.content(rest, section_idx);
        let zeroes = content.iter().take_while(|it| **it == 0).count() as u64;
        let align_bytes = self.places.image.sections[section_idx].align_bytes.min(MAX_ALIGN_BYTES);
        let end = rest.start().saturating_add(zeroes);
        let is_next = |it: &u64| {
            let n_bytes = it - rest.start();
            is_alignment_gap(n_bytes, *it, align_bytes)
        };
        let aligned = (rest.start().saturating_add(1)..=end).rev().take(MAX_ALIGN_BYTES as usize);
        let next = aligned.filter(is_next).max_by_key(|it| natural_alignment(*it).min(align_bytes));
        let Some(padding) = next.and_then(|it| Span::between(rest.start(), it)) else { return 0 };
        self.split.padding.push((section_idx, padding));
        padding.size()
    }
}
