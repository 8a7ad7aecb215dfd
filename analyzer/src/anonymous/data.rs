//! Gaps among data: from one referenced address to the next, whatever the content shows to be complete.

use super::records::{self, Words};
use super::{Piece, Splitter, What, is_stored, text};
use crate::map::Filling;
use crate::span::{Span, is_alignment_gap, natural_alignment};

/// What linkers align pieces of merged sections to at most.
const MAX_ALIGN_BYTES: u64 = 16;
/// Fewer zeroes behind something are as likely its last numbers.
const MIN_TAIL_BYTES: u64 = 16;

impl Splitter<'_> {
    pub(super) fn data(&mut self, span: Span, section_idx: usize) {
        for stretch in self.stretches(span) {
            self.data_stretch(stretch, section_idx);
        }
    }

    /// What a symbol without a real name tells the extent of: all of it is one thing.
    pub(super) fn constant(&mut self, span: Span, section_idx: usize) {
        if !is_stored(&self.places.image.sections[section_idx]) {
            return self.push(span, section_idx, What::Variable);
        }
        let (what, n_bytes) = self.recognise(span, section_idx, true);
        let is_whole = self
            .places
            .content(span.from(span.start().saturating_add(n_bytes)), section_idx)
            .iter()
            .all(|it| *it == 0);
        self.push(span, section_idx, if is_whole { what } else { What::Constant });
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
            if !matches!(what, What::Constant | What::Unknown) || cursor < stretch.end() {
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
        if let Some(n_bytes) = text::len_bytes(content, self.lengths.at(rest.start(), content)) {
            return (What::Text, n_bytes as u64);
        }
        let n_bytes = rest.size() - self.tail_bytes(rest, section_idx);
        (if is_referenced { What::Constant } else { What::Unknown }, n_bytes)
    }

    /// How many of the zeroes at the end of what nobody can read are filler: those that only aligning what
    /// comes next explains. Numbers end in zeroes of their own, up to the end of their word; what is aligned as
    /// widely itself may have all of them.
    fn tail_bytes(&self, rest: Span, section_idx: usize) -> u64 {
        let content = self.places.content(rest, section_idx);
        let n_content = content.iter().rposition(|it| *it != 0).map_or(0, |it| it as u64 + 1);
        let n_own = n_content.next_multiple_of(self.places.machine.pointer_bytes());
        let n_filler = rest.size().saturating_sub(n_own);
        let align_bytes = (n_filler + 1).next_power_of_two();
        let section_align_bytes = self.places.image.sections[section_idx].align_bytes;
        let is_explained = is_alignment_gap(n_filler, rest.end(), section_align_bytes);
        let is_filler = n_own > 0 && n_filler >= MIN_TAIL_BYTES && is_explained;
        if is_filler && natural_alignment(rest.start()) < align_bytes { n_filler } else { 0 }
    }

    /// Filler up to what is next: to the end, or zeroes to where it would be aligned.
    fn pad(&mut self, rest: Span, section_idx: usize) -> u64 {
        let section = &self.places.image.sections[section_idx];
        if !rest.is_empty() && Filling::new(self.places.image, section).is_padding(rest) {
            self.split.padding.push((section_idx, rest));
            return rest.size();
        }
        let content = self.places.content(rest, section_idx);
        let zeroes = content.iter().take_while(|it| **it == 0).count() as u64;
        let align_bytes = section.align_bytes.min(MAX_ALIGN_BYTES);
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
