//! The deepest way through a graph of calls, and the circles in it.

use std::ops::BitOrAssign;

use super::circle::Circle;
use crate::report::StackDoubt;

/// Why a figure is none that can be relied on.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Doubts {
    pub(super) has_recursion: bool,
    pub(super) has_unknown_calls: bool,
    pub(super) has_growing_frames: bool,
}

impl BitOrAssign for Doubts {
    fn bitor_assign(&mut self, other: Self) {
        self.has_recursion |= other.has_recursion;
        self.has_unknown_calls |= other.has_unknown_calls;
        self.has_growing_frames |= other.has_growing_frames;
    }
}

impl Doubts {
    pub(super) fn list(self) -> Vec<StackDoubt> {
        let all = [
            (self.has_recursion, StackDoubt::Recursion),
            (self.has_unknown_calls, StackDoubt::UnknownCalls),
            (self.has_growing_frames, StackDoubt::GrowingFrames),
        ];
        all.into_iter().filter(|(is_there, _)| *is_there).map(|(_, doubt)| doubt).collect()
    }
}

/// A function as the search sees it.
#[derive(Debug, Clone, Default)]
pub(super) struct Caller {
    pub(super) frame_bytes: u64,
    /// What is not known of it alone.
    pub(super) doubts: Doubts,
    /// Whether it is no function, but several that are called through one table.
    pub(super) is_table: bool,
    pub(super) calls: Vec<Call>,
}

/// One call to another function, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Call {
    pub(super) to: u32,
    /// Whether the caller's frame is gone by then.
    pub(super) has_released: bool,
}

/// What is known below each function.
#[derive(Debug)]
pub(super) struct Worst {
    needs: Vec<Need>,
    /// Functions that call each other in a circle, each circle by number.
    pub(super) circles: Vec<Vec<usize>>,
}

#[derive(Debug, Clone, Default)]
struct Need {
    bytes: u64,
    doubts: Doubts,
    /// The next call of the deepest way; where it leads into a circle, all up to the one out of it.
    calls: Vec<Call>,
    /// Whether the way ends with these calls.
    is_end: bool,
}

/// For the ways through all circles of an image together.
const MAX_STEPS: usize = 4_000_000;

impl Worst {
    /// Tarjan's search for strongly connected components, without recursion. Components come out
    /// callees first, so that the needs of a component are known when its callers ask.
    pub(super) fn new(callers: &[Caller]) -> Self {
        let mut search = Search::new(callers);
        for start in 0..callers.len() {
            search.run(start);
        }
        let mut circles = search.circles;
        circles.sort_unstable();
        Self { needs: search.needs, circles }
    }

    pub(super) fn bytes(&self, function: usize) -> u64 {
        self.needs[function].bytes
    }

    /// What is not known of a function or of any below it.
    pub(super) fn doubts(&self, function: usize) -> Doubts {
        self.needs[function].doubts
    }

    /// The deepest way down from a function: each function, and whether its frame is gone by the next.
    pub(super) fn path(&self, function: usize) -> Vec<(usize, bool)> {
        let mut path = vec![(function, false)];
        let mut at = function;
        while path.len() <= 3 * self.needs.len() {
            let need = &self.needs[at];
            for call in &need.calls {
                if let Some((_, is_released)) = path.last_mut() {
                    *is_released = call.has_released;
                }
                at = call.to as usize;
                path.push((at, false));
            }
            if need.is_end || need.calls.is_empty() {
                break;
            }
        }
        path
    }
}

const UNSEEN: u32 = u32::MAX;

struct Search<'callers> {
    callers: &'callers [Caller],
    /// In which order functions were met.
    order: Vec<u32>,
    lowest: Vec<u32>,
    is_open: Vec<bool>,
    open: Vec<usize>,
    /// Functions on the way and how many of their calls were looked at.
    way: Vec<(usize, usize)>,
    is_on_way: Vec<bool>,
    n_met: u32,
    needs: Vec<Need>,
    circles: Vec<Vec<usize>>,
    steps_left: usize,
}

