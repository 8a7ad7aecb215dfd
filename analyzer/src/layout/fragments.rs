//! Which bytes of the device's address space each section takes, each byte once.

use std::cmp::Reverse;

use crate::image::{Image, ImageSection};
use crate::report::{SectionRole, View};
use crate::span::Span;

/// A piece of a section in the device's address space. Pieces do not overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fragment {
    pub(crate) section_idx: usize,
    pub(crate) view: View,
    /// Where it lies on the device, in the address space of its view.
    pub(crate) span: Span,
    /// Where the same bytes run.
    pub(crate) run_address: u64,
    /// Whether it is only set aside for a stack or heap.
    pub(crate) is_reserved: bool,
}

impl Fragment {
    pub(crate) fn run(self) -> Span {
        Span::saturating(self.run_address, self.span.size())
    }

    /// The part inside of `span`.
    pub(crate) fn cut(self, span: Span) -> Option<Self> {
        let part = self.span.intersection(span)?;
        let run_address = self.run_address + (part.start() - self.span.start());
        Some(Self { span: part, run_address, ..self })
    }

    /// Whether its bytes have to be kept without power: all content of the file has to, wherever
    /// a loader puts it.
    pub(crate) fn is_stored(self, section: &ImageSection<'_>) -> bool {
        section.is_in_flash() && (self.view == View::Load || !section.is_copied())
    }
}

/// All pieces by address. An object file has none: its sections have no addresses yet.
pub(crate) fn list(image: &Image<'_>) -> Vec<Fragment> {
    let wishes = all_wishes(image);
    let mut cursor = 0;
    let mut fragments = Vec::with_capacity(wishes.len());
    for wish in wishes {
        fragments.extend(wish.cut(wish.span.from(cursor)));
        cursor = cursor.max(wish.span.end());
    }
    fragments
}

/// Addresses that several sections ask for, as overlays do, in order and apart.
pub(crate) fn shared(image: &Image<'_>) -> Vec<Span> {
    let mut shared: Vec<Span> = Vec::new();
    let mut cursor = 0;
    for wish in all_wishes(image) {
        let both = Span::between(wish.span.start(), cursor.min(wish.span.end())).filter(|it| !it.is_empty());
        cursor = cursor.max(wish.span.end());
        let Some(both) = both else { continue };
        match shared.last_mut().filter(|it| both.start() <= it.end()) {
            Some(last) => *last = Span::saturating(last.start(), last.end().max(both.end()) - last.start()),
            None => shared.push(both),
        }
    }
    shared
}

/// What sections ask for, by address.
fn all_wishes(image: &Image<'_>) -> Vec<Fragment> {
    if image.is_relocatable() {
        return Vec::new();
    }
    let mut wishes: Vec<Fragment> = image.sections.iter().enumerate().flat_map(wishes).collect();
    wishes.sort_by_key(|it| (it.span.start(), Reverse(it.span.end()), it.section_idx));
    wishes
}

/// A section where it runs and, if that is elsewhere, where it is stored. What is seen through a window on what it is
/// stored in has no memory of its own there.
fn wishes((section_idx, section): (usize, &ImageSection<'_>)) -> impl Iterator<Item = Fragment> {
    let takes_memory = section.takes_memory() && section.size() > 0;
    debug_assert!(section.role != SectionRole::Filler || !takes_memory);
    let run_address = section.run.start();
    let is_reserved = section.role == SectionRole::Reservation;
    let piece = move |view, span| Fragment { section_idx, view, span, run_address, is_reserved };
    let run = (takes_memory && !section.is_seen_in_flash).then(|| piece(View::Run, section.run));
    let is_apart = section.is_copied() || section.is_seen_in_flash;
    let load = section.load.filter(|_| takes_memory && is_apart);
    run.into_iter().chain(load.map(|it| piece(View::Load, it)))
}
