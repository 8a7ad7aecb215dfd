//! References come back as they went in, and only what has room goes in.

use super::{List, Place, Reference, ReferenceKind};
use crate::map::Label;
use crate::span::Span;

fn place(start: u64, end: u64) -> Place {
    let span = Span::between(start, end).expect("in order");
    Place { span, section_idx: 0, label: Label::Unattributed }
}

fn list(places: &[Place], references: &[Reference]) -> List {
    let mut list = List::new(places).expect("not too many bytes");
    references.iter().for_each(|it| list.push(*it, it.kind == ReferenceKind::Data));
    list.finish();
    list
}

#[test]
fn references_come_back_as_they_were_in_order_and_each_once() {
    let far = u64::MAX - 0x1000;
    let places = [place(0x10, 0x20), place(0x2000_0000, 0x2000_0100), place(far, u64::MAX)];
    let references = [
        Reference::new(far, 0x10, ReferenceKind::FallThrough),
        Reference::new(0x1f, u64::MAX - 1, ReferenceKind::Call),
        Reference::new(0x2000_00ff, far, ReferenceKind::Data),
        Reference::new(0x1f, 0x2000_0000, ReferenceKind::Jump),
        Reference::new(0x1f, 0x2000_0000, ReferenceKind::Address),
    ];
    let mut sorted = references.to_vec();
    sorted.sort();
    let list = list(&places, &[references, references].concat());
    assert_eq!(list.iter().collect::<Vec<_>>(), sorted);
    assert_eq!(list.leading_into_gaps().collect::<Vec<_>>(), [references[2]]);
}

#[test]
fn references_inside_of_a_span_are_those_that_it_makes() {
    let references = [0x10, 0x20, 0x30, 0x40].map(|at| Reference::new(at, 0x10, ReferenceKind::Call));
    let list = list(&[place(0x10, 0x100)], &references);
    let inside: Vec<u64> = list.within(Span::saturating(0x11, 0x2f)).map(|it| it.at_address).collect();
    assert_eq!(inside, [0x20, 0x30]);
}

#[test]
fn what_is_between_no_places_is_left_out() {
    let outside = Reference::new(0x10, 0x20, ReferenceKind::Call);
    assert_eq!(list(&[place(0x10, 0x20)], &[outside]).len(), 0);
}

#[test]
fn more_bytes_than_numbers_have_no_list() {
    let gigabyte = 1 << 30;
    assert!(List::new(&[place(0x10, 0x10 + gigabyte)]).is_some());
    assert!(List::new(&[place(0x10, 0x11 + gigabyte)]).is_none());
    assert!(List::new(&[place(0, 0x10), place(1 << 40, (1 << 40) + gigabyte)]).is_none());
}
