//! Digits of a number without any formatting machinery.

const MOST_DIGITS: usize = 10;

/// A number as ASCII digits.
#[derive(Debug, Clone)]
pub struct Decimal {
    digits: [u8; MOST_DIGITS],
    first_idx: usize,
}

impl Decimal {
    /// Writes the digits.
    pub fn new(mut number: u32) -> Self {
        let mut digits = [b'0'; MOST_DIGITS];
        let mut first_idx = MOST_DIGITS;
        for (idx, digit) in digits.iter_mut().enumerate().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
            first_idx = idx;
            if number == 0 {
                break;
            }
        }
        Self { digits, first_idx }
    }

    /// The digits, without leading zeros.
    pub fn as_bytes(&self) -> &[u8] {
        self.digits.get(self.first_idx..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
