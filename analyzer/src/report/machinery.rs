//! What formatting and panicking cost, and who is to blame.

use super::assemble::{Findings, Named};
use super::panic_data::PanicData;
use super::{Formatting, Panics};
use crate::bloat::machinery::Part;
use crate::bloat::{blame, scene::Scene};
use crate::graph::Graph;

/// Both costs; without references or debug information nobody is blamed.
pub(super) fn costs(findings: &Findings<'_>, rows: &[Named]) -> (Formatting, Panics) {
    let graph = findings.graph.as_ref().ok();
    let parts = parts(rows);
    let (own, symbols) = sum(rows, Part::is_formatting);
    let mut formatting = Formatting {
        total_bytes: own,
        retained_bytes: graph.map(|it| retained(it, &parts, Part::is_formatting)),
        symbols,
        float_bytes: sum(rows, |it| it == Part::Float).0,
        blame: None,
    };
    let is_panicking = |it: Part| it == Part::Panicking;
    let (own, symbols) = sum(rows, is_panicking);
    let data = graph.map(|it| PanicData::new(rows, it)).unwrap_or_default();
    let mut panics = Panics {
        total_bytes: own + data.message_bytes + data.location_bytes + data.path_bytes,
        retained_bytes: graph.map(|it| retained(it, &parts, is_panicking)),
        symbols,
        message_bytes: data.message_bytes,
        location_bytes: data.location_bytes,
        path_bytes: data.path_bytes,
        n_locations: data.n_locations,
        blame: None,
    };
    if let Some(graph) = graph.filter(|_| !findings.debug.is_empty()) {
        let scene = Scene::new((findings.image, findings.attribution), graph, findings.debug, &parts);
        let (of_formatting, of_panics) = blame::find(&scene);
        formatting.blame = Some(of_formatting);
        panics.blame = Some(of_panics);
    }
    (formatting, panics)
}

/// By node.
fn parts(rows: &[Named]) -> Vec<Part> {
    let mut parts = vec![Part::None; rows.iter().map(|it| it.node + 1).max().unwrap_or(0)];
    rows.iter().for_each(|it| parts[it.node] = it.part);
    parts
}

/// Own bytes and indices of the symbols that play a part.
fn sum(rows: &[Named], is_part: impl Fn(Part) -> bool) -> (u64, Vec<usize>) {
    let symbols: Vec<usize> = (0..rows.len()).filter(|it| is_part(rows[*it].part)).collect();
    (symbols.iter().map(|it| rows[*it].symbol.size_bytes).sum(), symbols)
}

fn retained(graph: &Graph, parts: &[Part], is_part: impl Fn(Part) -> bool) -> u64 {
    graph.retained_bytes_of(|node| parts.get(node).is_some_and(|it| is_part(*it)))
}
