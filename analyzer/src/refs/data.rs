//! Pointers in data: aligned words that are addresses of something.

use super::code::Facts;
use super::list::List;
use super::places::{Places, Target};
use super::{MAX_REFERENCES, Reference, ReferenceKind};
use crate::image::MarkKind;
use crate::span::Span;

/// Sections that mention every function and keep none alive.
const UNWIND_SECTIONS: [&str; 4] = [".ARM.exidx", ".ARM.extab", ".eh_frame", ".gcc_except_table"];

/// Finds the pointers in everything that is not code.
pub(crate) fn collect(places: &Places<'_>, facts: &Facts, list: &mut List) {
    for place in places.whole() {
        let section = places.section(place);
        if section.data.is_empty() || is_unwind(&section.name) || list.len() > MAX_REFERENCES {
            continue;
        }
        if !section.is_executable {
            words(places, facts, (place.span, place.section_idx), list);
            continue;
        }
        for (span, mode) in places.modes(place) {
            if mode == MarkKind::Data {
                words(places, facts, (span, place.section_idx), list);
            }
        }
    }
}

/// Whether a section describes functions for unwinding.
pub(crate) fn is_unwind(section: &str) -> bool {
    UNWIND_SECTIONS.iter().any(|it| section.starts_with(it))
}

fn words(places: &Places<'_>, facts: &Facts, (span, section_idx): (Span, usize), list: &mut List) {
    let n_bytes = places.machine.pointer_bytes();
    let is_avr = places.machine.is_avr();
    // AVR aligns nothing.
    let alignment = if is_avr { 1 } else { n_bytes };
    let Some(start) = span.start().checked_next_multiple_of(alignment) else { return };
    let Some(aligned) = Span::between(start, span.end()) else { return };
    let content = places.content(aligned, section_idx).windows(n_bytes as usize);
    for (idx, word) in content.step_by(alignment as usize).enumerate() {
        let at_address = start + idx as u64 * alignment;
        let Some(number) = places.pointer(word).filter(|it| *it != 0) else { continue };
        let mut refer = |target: Target| {
            list.push(Reference::new(at_address, target.address, ReferenceKind::Data), target.is_in_gap);
        };
        let target = places.target(number).or_else(|| nameless(places, at_address, number));
        let target = target.filter(|_| facts.loaders(at_address).next().is_none());
        target.into_iter().for_each(&mut refer);
        if is_avr {
            places.pointed(number).filter(|it| Some(*it) != target).for_each(&mut refer);
        }
    }
}

/// The handler without a symbol that a slot of a vector table names.
fn nameless(places: &Places<'_>, at_address: u64, number: u64) -> Option<Target> {
    let address = places.machine.code_address(number);
    let is_slot = places.machine.is_thumb() && number & 1 == 1 && places.is_in_vectors(at_address);
    places.target_at(address).filter(|_| is_slot && places.is_nameless_code(address))
}
