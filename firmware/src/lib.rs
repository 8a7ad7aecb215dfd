//! A temperature logger for the Raspberry Pi Pico, as far as it needs no hardware.
//!
//! | module | what it knows |
//! |---|---|
//! | [`heartbeat`] | when something that repeats is due |
//! | [`decimal`] | digits of a number |
//! | [`temperature`] | what the sensor's raw reading means, as a float and in hundredths |
//! | [`boot`] | why the chip started |
//! | [`crc`] | the checksum of a line |
//! | [`history`] | the last samples |
//! | [`round`] | the five lines that every `logger-*` prints |
//! | [`sample`] | one measurement, as `Debug` shows it |
//! | [`settings`] | what may change while running |
//! | [`command`] | what people type to the logger |
//! | [`order`] | what people type to the station |
//! | [`ring`] | samples on their way from an interrupt to the main loop |
//! | [`record`] | settings that survive the power |
//! | [`supervision`] | whether the watchdog may be fed |
//! | `board` | the chip: the one module with registers, pins and `unsafe`; on the device only |
//!
//! The binaries `blink`, `logger` and `station` wire these together. On a host everything but `board` is tested.
#![cfg_attr(not(test), no_std)]

#[cfg(target_os = "none")]
pub mod board;
pub mod boot;
pub mod command;
pub mod crc;
pub mod decimal;
pub mod heartbeat;
pub mod history;
pub mod order;
pub mod record;
pub mod ring;
pub mod round;
pub mod sample;
pub mod settings;
pub mod supervision;
pub mod temperature;
