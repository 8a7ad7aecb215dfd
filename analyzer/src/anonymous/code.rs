//! Gaps among code: functions without a type, literal pools, constants behind `$d`, filler.

use super::{Piece, Splitter, What};
use crate::image::MarkKind;
use crate::map::{Filling, Label};
use crate::refs::Place;
use crate::span::Span;

/// Vector tables and cache lines ask for no wider alignment.
const MAX_FILLER_BYTES: u64 = 64;

impl Splitter<'_> {
    pub(super) fn code(&mut self, span: Span, section_idx: usize) {
        let place = Place { span, section_idx, label: Label::Unattributed };
        for (part, mode) in self.places.modes(&place) {
            for stretch in self.stretches(part) {
                let is_text = || self.places.is_text(&Place { span: stretch, ..place }, stretch.start());
                if self.label_at(stretch.start()).is_none() && is_text() {
                    self.data_stretch(stretch, section_idx);
                    continue;
                }
                let has_literals = matches!(mode, MarkKind::Data | MarkKind::Unknown)
                    || self.places.machine.has_stray_literals();
                let literals = if has_literals { self.literals(stretch) } else { Vec::new() };
                self.between_literals(stretch, section_idx, (&literals, mode));
            }
        }
    }

    /// Runs of words in a stretch that one function loads first, and that function.
    fn literals(&self, stretch: Span) -> Vec<(Span, Option<usize>)> {
        let n_bytes = self.places.machine.pointer_bytes();
        let from = self.loads.partition_point(|(word, _)| *word < stretch.start());
        let mut runs: Vec<(Span, Option<usize>)> = Vec::new();
        let mut cursor = stretch.start();
        for (word, at) in self.loads[from..].iter().take_while(|(word, _)| *word < stretch.end()) {
            let Some(span) = stretch.intersection(Span::saturating(*word, n_bytes)) else { continue };
            if span.start() < cursor {
                continue;
            }
            cursor = span.end();
            let user = self.places.at(*at).and_then(|it| match it.label {
                Label::Symbol(owner) => Some(owner),
                _ => None,
            });
            match runs.last_mut().filter(|(it, last)| it.end() == span.start() && *last == user) {
                Some((run, _)) => *run = Span::saturating(run.start(), run.size() + span.size()),
                None => runs.push((span, user)),
            }
        }
        runs
    }

    fn between_literals(
        &mut self,
        stretch: Span,
        section_idx: usize,
        (literals, mode): (&[(Span, Option<usize>)], MarkKind),
    ) {
        let mut cursor = stretch.start();
        for (run, user) in literals {
            self.rest(Span::between(cursor, run.start()), section_idx, mode);
            self.push(*run, section_idx, What::LiteralPool(*user));
            cursor = run.end();
        }
        self.rest(Span::between(cursor, stretch.end()), section_idx, mode);
    }

    /// Code that nobody means and that does nothing, between functions or behind the last one.
    fn is_filler(&self, span: Span, section_idx: usize) -> bool {
        let image = self.places.image;
        let is_filled = || Filling::new(image, &image.sections[section_idx]).is_filled(span);
        let is_between = self.has_owner[section_idx] && span.size() <= MAX_FILLER_BYTES;
        is_between && !self.is_meant(span.start()) && is_filled()
    }

    /// In a file without sections, code is only what control gets to.
    fn is_reached(&self, section_idx: usize, mode: MarkKind) -> bool {
        self.places.image.is_stand_in(section_idx) && matches!(mode, MarkKind::Code | MarkKind::Arm)
    }

    /// What no instruction loads.
    fn rest(&mut self, span: Option<Span>, section_idx: usize, mode: MarkKind) {
        let Some(span) = span.filter(|it| !it.is_empty()) else { return };
        let image = self.places.image;
        let label = self.label_at(span.start());
        let is_referenced = self.is_referenced(span.start());
        let has_stray_literals = self.places.machine.has_stray_literals();
        let filling = Filling::new(image, &image.sections[section_idx]);
        match label {
            None if self.is_filler(span, section_idx) => {
                self.split.padding.push((section_idx, span));
            }
            None if mode == MarkKind::Data => self.data_stretch(span, section_idx),
            _ if label.is_some() || is_referenced || self.is_reached(section_idx, mode) => {
                let code = filling.without_tail(span);
                let what = label.unwrap_or(What::Code);
                let piece = Piece { span: code, section_idx, is_referenced, follows: false, what };
                self.split.pieces.push(piece);
                let tail = span.from(code.end());
                self.split.padding.extend((!tail.is_empty()).then_some((section_idx, tail)));
            }
            _ if has_stray_literals && span.start() % 4 == 0 && span.size() >= 4 => {
                self.push(span, section_idx, What::LiteralPool(None));
            }
            _ => self.push(span, section_idx, What::Unknown),
        }
    }
}
