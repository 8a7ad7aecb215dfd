//! What the sensor inside the chip says, after section 4.9.5 of the RP2040 datasheet:
//! `T = 27 - (V - 0.706) / 0.001721`, where 4096 steps are 3.3 V.

/// A reading of the converter: 12 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RawReading(u16);

/// A temperature in hundredths of a degree Celsius.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hundredths(pub i32);

/// A temperature cut for printing: sign, whole degrees and two digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digits {
    /// `-` below zero.
    pub sign: &'static str,
    /// Whole degrees.
    pub whole: u32,
    /// The first digit behind the point.
    pub tenth: u8,
    /// The second digit behind the point.
    pub hundredth: u8,
}

impl RawReading {
    /// Keeps the twelve bits that the converter has.
    pub const fn new(bits: u16) -> Self {
        Self(bits & 0xfff)
    }

    /// The temperature as the datasheet computes it.
    pub fn celsius(self) -> f32 {
        let volts = f32::from(self.0) * (3.3 / 4096.0);
        27.0 - (volts - 0.706) / 0.001_721
    }

    /// The same in hundredths, rounded, by 32-bit integers only.
    ///
    /// With `x = 825 raw - 722944` the excess over 706 mV is `x / 1024` millivolts, and
    /// `100 (V - 0.706) / 0.001721` is `x * 3125 / 55072`. The product would not fit, so the quotient
    /// and the remainder of `x / 55072` are scaled apart.
    pub fn hundredths(self) -> Hundredths {
        let excess = 825 * i32::from(self.0) - 722_944;
        let (whole, rest) = (excess.div_euclid(55_072), excess.rem_euclid(55_072));
        Hundredths(2_700 - whole * 3_125 - (rest * 3_125 + 27_536) / 55_072)
    }
}

impl Hundredths {
    /// Cuts it for printing.
    pub fn digits(self) -> Digits {
        let magnitude = self.0.unsigned_abs();
        Digits {
            sign: if self.0 < 0 { "-" } else { "" },
            whole: magnitude / 100,
            tenth: (magnitude / 10 % 10) as u8,
            hundredth: (magnitude % 10) as u8,
        }
    }
}

#[cfg(test)]
mod tests;
