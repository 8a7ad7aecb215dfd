//! Where the load and its line are drawn, and what is said of them.

use super::{Gauge, Standing};

#[test]
fn a_budget_is_judged_by_the_byte() {
    assert_eq!(Gauge::new("FLASH", 6_144, None, Some(6_144)).words, "exactly on the line");
    assert_eq!(Gauge::new("FLASH", 6_145, None, Some(6_144)).words, "1 B over the line");
    assert_eq!(Gauge::new("FLASH", 6_145, None, Some(6_144)).standing, Standing::Over);
    assert_eq!(Gauge::new("FLASH", 5_500, None, Some(6_144)).standing, Standing::Fine);
    assert_eq!(Gauge::new("FLASH", 6_143, None, Some(6_144)).standing, Standing::Near);
}

#[test]
fn the_load_line_sits_at_three_quarters_whatever_the_budget() {
    for limit in [1_u64, 1_000, 6_144, u64::MAX] {
        let drawing = Gauge::new("FLASH", 0, Some(u64::MAX), Some(limit)).drawing.unwrap();
        assert!((33..=35).contains(&drawing.line_y.unwrap()), "{limit}: {drawing:?}");
    }
}

#[test]
fn one_byte_over_is_seen_above_the_line() {
    let drawing = Gauge::new("FLASH", 1_000_001, None, Some(1_000_000)).drawing.unwrap();
    assert!(drawing.over_height >= 2, "{drawing:?}");
}

#[test]
fn a_drawing_never_leaves_the_hull() {
    let drawing = Gauge::new("RAM", u64::MAX, Some(1), Some(0)).drawing.unwrap();
    assert_eq!((drawing.load_y, drawing.load_height), (10, 96));
}

#[test]
fn without_budget_and_capacity_nothing_is_drawn() {
    let gauge = Gauge::new("ram0", 100, None, None);
    assert_eq!((gauge.drawing, gauge.words.as_str()), (None, "capacity unknown"));
}
