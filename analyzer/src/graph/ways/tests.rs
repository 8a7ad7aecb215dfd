//! What is in doubt against what really is out of reach.

use proptest::prelude::*;

use super::*;
use crate::graph::edges::reach;

const N_NODES: usize = 14;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn what_goes_out_of_reach_was_in_doubt(
        pairs in prop::collection::vec((0..N_NODES as u32, 0..N_NODES as u32), 0..40),
        roots in prop::collection::vec(0..N_NODES, 0..4),
        n_removed in 0..6_usize,
    ) {
        let edges = Edges::of_pairs(pairs.clone(), N_NODES);
        let reached = reach(&edges, roots.iter().copied(), |_| true);
        let removed = &pairs[..n_removed.min(pairs.len())];
        let left = pairs.iter().filter(|it| !removed.contains(it)).copied().collect();
        let still_reached = reach(&Edges::of_pairs(left, N_NODES), roots.iter().copied(), |_| true);
        let ways = Ways::new(&edges, &roots);
        let in_doubt: Vec<u32> = removed.iter().flat_map(|it| ways.in_doubt(*it)).copied().collect();
        for node in 0..N_NODES {
            let has_gone = reached[node] && !still_reached[node];
            prop_assert!(!has_gone || in_doubt.contains(&(node as u32)));
        }
        for node in in_doubt {
            prop_assert!(reached[node as usize] && !roots.contains(&(node as usize)));
        }
    }

    #[test]
    fn what_has_two_ways_apart_is_not_in_doubt_of_both(
        pairs in prop::collection::vec((0..N_NODES as u32, 0..N_NODES as u32), 0..40),
    ) {
        let ways = Ways::new(&Edges::of_pairs(pairs.clone(), N_NODES), &[0]);
        for node in 0..N_NODES as u32 {
            let sources = pairs.iter().filter(|it| it.1 == node && ways.in_doubt(**it).contains(&node));
            let mut sources: Vec<_> = sources.collect();
            sources.dedup();
            sources.sort_unstable();
            sources.dedup();
            prop_assert!(sources.len() <= 1, "{node} hangs on one edge of the tree");
        }
    }
}
