//! The temperature sensor inside the chip.

use super::{Board, clocks};
use crate::temperature::RawReading;
use rp2040_pac as pac;

const SENSOR_INPUT: u8 = 4;

/// The sensor, switched on.
pub struct Thermometer<'a> {
    board: &'a Board,
}

impl<'a> Thermometer<'a> {
    /// Switches the converter and the sensor on.
    pub fn start(board: &'a Board) -> Self {
        clocks::start_converter(&board.registers);
        let adc = &board.registers.ADC;
        // SAFETY: the input's number fits three bits.
        adc.cs().write(|w| unsafe { w.ainsel().bits(SENSOR_INPUT).ts_en().set_bit().en().set_bit() });
        Self { board }
    }

    /// One reading; it takes 2 µs.
    pub fn read(&mut self) -> RawReading {
        RawReading::new(convert(&self.board.registers.ADC))
    }
}

/// Converts once; for the one who reads the sensor.
pub(super) fn convert(adc: &pac::ADC) -> u16 {
    while adc.cs().read().ready().bit_is_clear() {}
    adc.cs().modify(|_, w| w.start_once().set_bit());
    while adc.cs().read().ready().bit_is_clear() {}
    adc.result().read().result().bits()
}
