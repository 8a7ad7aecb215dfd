//! One measurement, as a derived `Debug` shows it.

/// A measurement whose temperature is a float or an integer: the choice costs kilobytes once it is printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample<T> {
    /// Its number since the start, from 1.
    pub n: u32,
    /// The temperature.
    pub celsius: T,
}
