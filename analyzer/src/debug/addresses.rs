//! Ascending addresses in four bytes each: what lies near each other is kept as distances.

use super::near::Near;

/// A list of addresses, none before the one that was added before it.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    /// The first of all.
    first: u64,
    /// How far each is from the first, up to where that takes more than four bytes.
    distances: Vec<u32>,
    /// The rest.
    far: Vec<u64>,
}

impl Addresses {
    pub(super) fn push(&mut self, address: u64) {
        if self.distances.is_empty() {
            self.first = address;
        }
        match u32::try_from(address.saturating_sub(self.first)) {
            Ok(distance) => self.distances.push(distance),
            Err(_) => self.far.push(address),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.distances.is_empty()
    }

    #[inline]
    pub(super) fn get(&self, idx: usize) -> Option<u64> {
        match idx.checked_sub(self.distances.len()) {
            Some(idx) => self.far.get(idx).copied(),
            None => Some(self.first + u64::from(self.distances[idx])),
        }
    }

    /// How many are not behind `address`.
    #[inline]
    pub(super) fn n_up_to(&self, address: u64, near: &mut Near) -> usize {
        let Some(distance) = address.checked_sub(self.first) else { return 0 };
        match u32::try_from(distance) {
            Ok(distance) => near.partition_point(&self.distances, |it| *it <= distance),
            Err(_) => self.distances.len() + self.far.partition_point(|it| *it <= address),
        }
    }

    pub(super) fn shrink_to_fit(&mut self) {
        self.distances.shrink_to_fit();
        self.far.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests;
