//! What formatting and panicking cost, and who is to blame.

use std::cmp::Reverse;

use super::assemble::{Findings, Named};
use super::panic_data::PanicData;
use super::{Blame, Formatting, Panics, ServiceUse};
use crate::bloat::machinery::Part;
use crate::bloat::scene::Scene;
use crate::bloat::services::{self, Service};
use crate::bloat::{blame, linked};
use crate::graph::Graph;

/// All costs; without references or debug information nobody is blamed.
pub(super) fn costs(findings: &Findings<'_>, rows: &[Named]) -> (Formatting, Panics, Vec<ServiceUse>) {
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
    let mut services = Vec::new();
    if let Some(graph) = graph.filter(|_| !findings.debug.is_empty()) {
        let image = (findings.image, findings.attribution);
        let together = linked::pairs(image, graph, findings.debug);
        let joined = (!together.is_empty()).then(|| graph.with_edges(&together));
        let scene = Scene::new(image, joined.as_ref().unwrap_or(graph), findings.debug, &parts);
        let blamed = blame::find(&scene);
        formatting.blame = Some(blamed.formatting);
        panics.blame = Some(blamed.panics);
        services = blamed.services.into_iter().map(|it| service(rows, it)).collect();
        services.sort_by_key(|it| Reverse(it.blame.saves_at_least_bytes));
    }
    (formatting, panics, services)
}

fn service(rows: &[Named], (service, blame): (Service, Blame)) -> ServiceUse {
    let (total_bytes, symbols) = sum(rows, |it| it == Part::Service(service));
    let has_floats = rows.iter().any(|it| services::is_float(&it.symbol.name));
    ServiceUse { name: service.words(has_floats).to_owned(), total_bytes, symbols, blame }
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
