//! Many questions at once against each of them alone.

use proptest::prelude::*;

use super::*;

const N_NODES: usize = 14;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn questions_asked_at_once_have_the_answers_that_each_has_alone(
        pairs in prop::collection::vec((0..N_NODES as u32, 0..N_NODES as u32), 0..60),
        starts in prop::collection::vec(0..N_NODES, 0..4),
        shut in prop::collection::vec(any::<u64>().prop_map(|it| it & it.rotate_left(7)), N_NODES),
    ) {
        let edges = Edges::of_pairs(pairs, N_NODES);
        let at_once = reach_past(&edges, starts.iter().copied(), &shut);
        for bit in 0..u64::BITS {
            let is_shut = |node: usize| shut[node] >> bit & 1 == 1;
            let alone = reach(&edges, starts.iter().copied(), |it| !is_shut(it));
            let of_bit: Vec<bool> = at_once.iter().map(|it| it >> bit & 1 == 1).collect();
            prop_assert_eq!(of_bit, alone, "question {}", bit);
        }
    }
}
