//! How long a missing sample is forgiven.

use super::Supervision;

const PERIOD_US: u32 = 100_000;

#[test]
fn a_late_sample_is_forgiven_for_half_a_second() {
    let supervision = Supervision::new(0);
    assert!(supervision.is_content(PERIOD_US + 500_000, PERIOD_US));
    assert!(!supervision.is_content(PERIOD_US + 500_001, PERIOD_US));
}

#[test]
fn each_sample_renews_it() {
    let mut supervision = Supervision::new(0);
    supervision.renew(700_000);
    assert!(supervision.is_content(800_000, PERIOD_US));
}

#[test]
fn the_counter_may_wrap() {
    let supervision = Supervision::new(u32::MAX - 5);
    assert!(supervision.is_content(5, PERIOD_US));
    assert!(!supervision.is_content(700_000, PERIOD_US));
}

#[test]
fn the_longest_period_is_waited_for() {
    let supervision = Supervision::new(0);
    assert!(supervision.is_content(60_400_000, 60_000_000));
    assert!(!supervision.is_content(60_600_000, 60_000_000));
}
