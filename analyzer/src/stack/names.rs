//! What the functions of an image are called, by node.

use crate::graph::{self, Graph};
use crate::image::Image;
use crate::report::assemble::Named;
use crate::report::{Symbol, anonymous};

/// Crate of symbols of C++.
const CPP: &str = "C++";

/// Who wrote a function, as far as that tells what it calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    Rust,
    Cpp,
    /// C, assembly, or unknown.
    Other,
}

/// Names of symbols, and where their rows are.
pub(super) struct Names<'rows> {
    rows: &'rows [Named],
    /// By node.
    row_of: Vec<Option<usize>>,
}

impl<'rows> Names<'rows> {
    pub(super) fn new(rows: &'rows [Named]) -> Self {
        let n_nodes = rows.iter().map(|it| it.node + 1).max().unwrap_or(0);
        let mut row_of = vec![None; n_nodes];
        rows.iter().enumerate().for_each(|(row_idx, row)| row_of[row.node] = Some(row_idx));
        Self { rows, row_of }
    }

    /// No node from here on has a name.
    pub(super) fn len(&self) -> usize {
        self.row_of.len()
    }

    /// Index of the symbol in the report; `None` for what has no symbol.
    pub(super) fn row(&self, node: usize) -> Option<usize> {
        self.row_of.get(node).copied().flatten()
    }

    /// Demangled; empty for what has no symbol.
    pub(super) fn of(&self, node: usize) -> &'rows str {
        self.row(node).map_or("", |it| &self.rows[it].symbol.name)
    }

    /// The functions that people call so: by their name as shown or mangled, by the end of it after `::`, or by
    /// either with the address (`NAME@0xADDRESS`).
    pub(super) fn called(&self, asked: &str) -> Vec<&'rows Named> {
        let (name, address) = graph::with_address(asked);
        let ending = format!("::{name}");
        let is_there = |it: &Named| address.is_none_or(|address| it.symbol.run_address == address);
        let matching = |is_called: &dyn Fn(&Symbol) -> bool| -> Vec<&'rows Named> {
            self.rows.iter().filter(|it| is_there(it) && is_called(&it.symbol)).collect()
        };
        let exact = matching(&|it| it.mangled == name || it.name == name);
        if exact.is_empty() { matching(&|it| it.name.ends_with(&ending)) } else { exact }
    }

    pub(super) fn writer(&self, node: usize) -> Writer {
        match self.row(node).and_then(|it| self.rows[it].symbol.krate.as_deref()) {
            Some(CPP) => Writer::Cpp,
            Some(_) => Writer::Rust,
            None => Writer::Other,
        }
    }

    /// A name for people, whatever it is.
    pub(super) fn shown(&self, node: usize, image: &Image<'_>, graph: &Graph) -> String {
        match graph.references.nodes.piece(node) {
            Some(piece) if self.row(node).is_none() => {
                anonymous::nameless(&image.sections[piece.section_idx].name)
            }
            _ => self.of(node).to_owned(),
        }
    }
}
