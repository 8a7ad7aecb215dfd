//! What panics print: places, paths of source files, messages.

use super::SymbolKind;
use super::assemble::Named;
use crate::bloat::machinery::Part;
use crate::graph::Graph;

/// Bytes of data that only panics need.
#[derive(Debug, Default)]
pub(super) struct PanicData {
    pub(super) n_locations: u64,
    pub(super) location_bytes: u64,
    /// Of texts that only places refer to.
    pub(super) path_bytes: u64,
    /// Of texts that only panicking functions refer to.
    pub(super) message_bytes: u64,
}

/// Who refers to a node, all together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum User {
    Panic,
    Place,
    Other,
}

impl PanicData {
    pub(super) fn new(rows: &[Named], graph: &Graph) -> Self {
        let mut user_of: Vec<User> = vec![User::Other; graph.n_nodes()];
        for row in rows {
            user_of[row.node] = match (row.part, row.symbol.kind) {
                (Part::Panicking, _) => User::Panic,
                (_, SymbolKind::Location) => User::Place,
                _ => User::Other,
            };
        }
        // Arguments of a message: a table leads to its texts.
        let of_kind = |kind: SymbolKind| rows.iter().filter(move |it| it.symbol.kind == kind);
        let tables = of_kind(SymbolKind::PointerTable)
            .filter(|it| only(graph, it.node, &user_of) == Some(User::Panic));
        let tables: Vec<usize> = tables.map(|it| it.node).collect();
        tables.into_iter().for_each(|it| user_of[it] = User::Panic);
        let texts = of_kind(SymbolKind::String).chain(of_kind(SymbolKind::Template));
        let mut data = Self::default();
        for row in texts {
            match only(graph, row.node, &user_of) {
                Some(User::Panic) => data.message_bytes += row.symbol.size_bytes,
                Some(User::Place) => data.path_bytes += row.symbol.size_bytes,
                _ => {}
            }
        }
        data.n_locations = of_kind(SymbolKind::Location).count() as u64;
        data.location_bytes = of_kind(SymbolKind::Location).map(|it| it.symbol.size_bytes).sum();
        data
    }
}

/// The sort of all who refer to `node`; `None` where they are several sorts, or nobody does.
fn only(graph: &Graph, node: usize, user_of: &[User]) -> Option<User> {
    let mut users = graph.referrers(node).map(|it| user_of[it]);
    let first = users.next()?;
    users.all(|it| it == first).then_some(first)
}
