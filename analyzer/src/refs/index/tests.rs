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
            prop_assert_eq!(index.find(address, |it| spans[it]), expected);
        }
    }
}

#[test]
fn the_end_of_the_address_space_has_a_place_too() {
    let spans = [Span::new(0, 1).unwrap(), Span::new(u64::MAX - 1, 1).unwrap()];
    let index = Index::new(spans.into_iter());
    assert_eq!(
        [0, 1, u64::MAX - 1, u64::MAX].map(|it| index.find(it, |it| spans[it])),
        [Some(0), None, Some(1), None]
    );
}
