//! When things are due.

use super::Heartbeat;

#[test]
fn it_is_due_once_per_period() {
    let mut heartbeat = Heartbeat::new(0, 100);
    let due: Vec<u32> = (0..=350).filter(|now_us| heartbeat.is_due(*now_us)).collect();
    assert_eq!(due, [100, 200, 300]);
}

#[test]
fn a_late_look_does_not_move_the_next_time() {
    let mut heartbeat = Heartbeat::new(0, 100);
    assert!(heartbeat.is_due(190));
    assert!(!heartbeat.is_due(199));
    assert!(heartbeat.is_due(200));
}

#[test]
fn missed_beats_are_not_made_up_for() {
    let mut heartbeat = Heartbeat::new(0, 100);
    assert!(heartbeat.is_due(350));
    assert!(!heartbeat.is_due(449));
    assert!(heartbeat.is_due(450));
}

#[test]
fn work_longer_than_the_period_never_stops_the_beat() {
    let (period_us, work_us) = (1_000, 1_000_000);
    let mut heartbeat = Heartbeat::new(0, period_us);
    let looks = (1..10_000_u32).map(|it| it.wrapping_mul(work_us));
    assert_eq!(looks.filter(|now_us| heartbeat.is_due(*now_us)).count(), 9_999);
}

#[test]
fn the_counter_may_wrap() {
    let mut heartbeat = Heartbeat::new(u32::MAX - 9, 100);
    assert!(!heartbeat.is_due(u32::MAX));
    assert!(!heartbeat.is_due(89));
    assert!(heartbeat.is_due(90));
}

#[test]
fn a_new_period_holds_from_the_next_time_on() {
    let mut heartbeat = Heartbeat::new(0, 100);
    heartbeat.change_period(10);
    let due: Vec<u32> = (0..=130).filter(|now_us| heartbeat.is_due(*now_us)).collect();
    assert_eq!(due, [100, 110, 120, 130]);
}
