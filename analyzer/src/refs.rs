//! Who refers to whom: references between places of the image, each with the instruction that makes it.
//!
//! With relocations that the linker kept (`--emit-relocs`) these say which words and instructions
//! refer to what, and the decoder only adds who loads such a word. Without them, code is decoded and
//! data is searched for pointers, by rules that leave out look-alikes:
//! - Code is what is marked so (`$t`, `$x`; not `$d`), inside of symbols and of gaps that are not padding.
//! - A pointer to code is the start of a function (on Thumb plus one); nothing else is.
//! - A pointer into the vector table is a small number that looks like one.
//! - A word that instructions load is theirs: the reference is made where it is loaded.
//!
//! Either way, who is reached by a neighbour's address is found by following addresses (`access`).

pub(crate) mod beside;
mod blocks;
mod body;
pub(crate) mod code;
mod data;
mod index;
mod list;
mod nodes;
mod overlay;
mod places;
mod relocations;
mod run_ons;
mod vectors;

use serde::{Deserialize, Serialize};

use crate::access;
use crate::anonymous;
use crate::image::Image;
pub(crate) use crate::isa::{Decode, Flow, Step, Value, decoder};
use crate::map::Attribution;
use crate::span::Span;
use body::Bodies;
pub(crate) use body::Body;
pub(crate) use code::{Facts, sweep_place};
pub(crate) use data::is_unwind;
pub(crate) use list::List;
pub(crate) use nodes::Nodes;
pub(crate) use places::{Place, Places};
pub(crate) use vectors::is_vector_section;

/// More references than this are not kept in mind: the report then has no graph.
const MAX_REFERENCES: usize = 1 << 23;

/// Where references come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum EdgeSource {
    /// The linker kept its relocations: complete and exact.
    Relocations,
    /// Decoded instructions and pointers in data.
    Decoded,
}

/// How one place refers to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReferenceKind {
    /// A call to a known place.
    Call,
    /// A branch out of a function: usually a call in the last place.
    Jump,
    /// An instruction forms or loads the address.
    Address,
    /// The address stands in data.
    Data,
    /// Control runs on from one function into the next.
    FallThrough,
    /// An instruction loads or stores there, by a neighbour's address and a distance.
    Access,
}

/// One reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The instruction, or the word in data, that makes it.
    pub at_address: u64,
    /// Where it leads; Thumb bit cleared.
    pub target_address: u64,
    /// How.
    pub kind: ReferenceKind,
}

impl Reference {
    pub(crate) fn new(at_address: u64, target_address: u64, kind: ReferenceKind) -> Self {
        Self { at_address, target_address, kind }
    }
}

/// All references of an image, and the places they connect.
#[derive(Debug)]
pub(crate) struct References {
    pub(crate) source: EdgeSource,
    /// By address of what makes them.
    pub(crate) list: List,
    /// What code refers to outside of the image, by address of the instruction: absolute symbols only.
    pub(crate) outside: Vec<Reference>,
    /// Calls at the end of a function after which control runs on into the next, in order.
    pub(crate) run_ons: Vec<u64>,
    /// Calls through registers of which nobody knows what they hold.
    pub(crate) n_unknown_calls: u64,
    pub(crate) nodes: Nodes,
    /// `(literal, instruction)` where the literal is no part of a symbol.
    pub(crate) pool_loads: Vec<(u64, u64)>,
    /// Where the vector tables are.
    pub(crate) vectors: Vec<Span>,
    /// What functions do, by owner; `None` for what is no decoded code.
    pub(crate) bodies: Vec<Option<Body>>,
    /// Instructions that load a word from a section of code: `(instruction, word)`, sorted.
    pub(crate) literals_by_load: Vec<(u64, u64)>,
    /// The same, `(word, instruction)`.
    loads_by_literal: Vec<(u64, u64)>,
    /// Whether there was no time to follow all addresses to neighbours.
    pub(crate) is_cut: bool,
}

/// Why an image has no references.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoReferences {
    /// An object file has no addresses yet.
    Unlinked,
    /// Nothing to follow: neither relocations nor a decoder for the machine.
    NoDecoder,
    /// Nothing to connect.
    NoSymbols,
    /// Beyond the limits of this analysis.
    TooLarge,
}

