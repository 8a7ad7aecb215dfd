//! Follows addresses through the registers of one function, along every way through it.

use std::collections::BTreeSet;

use super::Watch;
use super::effect::Effect;
use crate::refs::decode::{Flow, Step};

const N_REGISTERS: usize = 32;

/// One instruction of a function.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instruction {
    pub(super) at: u64,
    pub(super) step: Step,
    pub(super) effect: Effect,
    /// A number that it puts into a register, or an address that it names.
    pub(super) formed: Option<u64>,
    pub(super) is_conditional: bool,
    /// It calls what may go on with any register.
    pub(super) is_odd_call: bool,
}

/// An address that was computed from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pointer {
    /// As an instruction named it.
    pub(super) base: u64,
    /// What was added since; `None` where nobody knows how much.
    offset: Option<i64>,
    /// Whether something was loaded or stored there.
    is_used: bool,
}

impl Pointer {
    pub(super) fn address(self) -> Option<u64> {
        Some(self.base.wrapping_add_signed(self.offset?) & 0xffff_ffff)
    }

    fn plus(self, by: Option<i64>) -> Self {
        Self { offset: self.offset.zip(by).map(|(a, b)| a.wrapping_add(b)), ..self }
    }
}

/// What a register may hold that is worth following.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Held {
    #[default]
    Other,
    At(Pointer),
    /// One of several addresses, all of which count as passed on.
    Lost,
}

type State = [Held; N_REGISTERS];

/// A function.
pub(super) struct Code<'a> {
    /// By address.
    pub(super) list: &'a [Instruction],
    pub(super) end: u64,
    /// Addresses that are not worth following in it.
    pub(super) ignored: &'a BTreeSet<u64>,
}

impl Code<'_> {
    /// Tells `watch` what the function does. What no known way leads to is gone through by itself.
    pub(super) fn follow(&self, watch: &mut Watch<'_>) {
        let mut states: Vec<Option<State>> = vec![None; self.list.len()];
        for start in 0..self.list.len() {
            if states[start].is_some() {
                continue;
            }
            states[start] = Some(State::default());
            let mut todo = vec![start];
            while let Some(idx) = todo.pop().filter(|_| watch.has_time()) {
                let before = states[idx].unwrap_or_default();
                let after = self.step(&self.list[idx], &before, watch);
                for next in self.next(&self.list[idx], &after, watch) {
                    let merged = match &states[next] {
                        Some(known) => merged(known, &after, watch),
                        None => after,
                    };
                    if states[next] != Some(merged) {
                        states[next] = Some(merged);
                        todo.push(next);
                    }
                }
            }
        }
    }

    fn step(&self, it: &Instruction, before: &State, watch: &mut Watch<'_>) -> State {
        let effect = &it.effect;
        let formed = it.formed.filter(|it| watch.is_near(*it) && !self.ignored.contains(it));
        let formed = formed.map(|base| Pointer { base, offset: Some(0), is_used: false });
        if let Some(access) = effect.access {
            let by_register = held(before, access.bases).map(|it| it.plus(access.offset));
            for pointer in formed.filter(|_| access.bases != 0).into_iter().chain(by_register) {
                match access.is_store {
                    true => watch.store(pointer, access.n_bytes),
                    false => watch.load(pointer),
                }
            }
        }
        let passed_on = if it.is_odd_call { u32::MAX } else { effect.passed_on };
        held(before, passed_on).for_each(|it| watch.pass_on(it));
        let unused = held(before, effect.passed_on_unused).filter(|it| !it.is_used);
        unused.for_each(|it| watch.pass_on(it));
        let mut after = *before;
        for register in registers(effect.access.map_or(0, |it| it.bases)) {
            if let Held::At(pointer) = &mut after[register] {
                pointer.is_used = true;
            }
        }
        registers(effect.written).for_each(|it| after[it] = Held::Other);
        for moved in effect.moves.iter().flatten() {
            if let Held::At(pointer) = before[moved.from as usize % N_REGISTERS] {
                let to = moved.to as usize % N_REGISTERS;
                after[to] = either(after[to], Held::At(pointer.plus(moved.by)), watch);
            }
        }
        // What an access names is where it goes to, not what it writes.
        if let Some(pointer) = formed.filter(|_| effect.access.is_none_or(|it| it.bases == 0)) {
            registers(effect.written).for_each(|it| after[it] = Held::At(pointer));
        }
        if it.is_conditional { merged(before, &after, watch) } else { after }
    }

    /// The instructions that may come next. Where nobody knows, everything is passed on.
    fn next(&self, it: &Instruction, after: &State, watch: &mut Watch<'_>) -> Vec<usize> {
        let end = it.at.saturating_add(it.step.len_bytes);
        let addresses = match it.step.flow {
            // A function that ends with a call does not get back from it.
            Flow::Call(_) | Flow::CallThrough(_) | Flow::CallUnknown if end >= self.end => vec![],
            Flow::Next | Flow::Call(_) | Flow::CallThrough(_) | Flow::CallUnknown => vec![end],
            Flow::Branch(target) => vec![target, end],
            Flow::Jump(target) => vec![target],
            Flow::End => vec![],
            Flow::JumpUnknown => vec![u64::MAX],
        };
        let found = |it: &u64| self.list.binary_search_by_key(it, |it| it.at).ok();
        let next: Vec<usize> = addresses.iter().filter_map(found).collect();
        if next.len() < addresses.len() {
            held(after, u32::MAX).for_each(|it| watch.pass_on(it));
        }
        next
    }
}

fn registers(bits: u32) -> impl Iterator<Item = usize> {
    (0..N_REGISTERS).filter(move |it| bits >> it & 1 == 1)
}

fn held(state: &State, bits: u32) -> impl Iterator<Item = Pointer> {
    registers(bits).filter_map(move |it| match state[it] {
        Held::At(pointer) => Some(pointer),
        Held::Other | Held::Lost => None,
    })
}

fn merged(a: &State, b: &State, watch: &mut Watch<'_>) -> State {
    std::array::from_fn(|it| either(a[it], b[it], watch))
}

/// What may be one or the other.
fn either(a: Held, b: Held, watch: &mut Watch<'_>) -> Held {
    match (a, b) {
        (Held::Other, it) | (it, Held::Other) => it,
        (Held::At(a), Held::At(b)) if a.base == b.base => {
            let offset = a.offset.filter(|_| a.offset == b.offset);
            Held::At(Pointer { offset, is_used: a.is_used && b.is_used, ..a })
        }
        (a, b) => {
            for it in [a, b] {
                if let Held::At(pointer) = it {
                    watch.pass_on(pointer);
                }
            }
            Held::Lost
        }
    }
}
