//! Sections that take turns at one address: an address there is one in any of them.

use super::places::Place;
use crate::map::Label;

/// Of more sections than this that others lie over, the rest is not looked into.
const MAX_SECTIONS: usize = 64;

/// Symbols whose bytes another section has first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overlaid {
    /// With all their bytes, by section and address.
    places: Vec<Place>,
    /// Where each section begins in the places.
    firsts: Vec<usize>,
    /// Whether there were too many sections.
    pub(crate) is_cut: bool,
}

impl Overlaid {
    pub(super) fn new(mut places: Vec<Place>) -> Self {
        places.retain(|it| matches!(it.label, Label::Symbol(_)));
        places.sort_unstable_by_key(|it| (it.section_idx, it.span));
        let is_first = |idx: &usize| *idx == 0 || places[idx - 1].section_idx != places[*idx].section_idx;
        let mut firsts: Vec<usize> = (0..places.len()).filter(is_first).collect();
        let is_cut = firsts.len() > MAX_SECTIONS;
        if is_cut {
            places.truncate(firsts[MAX_SECTIONS]);
            firsts.truncate(MAX_SECTIONS);
        }
        Self { places, firsts, is_cut }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Whether a place is what is left of one of these.
    pub(super) fn has(&self, rest: &Place) -> bool {
        let key = |it: &Place| (it.section_idx, it.span.end());
        !self.places.is_empty() && self.places.binary_search_by_key(&key(rest), key).is_ok()
    }

    /// The owners that have bytes at an address: of each section at most one.
    pub(crate) fn owners_at(&self, address: u64) -> impl Iterator<Item = usize> {
        let ends = self.firsts.iter().skip(1).copied().chain([self.places.len()]);
        let sections = self.firsts.iter().zip(ends).map(|(from, to)| &self.places[*from..to]);
        sections.filter_map(move |places| {
            let idx = places.partition_point(|it| it.span.end() <= address);
            match places.get(idx).filter(|it| it.span.contains_address(address))?.label {
                Label::Symbol(owner) => Some(owner),
                _ => None,
            }
        })
    }
}