impl References {
    /// Finds all references; by which way is up to the file unless `source` says.
    pub(crate) fn find(
        image: &Image<'_>,
        attribution: &Attribution,
        source: Option<EdgeSource>,
    ) -> Result<Self, NoReferences> {
        let places = places(image, attribution)?;
        let has_relocations = image.relocations.iter().any(|it| it.is_kept);
        let source = source.unwrap_or(match has_relocations {
            true => EdgeSource::Relocations,
            false => EdgeSource::Decoded,
        });
        let decoder = decoder(image);
        if decoder.is_none() && source == EdgeSource::Decoded {
            return Err(NoReferences::NoDecoder);
        }
        let list = List::new(&places.list).ok_or(NoReferences::TooLarge)?;
        let mut facts = Facts::new(&places, list, source == EdgeSource::Decoded);
        let mut bodies = Bodies::new(image, attribution.owners.len());
        if let Some(mut decoder) = decoder {
            code::sweep(&places, decoder.as_mut(), |at, step, place| {
                let home = step.address().and_then(|it| places.at(it));
                facts.add(&places, at, step, (place, home));
                bodies.add(&places, at, step, (place, home));
            });
        }
        let bodies = bodies.finish(&places);
        facts.loads.sort_unstable();
        let run_ons = facts.run_on(&places);
        let mut list = facts.take_list().ok_or(NoReferences::TooLarge)?;
        match source {
            EdgeSource::Relocations => relocations::collect(&places, &facts, &mut list),
            EdgeSource::Decoded => data::collect(&places, &facts, &mut list),
        }
        relocations::collect_dynamic(&places, &mut list);
        // Whoever collects stops beyond the limit, so duplicates count too.
        if list.len() > MAX_REFERENCES {
            return Err(NoReferences::TooLarge);
        }
        list.finish();
        let neighbours = access::neighbours(&places, &list, &facts.beside);
        list.add(&neighbours.references);
        list.add(&blocks::members(&places, &list));
        let nodes = Nodes::new(&places, anonymous::split(&places, &list, &facts));
        let loads = facts.loads.iter().copied();
        let pool_loads = loads.filter(|(pool, _)| nodes.at(*pool).is_some_and(|it| !nodes.is_owner(it)));
        let pool_loads = pool_loads.collect();
        let vectors = places.vectors.clone();
        let n_unknown_calls = facts.n_unknown_calls;
        let outside = sorted(std::mem::take(&mut facts.outside));
        let loads_by_literal = facts.loads_of_literals(&places);
        let literals_by_load = sorted(loads_by_literal.iter().map(|it| (it.1, it.0)).collect());
        Ok(Self {
            source,
            list,
            outside,
            run_ons,
            n_unknown_calls,
            nodes,
            pool_loads,
            vectors,
            bodies,
            literals_by_load,
            loads_by_literal,
            is_cut: neighbours.is_cut || places.overlaid.is_cut,
        })
    }

    /// The instructions that load a literal.
    pub(crate) fn loads_of(&self, word: u64) -> impl Iterator<Item = u64> {
        let from = self.loads_by_literal.partition_point(|it| it.0 < word);
        self.loads_by_literal[from..].iter().take_while(move |it| it.0 == word).map(|it| it.1)
    }

    /// Referenced addresses inside of bytes that no symbol claims, each once, in order: where
    /// anonymous constants and functions without a size begin.
    pub(crate) fn starts_in_gaps(&self) -> impl Iterator<Item = u64> {
        self.nodes.pieces.iter().filter(|it| it.is_referenced).map(|it| it.span.start())
    }
}

/// In order, each once.
fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort_unstable();
    items.dedup();
    items
}

/// Every direct branch in the code of an image and its target, inside of functions too.
pub(crate) fn branches(image: &Image<'_>, attribution: &Attribution) -> Vec<(u64, u64)> {
    let (Ok(places), Some(mut decoder)) = (places(image, attribution), decoder(image)) else {
        return Vec::new();
    };
    let mut branches = Vec::new();
    code::sweep(&places, decoder.as_mut(), |at, step, _| {
        if let Flow::Branch(target) | Flow::Jump(target) | Flow::Call(target) = step.flow {
            branches.push((at, target));
        }
    });
    branches
}

/// Who is where, for whoever wants to look at the code again.
pub(crate) fn places<'image>(
    image: &'image Image<'_>,
    attribution: &'image Attribution,
) -> Result<Places<'image>, NoReferences> {
    if image.is_relocatable() {
        return Err(NoReferences::Unlinked);
    }
    if attribution.owners.is_empty() {
        return Err(NoReferences::NoSymbols);
    }
    // Sections share bytes of the file only in files that somebody made to waste our time.
    let content_bytes: u64 = image.sections.iter().map(|it| it.data.len() as u64).sum();
    if content_bytes > image.file_bytes {
        return Err(NoReferences::TooLarge);
    }
    Ok(Places::new(image, attribution))
}
