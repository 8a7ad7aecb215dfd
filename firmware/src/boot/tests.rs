//! Which register bit means what.

use super::ResetCause;

#[test]
fn each_bit_has_its_cause() {
    assert_eq!(ResetCause::from_registers(0, 1 << 8), ResetCause::PowerOn);
    assert_eq!(ResetCause::from_registers(0, 1 << 16), ResetCause::RunPin);
    assert_eq!(ResetCause::from_registers(0, 1 << 20), ResetCause::Debugger);
    assert_eq!(ResetCause::from_registers(0b10, 0), ResetCause::WatchdogRequest);
    assert_eq!(ResetCause::from_registers(0, 0), ResetCause::Unknown);
}

#[test]
fn the_watchdog_hides_an_older_power_on() {
    assert_eq!(ResetCause::from_registers(0b01, 1 << 8), ResetCause::WatchdogTimeout);
}
