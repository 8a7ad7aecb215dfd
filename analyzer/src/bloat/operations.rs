//! The instructions of a function with what each reads and writes.

use super::scene::Scene;
use crate::isa::liveness::{Convention, Effect, Frame};
use crate::refs::{Flow, Place, decoder, sweep_place};
use crate::span::Span;

/// One instruction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation {
    pub(crate) span: Span,
    pub(crate) flow: Flow,
    pub(crate) effect: Effect,
    /// Whether it leads to a panic, from which nothing comes back.
    pub(crate) is_last: bool,
}

/// The instructions of a place.
pub(crate) fn operations(convention: &Convention, scene: &Scene<'_, '_>, place: &Place) -> Vec<Operation> {
    let mut operations = Vec::new();
    let Some(mut decoder) = decoder(scene.places.image) else { return operations };
    let mut n_conditional = 0;
    sweep_place(&scene.places, decoder.as_mut(), place, |at, step| {
        let code = scene.places.bytes_at(at, step.len_bytes as usize).unwrap_or(&[]);
        let mut effect = convention.effect(code, step.flow);
        if n_conditional > 0 {
            n_conditional -= 1;
            effect = Effect { sets: 0, is_pure: false, frame: Frame::No, ..effect };
        } else {
            n_conditional = (convention.makes_conditional)(code);
        }
        let is_last = match step.flow {
            Flow::Call(target) | Flow::Jump(target) => scene.panics(target),
            _ => false,
        };
        let span = Span::saturating(at, step.len_bytes);
        operations.push(Operation { span, flow: step.flow, effect, is_last });
    });
    operations
}
