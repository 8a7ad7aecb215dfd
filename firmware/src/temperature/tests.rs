//! Readings against the datasheet's formula.

use super::{Hundredths, RawReading};

/// -40 to 125 °C, where the chip works.
const OPERATING_READINGS: std::ops::RangeInclusive<u16> = 667..=1019;

fn printed(temperature: Hundredths) -> String {
    let it = temperature.digits();
    format!("{}{}.{}{}", it.sign, it.whole, it.tenth, it.hundredth)
}

#[test]
fn integers_print_what_the_float_prints_where_the_chip_works() {
    for bits in OPERATING_READINGS {
        let raw = RawReading::new(bits);
        assert_eq!(printed(raw.hundredths()), format!("{:.2}", raw.celsius()), "reading {bits}");
    }
}

#[test]
fn integers_are_exact_for_every_reading() {
    for bits in 0..4096 {
        let volts = f64::from(bits) * 3.3 / 4096.0;
        let exact = 27.0 - (volts - 0.706) / 0.001_721;
        assert_eq!(printed(RawReading::new(bits).hundredths()), format!("{exact:.2}"), "reading {bits}");
    }
}

#[test]
fn the_datasheet_s_voltage_is_27_degrees() {
    assert_eq!(printed(RawReading::new(876).hundredths()), "27.14");
}

#[test]
fn small_negative_temperatures_keep_their_sign() {
    assert_eq!(printed(Hundredths(-5)), "-0.05");
    assert_eq!(printed(Hundredths(0)), "0.00");
    assert_eq!(printed(Hundredths(i32::MIN)), "-21474836.48");
}

#[test]
fn a_reading_has_twelve_bits() {
    assert_eq!(RawReading::new(0xffff), RawReading::new(0xfff));
}
