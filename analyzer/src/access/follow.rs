//! Follows addresses through the registers of one function, along every way through it.

use std::collections::BTreeSet;

use crate::isa::accesses::{self, Access, By, Effect, Number, bit};
use crate::isa::{Flow, Step, sign_extend};

/// Who wants to know where addresses go.
pub(super) trait Watch {
    /// Whether a number may be an address that is worth following.
    fn is_near(&self, number: u64) -> bool;

    /// Something is loaded or stored at an address; told again as more ways lead there.
    fn access(&mut self, at: u64, pointer: Pointer, access: &Access);

    /// Nobody knows what becomes of an address.
    fn pass_on(&mut self, pointer: Pointer);

    /// Whether there is time for another step.
    fn has_time(&mut self) -> bool;
}

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
    /// What was added since, but for indices.
    offset: i64,
    /// Whether something was added of which nobody knows how much.
    pub(super) is_indexed: bool,
    /// Whether something was loaded or stored there.
    is_used: bool,
    /// Whether it is held on every way that is known.
    pub(super) is_certain: bool,
}

impl Pointer {
    /// `None` where nobody knows how much was added.
    pub(super) fn address(self) -> Option<u64> {
        (!self.is_indexed).then_some(self.without_index())
    }

    /// Where it would be with indices of zero.
    pub(super) fn without_index(self) -> u64 {
        self.base.wrapping_add_signed(self.offset) & 0xffff_ffff
    }

    fn to(base: u64) -> Self {
        Self { base, offset: 0, is_indexed: false, is_used: false, is_certain: true }
    }

    fn plus(self, by: Option<i64>) -> Self {
        let offset = self.offset.wrapping_add(by.unwrap_or(0));
        Self { offset, is_indexed: self.is_indexed || by.is_none(), ..self }
    }
}

/// What a register may hold that is worth following.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Held {
    #[default]
    Other,
    At(Pointer),
    /// What may be a distance, on every way that is known.
    Number(i64),
    /// One of several addresses, all of which count as passed on.
    Lost,
}

impl Held {
    /// The same where it may be something else.
    fn doubted(self) -> Self {
        match self {
            Self::At(pointer) => Self::At(Pointer { is_certain: false, ..pointer }),
            Self::Other | Self::Number(_) => Self::Other,
            Self::Lost => self,
        }
    }

    fn number(self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// What is in a register after something was added; `None` where that is nothing to follow.
    fn plus(self, by: Option<i64>) -> Option<Self> {
        match (self, by) {
            (Self::At(pointer), _) => Some(Self::At(pointer.plus(by))),
            (Self::Number(number), Some(by)) => Some(Self::Number(number.wrapping_add(by))),
            _ => None,
        }
    }
}

/// What the registers hold before an instruction.
pub(super) type State<const N: usize> = [Held; N];

/// A function.
pub(super) struct Code<'a, const N: usize> {
    /// By address.
    pub(super) list: &'a [Instruction],
    pub(super) end: u64,
    /// Addresses that are not worth following in it.
    pub(super) ignored: &'a BTreeSet<u64>,
}

