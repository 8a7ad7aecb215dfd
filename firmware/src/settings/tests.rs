//! Limits and their alarms.

use super::{Alarm, Settings};
use crate::temperature::Hundredths;

#[test]
fn limits_themselves_are_no_alarm() {
    let settings = Settings::new();
    assert_eq!(settings.alarm(Hundredths(500)), None);
    assert_eq!(settings.alarm(Hundredths(4000)), None);
    assert_eq!(settings.alarm(Hundredths(499)), Some(Alarm::Below(Hundredths(500))));
    assert_eq!(settings.alarm(Hundredths(4001)), Some(Alarm::Above(Hundredths(4000))));
}

#[test]
fn changes_hold_at_once() {
    let settings = Settings::new();
    settings.change_upper_limit(Hundredths(2000));
    settings.change_period(7);
    assert_eq!(settings.alarm(Hundredths(2700)), Some(Alarm::Above(Hundredths(2000))));
    assert_eq!(settings.period_us(), 7_000);
}
