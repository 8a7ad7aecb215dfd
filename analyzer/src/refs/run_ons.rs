//! Calls at the end of functions: control goes on into the next function, unless what is called never returns.
//!
//! Compilers leave nothing behind a call of what they know not to return, and assembly goes on that way on purpose.
//! So a function is looked at for its ways out: one that has none, and whose last calls and jumps lead to none,
//! does not return. Where that is in doubt control goes on.

use std::collections::BTreeSet;

use super::places::Place;
use super::places::Places;
use crate::isa::{Flow, Step};
use crate::map::Label;

/// What does not return though its code may look so: it leaves in ways of its own, or is named by compilers for it.
const NEVER_RETURN: [&[u8]; 10] = [
    b"abort",
    b"exit",
    b"_exit",
    b"_Exit",
    b"longjmp",
    b"__assert_func",
    b"__assert_fail",
    b"__stack_chk_fail",
    b"__cxa_throw",
    b"_Unwind_Resume",
];
/// Part of the mangled names of what Rust panics with.
const PANICKING: &[u8] = b"9panicking";
/// Chains of calls in the last place are short; what takes longer is taken to return.
const MAX_ROUNDS: usize = 32;

/// A way out of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Back, or to where nobody knows.
    Return,
    /// On to another function.
    To(u64),
    /// It calls, by its last instruction; `None` where nobody knows what.
    Call { at: u64, callee: Option<u64>, next: u64 },
}

/// Ways out of functions, each with where the function begins.
#[derive(Debug, Default)]
pub(super) struct Ways {
    list: Vec<(u64, Way)>,
}

impl Ways {
    #[inline]
    pub(super) fn add(&mut self, places: &Places<'_>, at: u64, step: &Step, place: &Place) {
        let end = at.saturating_add(step.len_bytes);
        let is_last = end == place.span.end();
        let call = |callee| is_last.then_some(Way::Call { at, callee, next: end });
        let way = match step.flow {
            Flow::End | Flow::JumpUnknown | Flow::JumpThrough(_) => Some(Way::Return),
            Flow::Jump(to) | Flow::Branch(to) if !place.span.contains_address(to) => Some(Way::To(to)),
            Flow::Next | Flow::Branch(_) if is_last => Some(Way::To(end)),
            Flow::Call(to) => call(Some(to)),
            Flow::CallThrough(pool) if is_last => {
                call(places.pointer_at(pool).map(|it| places.machine.code_address(it)))
            }
            Flow::CallUnknown => call(None),
            _ => None,
        };
        let known = (place.span.start(), way.unwrap_or(Way::Return));
        if way.is_some() && matches!(place.label, Label::Symbol(_)) && self.list.last() != Some(&known) {
            self.list.push(known);
        }
    }

    /// Calls after which control goes on into the next function: the instruction, and where that begins.
    pub(super) fn run_ons(&self, places: &Places<'_>) -> Vec<(u64, u64)> {
        let is_call = |it: &&(u64, Way)| matches!(it.1, Way::Call { .. });
        if places.image.is_hosted() || !self.list.iter().any(|it| is_call(&it)) {
            return Vec::new();
        }
        let returning = self.returning(places);
        let runs_on = |(_, way): &(u64, Way)| match way {
            Way::Call { at, callee, next } => {
                let is_code = places.at(*next).is_some_and(|it| places.section(it).is_executable);
                // In Rust only what never returns is called without anything behind it.
                let is_rust = places.names_at(*at).any(|it| it.starts_with(b"_R") || is_rust(it));
                let is_on =
                    is_code && !is_rust && !places.is_in_vectors(*at) && returns(places, &returning, *callee);
                is_on.then_some((*at, *next))
            }
            _ => None,
        };
        self.list.iter().filter_map(runs_on).collect()
    }

    /// Where functions begin that may return.
    fn returning(&self, places: &Places<'_>) -> BTreeSet<u64> {
        let is_return = |it: &&(u64, Way)| it.1 == Way::Return;
        let mut returning: BTreeSet<u64> = self.list.iter().filter(is_return).map(|it| it.0).collect();
        for _ in 0..MAX_ROUNDS {
            let n_before = returning.len();
            for (start, way) in &self.list {
                let is_out = match way {
                    Way::Return => true,
                    Way::To(to) => returns(places, &returning, Some(*to)),
                    Way::Call { callee, next, .. } => {
                        returns(places, &returning, *callee) && returns(places, &returning, Some(*next))
                    }
                };
                if is_out {
                    returning.insert(*start);
                }
            }
            if returning.len() == n_before {
                break;
            }
        }
        returning
    }
}

/// Whether control may come back from an address.
fn returns(places: &Places<'_>, returning: &BTreeSet<u64>, address: Option<u64>) -> bool {
    let Some(place) = address.and_then(|it| places.at(it)) else { return true };
    if !matches!(place.label, Label::Symbol(_)) || !places.section(place).is_executable {
        return true;
    }
    let mut names = places.names_at(place.span.start());
    let never =
        |name: &[u8]| NEVER_RETURN.contains(&name) || name.windows(PANICKING.len()).any(|it| it == PANICKING);
    returning.contains(&place.span.start()) && !names.any(never)
}

/// The older mangling ends with a hash.
fn is_rust(name: &[u8]) -> bool {
    let hash = name.len().checked_sub(20).and_then(|it| name.get(it..));
    name.starts_with(b"_ZN") && hash.is_some_and(|it| it.starts_with(b"17h") && it.ends_with(b"E"))
}
