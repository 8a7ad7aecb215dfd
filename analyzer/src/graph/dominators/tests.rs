//! Dominators against their definition: without its dominators a node cannot be reached.

use proptest::prelude::*;

use super::*;
use crate::graph::edges::reach;

const N_NODES: usize = 14;

fn graph() -> impl Strategy<Value = (Vec<(u32, u32)>, Vec<usize>)> {
    let node = 0..N_NODES as u32;
    (prop::collection::vec((node.clone(), node), 0..40), prop::collection::vec(0..N_NODES, 0..4))
}

fn reached_without(edges: &Edges, roots: &[usize], without: Option<usize>) -> Vec<bool> {
    reach(edges, roots.iter().copied(), |it| Some(it) != without)
}

/// All nodes that dominate `node`, by walking up the tree.
fn all_dominators(dominators: &Dominators, node: usize) -> Vec<usize> {
    std::iter::successors(dominators.of(node), |it| dominators.of(*it)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn a_node_is_out_of_reach_without_its_dominators((pairs, roots) in graph()) {
        let edges = Edges::of_pairs(pairs, N_NODES);
        let dominators = Dominators::new(&edges, &roots);
        let reached = reached_without(&edges, &roots, None);
        for node in 0..N_NODES {
            prop_assert_eq!(dominators.is_reachable(node), reached[node]);
            if !reached[node] {
                continue;
            }
            let expected = (0..N_NODES).filter(|it| {
                *it != node && reached[*it] && !reached_without(&edges, &roots, Some(*it))[node]
            });
            let mut found = all_dominators(&dominators, node);
            found.sort_unstable();
            prop_assert_eq!(found, expected.collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_tree_is_walked_from_below((pairs, roots) in graph()) {
        let dominators = Dominators::new(&Edges::of_pairs(pairs, N_NODES), &roots);
        let mut is_done = [false; N_NODES];
        for (node, dominator) in dominators.bottom_up() {
            prop_assert!(!is_done[dominator]);
            is_done[node] = true;
        }
    }
}
