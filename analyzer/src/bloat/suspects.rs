//! Source lines that ask for formatting or may panic, and the code that is there for their sake.

use std::collections::{BTreeMap, BTreeSet};

use super::cold;
use super::cut::Cut;
use super::machinery::Part;
use super::scene::Scene;
use super::services::{Service, is_of_toolchain};
use crate::debug::chains::{Author, Chains, FunctionId, Link};
use crate::debug::sweep::Line;
use crate::refs::{Reference, ReferenceKind};
use crate::span::Span;

/// A line and what it is blamed for.
#[derive(Debug)]
pub(crate) struct Suspect {
    /// The function that the line stands in.
    pub(crate) function: FunctionId,
    /// The first instruction that it is blamed for.
    pub(crate) at_address: u64,
    pub(crate) cut: Cut,
}

/// All of an image.
#[derive(Debug, Default)]
pub(crate) struct Suspects {
    pub(crate) formatting: BTreeMap<Line, Suspect>,
    pub(crate) panics: BTreeMap<Line, Suspect>,
    /// By what they ask a library for.
    pub(crate) services: BTreeMap<Service, BTreeMap<Line, Suspect>>,
}

/// Functions in which lines were found.
#[derive(Default)]
struct Hosts {
    formatting: BTreeSet<usize>,
    panics: BTreeSet<usize>,
    services: BTreeSet<usize>,
}

/// Finds the lines by the references of their code, and then all code that is theirs.
pub(crate) fn find(scene: &Scene<'_, '_>, chains: &mut Chains<'_, '_>) -> Suspects {
    let mut suspects = Suspects::default();
    let mut hosts = Hosts::default();
    // References come by address, so that many in a row are made by the same node.
    let mut last: Option<(Span, Option<usize>)> = None;
    for reference in scene.graph.references.list.iter() {
        let at = reference.at_address;
        if !last.is_some_and(|(span, _)| span.contains_address(at)) {
            last = host(scene, at);
        }
        let Some((_, Some(host))) = last else { continue };
        suspects.see(scene, chains, (host, &reference), &mut hosts);
    }
    for place in &scene.places.list {
        let Some(host) = scene.node_at(place.span.start()) else { continue };
        if hosts.formatting.contains(&host) {
            chains.runs(place.span, |span, chain| suspects.claim(span, chain));
        }
        if hosts.services.contains(&host) {
            chains.runs(place.span, |span, chain| suspects.claim_service(span, chain));
        }
        if hosts.panics.contains(&host) {
            for block in cold::blocks(scene, place) {
                suspects.claim_block(chains.at(block.call), &block);
            }
        }
    }
    let of_services = suspects.services.values_mut().flat_map(|it| it.values_mut());
    let all = suspects.formatting.values_mut().chain(suspects.panics.values_mut()).chain(of_services);
    all.for_each(|it| it.cut.settle());
    suspects
}

/// Whose code is at an address, where somebody gets to it, and the bytes for which that holds.
fn host(scene: &Scene<'_, '_>, at: u64) -> Option<(Span, Option<usize>)> {
    let (span, node) = scene.graph.references.nodes.find(at)?;
    let place = scene.places.at(at)?;
    let is_code = scene.places.section(place).is_executable && scene.graph.is_reachable(node);
    Some((span.intersection(place.span)?, is_code.then_some(node)))
}

impl Suspects {
    /// Learns from one reference.
    fn see(
        &mut self,
        scene: &Scene<'_, '_>,
        chains: &mut Chains<'_, '_>,
        (host, reference): (usize, &Reference),
        hosts: &mut Hosts,
    ) {
        let part = scene.node_at(reference.target_address).map_or(Part::None, |it| scene.part(it));
        let chain = chains.at(reference.at_address);
        let Some((line, function, formats)) = blamed(chain) else { return };
        let new = || Suspect { function, at_address: reference.at_address, cut: Cut::default() };
        if formats || matches!(part, Part::Formatting | Part::Float) {
            self.formatting.entry(line).or_insert_with(new);
            hosts.formatting.insert(host);
        }
        if formats {
            return;
        }
        if let Part::Service(service) = part {
            let is_asked_by_library = is_of_toolchain(chains.path(line.0));
            if !is_asked_by_library {
                self.services.entry(service).or_default().entry(line).or_insert_with(new);
                hosts.services.insert(host);
            }
            return;
        }
        if part == Part::Panicking {
            self.panics.entry(line).or_insert_with(new);
            hosts.panics.insert(host);
        } else if part == Part::Check && reference.kind == ReferenceKind::Call {
            let call = Span::saturating(reference.at_address, 1);
            self.panics.entry(line).or_insert_with(new).cut.loose.push(call);
        }
    }

    /// Gives code to all the lines that it is there for: with a line goes what was inlined there.
    fn claim(&mut self, span: Span, chain: &[Link]) {
        for line in chain.iter().filter(|it| it.author == Author::User).filter_map(|it| it.line) {
            if let Some(suspect) = self.formatting.get_mut(&line) {
                suspect.cut.spans.push(span);
            }
        }
    }

    fn claim_service(&mut self, span: Span, chain: &[Link]) {
        for line in chain.iter().filter(|it| it.author == Author::User).filter_map(|it| it.line) {
            for suspect in self.services.values_mut().filter_map(|it| it.get_mut(&line)) {
                suspect.cut.spans.push(span);
            }
        }
    }

    fn claim_block(&mut self, chain: &[Link], block: &cold::Block) {
        let Some((line, _, false)) = blamed(chain) else { return };
        if let Some(suspect) = self.panics.get_mut(&line) {
            suspect.cut.spans.push(block.span);
            suspect.cut.spans.extend(&block.branches);
        }
    }
}

/// The line that somebody could change, its function, and whether it is formatting that it wants: the
/// innermost outside of the standard library, before formatting begins. What formatting calls back
/// (`write_str` of a serial port) is not to blame for it.
fn blamed(chain: &[Link]) -> Option<(Line, FunctionId, bool)> {
    let formatting = chain.iter().position(|it| it.author == Author::Formatting);
    let before = &chain[..formatting.unwrap_or(chain.len())];
    let link = before.iter().rev().find(|it| it.author == Author::User)?;
    Some((link.line?, link.function, formatting.is_some()))
}
