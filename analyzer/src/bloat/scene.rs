//! What blame is found with: the image and everything that is known about it.

use super::machinery::Part;
use crate::debug::DebugInfo;
use crate::graph::Graph;
use crate::image::{Image, MarkKind};
use crate::map::{Attribution, Label};
use crate::refs::Places;
use crate::span::Span;

/// An image with its graph, its debug information and the parts that its symbols play.
pub(crate) struct Scene<'a, 'info> {
    pub(crate) graph: &'a Graph,
    pub(crate) debug: &'a DebugInfo<'info>,
    pub(crate) places: Places<'a>,
    /// By owner.
    parts: &'a [Part],
    /// By node: bytes in front of it that are there to align it.
    padding_bytes: Vec<u32>,
}

impl<'a, 'info> Scene<'a, 'info> {
    pub(crate) fn new(
        (image, attribution): (&'a Image<'a>, &'a Attribution),
        graph: &'a Graph,
        debug: &'a DebugInfo<'info>,
        parts: &'a [Part],
    ) -> Self {
        let places = Places::new(image, attribution);
        let padding_bytes = padding(image, attribution, graph);
        Self { graph, debug, places, parts, padding_bytes }
    }

    /// The part of a node; pieces between symbols play none.
    pub(crate) fn part(&self, node: usize) -> Part {
        self.parts.get(node).copied().unwrap_or(Part::None)
    }

    /// Whether who gets there panics.
    pub(crate) fn panics(&self, target: u64) -> bool {
        self.node_at(target).is_some_and(|it| self.part(it) == Part::Panicking)
    }

    pub(crate) fn node_at(&self, address: u64) -> Option<usize> {
        self.graph.references.nodes.at(address)
    }

    /// Bytes of a node with the padding that is there for its sake.
    pub(crate) fn bytes(&self, node: usize) -> u64 {
        self.graph.bytes()[node] + u64::from(self.padding_bytes[node])
    }

    /// The parts of `span` that are instructions, not literals among them.
    pub(crate) fn code(&self, span: Span) -> impl Iterator<Item = Span> {
        let modes = self.places.at(span.start()).map(|it| self.places.modes(it)).unwrap_or_default();
        let code = modes.into_iter().filter(|it| matches!(it.1, MarkKind::Code | MarkKind::Arm));
        code.filter_map(move |it| it.0.intersection(span))
    }
}

fn padding(image: &Image<'_>, attribution: &Attribution, graph: &Graph) -> Vec<u32> {
    let mut padding_bytes = vec![0; graph.n_nodes()];
    for (section_idx, section) in image.sections.iter().enumerate().filter(|(_, it)| it.takes_memory()) {
        if section.load.is_none() {
            continue;
        }
        let mut gap_bytes = 0;
        for (span, label) in attribution.labels(section_idx) {
            if label == Label::Padding {
                gap_bytes = u32::try_from(span.size()).unwrap_or(0);
                continue;
            }
            if let Some(node) = graph.references.nodes.at(span.start()) {
                padding_bytes[node] = gap_bytes;
            }
            gap_bytes = 0;
        }
    }
    padding_bytes
}
