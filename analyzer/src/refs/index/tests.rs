//! The index against a search through all, and the ends of the address space.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn the_answer_is_that_of_a_search_through_all(
        steps in prop::collection::vec((0_u64..300_000, 1_u64..2_000), 0..60),
        questions in prop::collection::vec(0_u64..6_000_000, 1..60),
    ) {
        let mut cursor = 0;
        let mut spans = Vec::new();
        for (gap, size) in steps {
            let gap = if gap > 200_000 { gap } else { gap % 40 };
            spans.push(Span::new(cursor + gap, size).unwrap());
            cursor += gap + size;
        }
        let index = Index::new(spans.iter().copied());
        let edges = spans.iter().flat_map(|it| [it.start().saturating_sub(1), it.start(), it.end() - 1, it.end()]);
        for address in questions.into_iter().chain(edges) {
            let expected = spans.iter().position(|it| it.contains_address(address));
            prop_assert_eq!(index.find(address), expected.map(|it| (it, spans[it])));
            let asked = Span::saturating(address, 3_000);
            let expected = (0..spans.len()).filter(|it| spans[*it].intersection(asked).is_some_and(|it| !it.is_empty()));
            prop_assert_eq!(index.within(asked).collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        }
    }
}

#[test]
fn the_end_of_the_address_space_has_a_place_too() {
    let spans = [Span::new(0, 1).unwrap(), Span::new(u64::MAX - 1, 1).unwrap()];
    let index = Index::new(spans.into_iter());
    assert_eq!(
        [0, 1, u64::MAX - 1, u64::MAX].map(|it| index.find(it)),
        [Some((0, spans[0])), None, Some((1, spans[1])), None]
    );
}

#[test]
fn a_span_of_more_than_four_gigabytes_is_found_too() {
    let spans = [Span::new(16, 1 << 33).unwrap(), Span::new(1 << 40, u32::MAX.into()).unwrap()];
    let index = Index::new(spans.into_iter());
    let last = (1 << 40) + u64::from(u32::MAX) - 1;
    assert_eq!(
        [15, 16, 1 << 33, (1 << 33) + 16, last, last + 1].map(|it| index.find(it)),
        [None, Some((0, spans[0])), Some((0, spans[0])), None, Some((1, spans[1])), None]
    );
}