impl<const N: usize> Code<'_, N> {
    /// Tells `watch` what the function does, and answers with what is held before each instruction. What no
    /// known way leads to is gone through by itself.
    pub(super) fn follow(&self, watch: &mut impl Watch) -> Vec<Option<State<N>>> {
        let mut states: Vec<Option<State<N>>> = vec![None; self.list.len()];
        for start in 0..self.list.len() {
            if states[start].is_some() {
                continue;
            }
            states[start] = Some([Held::default(); N]);
            let mut todo = vec![start];
            while let Some(idx) = todo.pop().filter(|_| watch.has_time()) {
                let before = states[idx].as_ref().unwrap_or(&[Held::Other; N]);
                let after = self.step(&self.list[idx], before, watch);
                for next in self.next(idx, &after, watch).into_iter().flatten() {
                    let is_news = match &mut states[next] {
                        Some(known) => merge(known, &after, watch),
                        new => {
                            *new = Some(after);
                            true
                        }
                    };
                    if is_news {
                        todo.push(next);
                    }
                }
            }
        }
        states
    }

    /// The addresses at which an instruction may load or store, where registers hold `before`.
    pub(super) fn accessed(
        &self,
        it: &Instruction,
        before: &State<N>,
        formed: Option<Pointer>,
    ) -> impl Iterator<Item = (Pointer, Access)> {
        let access = it.effect.access;
        access.into_iter().flat_map(move |access| {
            let by_register = registers::<N>(access.bases).filter_map(move |it| {
                let Held::At(pointer) = before[it] else { return None };
                let other = registers::<N>(access.bases & !bit(it as u32)).find_map(|it| before[it].number());
                Some(pointer.plus(access.offset.or(other.filter(|_| access.is_sum))))
            });
            let named = formed.filter(|_| access.bases != 0);
            named.into_iter().chain(by_register).map(move |it| (it, access))
        })
    }

    fn step(&self, it: &Instruction, before: &State<N>, watch: &mut impl Watch) -> State<N> {
        let effect = &it.effect;
        let formed = it.formed.filter(|it| watch.is_near(*it) && !self.ignored.contains(it));
        let formed = formed.map(Pointer::to);
        for (pointer, access) in self.accessed(it, before, formed) {
            watch.access(it.at, pointer, &access);
        }
        let passed_on = if it.is_odd_call { u32::MAX } else { effect.passed_on };
        held(before, passed_on).for_each(|it| watch.pass_on(it));
        let unused = held(before, effect.passed_on_unused).filter(|it| !it.is_used);
        unused.for_each(|it| watch.pass_on(it));
        let mut after = *before;
        for register in registers::<N>(effect.access.map_or(0, |it| it.bases)) {
            if let Held::At(pointer) = &mut after[register] {
                pointer.is_used = true;
            }
        }
        if it.is_odd_call {
            after.iter_mut().for_each(|it| *it = it.doubted());
        }
        let number = written_number(it, before);
        registers::<N>(effect.written).for_each(|it| after[it] = number.map_or(Held::Other, Held::Number));
        for moved in effect.moves.iter().flatten() {
            let content = |register: u32| before[register as usize % N];
            let by = match moved.by {
                By::Number(number) => Some(number),
                By::Register(register) => content(register).number(),
                By::Unknown => None,
            };
            if let Some(sum) = content(moved.from).plus(by) {
                let to = moved.to as usize % N;
                let is_first = matches!(after[to], Held::Other | Held::Number(_));
                after[to] = if is_first { sum } else { either(after[to], sum, watch) };
            }
        }
        // What an access names is where it goes to, not what it writes.
        if let Some(pointer) = formed.filter(|_| effect.access.is_none_or(|it| it.bases == 0)) {
            registers::<N>(effect.written).for_each(|it| after[it] = Held::At(pointer));
        }
        if it.is_conditional { merged(before, &after, watch) } else { after }
    }

    /// The instructions that may come next. Where nobody knows, everything is passed on.
    fn next(&self, idx: usize, after: &State<N>, watch: &mut impl Watch) -> [Option<usize>; 2] {
        let it = &self.list[idx];
        let end = it.at.saturating_add(it.step.len_bytes);
        let addresses = match it.step.flow {
            // A function that ends with a call does not get back from it.
            Flow::Call(_) | Flow::CallThrough(_) | Flow::CallUnknown if end >= self.end => [None; 2],
            Flow::Next | Flow::Call(_) | Flow::CallThrough(_) | Flow::CallUnknown => [Some(end), None],
            Flow::Branch(target) => [Some(target), Some(end)],
            Flow::Jump(target) => [Some(target), None],
            Flow::End | Flow::Stop | Flow::JumpThrough(_) => [None; 2],
            Flow::JumpUnknown => [Some(u64::MAX), None],
        };
        let is_at = |idx: &usize, at| self.list.get(*idx).is_some_and(|it| it.at == at);
        let found = |at: u64| {
            let behind = Some(idx + 1).filter(|it| is_at(it, at));
            behind.or_else(|| self.list.binary_search_by_key(&at, |it| it.at).ok())
        };
        let next = addresses.map(|it| it.and_then(found));
        if next.iter().flatten().count() < addresses.iter().flatten().count() {
            held(after, u32::MAX).for_each(|it| watch.pass_on(it));
        }
        next
    }
}

/// The number that an instruction writes, where it is known.
fn written_number<const N: usize>(it: &Instruction, before: &State<N>) -> Option<i64> {
    let is_load = it.effect.access.is_some_and(|it| it.bases != 0);
    match it.effect.number {
        Some(Number::Is(number)) => Some(number),
        Some(Number::Shifted(register, by)) => {
            before[register as usize % N].number().map(|it| sign_extend((it << by) as u32, 32))
        }
        None => it.formed.filter(|_| !is_load).map(|it| sign_extend(it as u32, 32)),
    }
}

fn registers<const N: usize>(bits: u32) -> impl Iterator<Item = usize> {
    accesses::bits(bits).take_while(|it| *it < N)
}

pub(super) fn held<const N: usize>(state: &State<N>, bits: u32) -> impl Iterator<Item = Pointer> {
    registers::<N>(bits).filter_map(move |it| match state[it] {
        Held::At(pointer) => Some(pointer),
        Held::Other | Held::Number(_) | Held::Lost => None,
    })
}

fn merged<const N: usize>(a: &State<N>, b: &State<N>, watch: &mut impl Watch) -> State<N> {
    std::array::from_fn(|it| either(a[it], b[it], watch))
}

/// Adds another way to what is known; whether that changes it.
fn merge<const N: usize>(known: &mut State<N>, other: &State<N>, watch: &mut impl Watch) -> bool {
    let mut has_changed = false;
    for (held, other) in known.iter_mut().zip(other) {
        let both = either(*held, *other, watch);
        has_changed |= both != *held;
        *held = both;
    }
    has_changed
}

/// What may be one or the other. Of one address with different distances the first is where a loop began.
fn either(a: Held, b: Held, watch: &mut impl Watch) -> Held {
    match (a, b) {
        (Held::Number(one), Held::Number(two)) if one == two => a,
        (Held::Other | Held::Number(_), it) | (it, Held::Other | Held::Number(_)) => it.doubted(),
        (Held::At(a), Held::At(b)) if a.base == b.base => {
            let is_indexed = a.is_indexed || b.is_indexed || a.offset != b.offset;
            let (is_used, is_certain) = (a.is_used && b.is_used, a.is_certain && b.is_certain);
            Held::At(Pointer { is_indexed, is_used, is_certain, ..a })
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
