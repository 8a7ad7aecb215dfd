//! The deepest way through functions that call each other in a circle, none of them twice.

use super::worst::{Call, Caller};

/// Circles of more functions are only gone through as they are met.
const MAX_MEMBERS: usize = 256;
/// Looking at a call is a step: so many for one circle.
const MAX_STEPS: usize = 200_000;

/// A way from a member on.
#[derive(Debug, Clone, Default)]
pub(super) struct Route {
    pub(super) bytes: u64,
    /// The calls inside of the circle, and the one that leaves it, if one does.
    pub(super) calls: Vec<Call>,
}

/// Who is in a circle, and what is needed below those who are not.
pub(super) struct Circle<'a> {
    pub(super) callers: &'a [Caller],
    pub(super) members: &'a [usize],
    pub(super) below: &'a dyn Fn(usize) -> u64,
}

impl Circle<'_> {
    /// The deepest way from each member, in their order. There may be more ways than can be tried, so
    /// what is found is a way, and not always the deepest. `None` where the circle is too big.
    pub(super) fn routes(&self, steps_left: &mut usize) -> Option<Vec<Route>> {
        if self.members.len() > MAX_MEMBERS {
            return None;
        }
        let n_steps = (*steps_left).min(MAX_STEPS);
        *steps_left -= n_steps;
        let share = n_steps / self.members.len().max(1);
        Some(self.members.iter().map(|it| self.route(*it, share)).collect())
    }

    /// Tries ways from `start`, depth first.
    fn route(&self, start: usize, mut steps_left: usize) -> Route {
        let mut best = Route { bytes: self.callers[start].frame_bytes, calls: Vec::new() };
        let mut way: Vec<Stop> = vec![Stop { function: start, n_tried: 0, above_bytes: 0 }];
        let mut calls: Vec<Call> = Vec::new();
        while let Some(stop) = way.last_mut() {
            let caller = &self.callers[stop.function];
            let call = caller.calls.get(stop.n_tried).copied();
            let Some(call) = call.filter(|_| steps_left > 0) else {
                way.pop();
                calls.pop();
                continue;
            };
            stop.n_tried += 1;
            steps_left -= 1;
            let to = call.to as usize;
            let own_bytes = if call.has_released { 0 } else { caller.frame_bytes };
            let above_bytes = stop.above_bytes.saturating_add(own_bytes);
            let is_member = self.members.binary_search(&to).is_ok();
            if is_member && way.iter().any(|it| it.function == to && !self.may_repeat(to, way.len())) {
                continue;
            }
            let bytes = match is_member {
                true => self.callers[to].frame_bytes,
                false => (self.below)(to),
            };
            calls.push(call);
            if above_bytes.saturating_add(bytes) > best.bytes {
                best = Route { bytes: above_bytes.saturating_add(bytes), calls: calls.clone() };
            }
            if is_member {
                way.push(Stop { function: to, n_tried: 0, above_bytes });
            } else {
                calls.pop();
            }
        }
        best
    }

    /// A table through which functions are called is none itself, so a way may lead through it again.
    fn may_repeat(&self, function: usize, n_stops: usize) -> bool {
        self.callers[function].is_table && n_stops <= 2 * self.members.len()
    }
}

/// A function on the way that is being tried.
struct Stop {
    function: usize,
    n_tried: usize,
    above_bytes: u64,
}