impl<'callers> Search<'callers> {
    fn new(callers: &'callers [Caller]) -> Self {
        let n = callers.len();
        Self {
            callers,
            order: vec![UNSEEN; n],
            lowest: vec![UNSEEN; n],
            is_open: vec![false; n],
            open: Vec::new(),
            way: Vec::new(),
            is_on_way: vec![false; n],
            n_met: 0,
            needs: vec![Need::default(); n],
            circles: Vec::new(),
            steps_left: MAX_STEPS,
        }
    }

    fn run(&mut self, start: usize) {
        if self.order[start] == UNSEEN {
            self.enter(start);
        }
        while let Some((function, n_done)) = self.way.last().copied() {
            let Some(call) = self.callers[function].calls.get(n_done) else {
                self.leave(function);
                continue;
            };
            if let Some((_, n_done)) = self.way.last_mut() {
                *n_done += 1;
            }
            let to = call.to as usize;
            if self.order[to] == UNSEEN {
                self.enter(to);
            } else if self.is_open[to] {
                self.lowest[function] = self.lowest[function].min(self.order[to]);
            }
            // What is on the way would be a second round; it is not counted.
            if !self.is_on_way[to] {
                self.weigh(function, *call);
            }
        }
    }

    fn enter(&mut self, function: usize) {
        (self.order[function], self.lowest[function]) = (self.n_met, self.n_met);
        self.n_met += 1;
        self.open.push(function);
        self.is_open[function] = true;
        self.way.push((function, 0));
        self.is_on_way[function] = true;
        let caller = &self.callers[function];
        self.needs[function] = Need { bytes: caller.frame_bytes, doubts: caller.doubts, ..Need::default() };
    }

    /// Takes the needs of a function that was called into account.
    fn weigh(&mut self, function: usize, call: Call) {
        let below = &self.needs[call.to as usize];
        let own = if call.has_released { 0 } else { self.callers[function].frame_bytes };
        let (bytes, doubts) = (own.saturating_add(below.bytes), below.doubts);
        let need = &mut self.needs[function];
        need.doubts |= doubts;
        if bytes > need.bytes {
            (need.bytes, need.calls) = (bytes, vec![call]);
        }
    }

    fn leave(&mut self, function: usize) {
        self.way.pop();
        self.is_on_way[function] = false;
        if self.lowest[function] == self.order[function] {
            self.close(function);
        }
        if let Some((caller, n_done)) = self.way.last().copied() {
            self.lowest[caller] = self.lowest[caller].min(self.lowest[function]);
            self.weigh(caller, self.callers[caller].calls[n_done - 1]);
        }
    }

    /// The deepest ways through a circle; how often it is gone round nobody knows.
    fn go_round(&mut self, members: &[usize]) {
        let needs = &self.needs;
        let circle = Circle { callers: self.callers, members, below: &|it| needs[it].bytes };
        let routes = circle.routes(&mut self.steps_left);
        let mut doubts = Doubts { has_recursion: true, ..Doubts::default() };
        members.iter().for_each(|it| doubts |= self.needs[*it].doubts);
        members.iter().for_each(|it| self.needs[*it].doubts = doubts);
        for (member, route) in members.iter().zip(routes.unwrap_or_default()) {
            let need = &mut self.needs[*member];
            if route.bytes >= need.bytes {
                need.is_end =
                    route.calls.last().is_none_or(|it| members.binary_search(&(it.to as usize)).is_ok());
                (need.bytes, need.calls) = (route.bytes, route.calls);
            }
        }
    }

    /// All functions of a component are known.
    fn close(&mut self, first: usize) {
        let from = self.open.iter().rposition(|it| *it == first).unwrap_or(0);
        let mut component = self.open.split_off(from);
        component.iter().for_each(|it| self.is_open[*it] = false);
        let calls_itself = |it: usize| self.callers[it].calls.iter().any(|call| call.to as usize == it);
        if component.len() > 1 || calls_itself(first) {
            component.sort_unstable();
            self.go_round(&component);
            self.circles.push(component);
        }
    }
}
