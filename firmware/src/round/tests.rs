//! What the five lines say, and how much of the numbers they show.

use super::*;
use std::string::String;

/// What the standard library makes of the lines.
#[derive(Default)]
struct Text(String);

impl Log for Text {
    fn round(&mut self, n: u32, cargo: &str) {
        self.0 += &std::format!("round {n}: {cargo} aboard\n");
    }
    fn drift(&mut self, signed: i64, small: i32) {
        self.0 += &std::format!("drift {signed} of {small}\n");
    }
    fn weighed(&mut self, unsigned: u64) {
        self.0 += &std::format!("weighed {unsigned} times\n");
    }
    fn seal(&mut self, seal: u64, n_crate: u32) {
        self.0 += &std::format!("seal {seal:x}, crate {n_crate:x}\n");
    }
    fn mark(&mut self, mark: char, cargo: &str) {
        self.0 += &std::format!("mark {mark}, 100% of {cargo}\n");
    }
}

fn text_of(n_rounds: u32) -> String {
    let (mut text, mut round) = (Text::default(), Round::first());
    for _ in 0..n_rounds {
        round.print(&mut text);
        round.advance();
    }
    text.0
}

#[test]
fn a_round_is_five_lines() {
    let expected = "round 1: tea aboard\ndrift -81985529216486896 of 1985229328\nweighed 18364758544493064720 times\n\
        seal fedcba9876543210, crate 1\nmark Ω, 100% of tea\n";
    assert_eq!(text_of(1), expected);
}

#[test]
fn numbers_of_every_length_come_with_both_signs() {
    let text = text_of(120);
    assert_eq!(text.lines().count(), 600);
    let of = |start: &str| {
        text.lines().filter_map(|it| it.strip_prefix(start)?.split(' ').next()).collect::<Vec<_>>()
    };
    let weights = of("weighed ");
    assert!((1..=20).all(|length| weights.iter().any(|it| it.len() == length)), "{weights:?}");
    let drifts = of("drift ");
    assert!(drifts.iter().any(|it| it.starts_with('-')) && drifts.iter().any(|it| !it.starts_with('-')));
}
