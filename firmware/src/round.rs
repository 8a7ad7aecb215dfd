//! Five lines, over and over, that every `logger-*` prints through another formatter.

#[cfg(test)]
mod tests;

/// A formatter: it prints each of the five lines, with a newline.
pub trait Log {
    /// `round 1: iron aboard`
    fn round(&mut self, n: u32, cargo: &str);
    /// `drift -12 of -3`
    fn drift(&mut self, signed: i64, small: i32);
    /// `weighed 12 times`
    fn weighed(&mut self, unsigned: u64);
    /// `seal c0ffee, crate 1f`
    fn seal(&mut self, seal: u64, n_crate: u32);
    /// `mark Ω, 100% of iron`
    fn mark(&mut self, mark: char, cargo: &str);
}

/// What the lines are about; it changes from round to round.
pub struct Round {
    n: u32,
    /// Any 64 bits but all zero (xorshift64).
    random: u64,
    /// Shortens numbers by a bit per round, so that all lengths are printed.
    mask: u64,
}

const CARGOES: [&str; 4] = ["iron", "tea", "grain and rope", ""];
/// Of one to four bytes in UTF-8.
const MARKS: [char; 4] = ['x', 'Ω', '€', '🚢'];
/// A number with all 20 digits.
const SEED: u64 = 0xfedc_ba98_7654_3210;

impl Round {
    /// The first one.
    pub const fn first() -> Self {
        Self { n: 1, random: SEED, mask: u64::MAX }
    }

    /// Prints the five lines.
    pub fn print(&self, log: &mut impl Log) {
        let cargo = CARGOES[self.n as usize % CARGOES.len()];
        let number = self.random & self.mask;
        let signed = if self.random & 1 == 0 { number } else { number.wrapping_neg() };
        log.round(self.n, cargo);
        log.drift(signed.cast_signed(), (signed as u32).cast_signed());
        log.weighed(number);
        log.seal(number, self.n);
        log.mark(MARKS[self.n as usize % MARKS.len()], cargo);
    }

    /// Goes on to the next one.
    pub fn advance(&mut self) {
        self.n = self.n.wrapping_add(1);
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.mask = if self.mask == 0 { u64::MAX } else { self.mask >> 1 };
    }
}
