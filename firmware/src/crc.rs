//! CRC-32 as Ethernet and zlib have it, by a table of 1 KiB.

static TABLE: [u32; 256] = table();

/// A checksum that grows byte by byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crc32(u32);

impl Crc32 {
    /// The checksum of nothing.
    pub const EMPTY: Self = Self(u32::MAX);

    /// Goes on with a checksum that was kept as [`Self::state`].
    pub const fn from_state(state: u32) -> Self {
        Self(state)
    }

    /// What to keep.
    pub const fn state(self) -> u32 {
        self.0
    }

    /// The checksum with one more byte.
    pub fn with(self, byte: u8) -> Self {
        Self(self.0 >> 8 ^ TABLE[usize::from(self.0 as u8 ^ byte)])
    }

    /// The sum to print or to compare.
    pub const fn sum(self) -> u32 {
        !self.0
    }
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut idx = 0;
    while idx < 256 {
        table[idx] = eight_steps(idx as u32);
        idx += 1;
    }
    table
}

const fn eight_steps(mut remainder: u32) -> u32 {
    let mut step = 0;
    while step < 8 {
        remainder = if remainder & 1 == 1 { remainder >> 1 ^ 0xedb8_8320 } else { remainder >> 1 };
        step += 1;
    }
    remainder
}

#[cfg(test)]
mod tests;
