//! What a flash remembers, whenever the power fails.

use super::{Place, RECORD_BYTES, Record, Saved};
use crate::temperature::Hundredths;
use proptest::prelude::*;

const ERASED: [u8; RECORD_BYTES] = [0xff; RECORD_BYTES];

/// Two sectors, as far as records use them, and how many steps the power lasts: an erasure is a step, and
/// so is each byte that is written.
struct Flash {
    places: [[u8; RECORD_BYTES]; 2],
    steps_left: usize,
}

impl Flash {
    fn new() -> Self {
        Self { places: [ERASED; 2], steps_left: usize::MAX }
    }

    fn saved(&self) -> Saved {
        Saved::choose([Place::read(&self.places[0]), Place::read(&self.places[1])])
    }

    /// What the program does, until the power fails.
    fn save(&mut self, period_ms: u32) -> Record {
        let Saved { newest, next_place, .. } = self.saved();
        let record = Record::after(newest, period_ms, Hundredths(2800));
        if self.has_power() {
            self.places[next_place] = ERASED;
        }
        for (idx, byte) in record.to_bytes().into_iter().enumerate() {
            if self.has_power() {
                self.places[next_place][idx] &= byte;
            }
        }
        record
    }

    fn has_power(&mut self) -> bool {
        let has_power = self.steps_left > 0;
        self.steps_left = self.steps_left.saturating_sub(1);
        has_power
    }
}

#[test]
fn an_erased_flash_holds_nothing_and_is_not_damaged() {
    assert_eq!(Flash::new().saved(), Saved { newest: None, is_damaged: false, next_place: 0 });
}

#[test]
fn the_newest_record_counts_and_is_never_overwritten() {
    let mut flash = Flash::new();
    for n in 1..=5_u32 {
        let record = flash.save(n * 100);
        let saved = flash.saved();
        assert_eq!((record.sequence, saved.newest), (n, Some(record)));
        assert_ne!(Place::read(&flash.places[saved.next_place]), Place::Holds(record));
    }
}

#[test]
fn sequence_numbers_may_wrap() {
    let record = |sequence| Record { sequence, period_ms: 100, upper_limit: Hundredths(0) };
    let (old, new) = (record(u32::MAX), Record::after(Some(record(u32::MAX)), 7, Hundredths(0)));
    assert_eq!(new.sequence, 0);
    for places in [[old, new], [new, old]] {
        assert_eq!(Saved::choose(places.map(Place::Holds)).newest, Some(new));
    }
}

#[test]
fn a_power_cut_at_any_moment_leaves_the_old_record_or_the_new_one() {
    for n_before in 0..3_u32 {
        for steps_left in 0..=RECORD_BYTES + 1 {
            let mut flash = Flash::new();
            let old = (0..n_before).map(|n| flash.save(100 + n)).last();
            flash.steps_left = steps_left;
            let new = flash.save(999);
            let saved = flash.saved();
            let is_done = steps_left == RECORD_BYTES + 1;
            assert_eq!(saved.newest, if is_done { Some(new) } else { old }, "{n_before}, {steps_left}");
            // The next save needs no repair.
            flash.steps_left = usize::MAX;
            assert_eq!(flash.saved().newest, saved.newest);
            let next = flash.save(500);
            assert_eq!(flash.saved(), Saved { newest: Some(next), ..flash.saved() });
        }
    }
}

#[test]
fn a_record_out_of_range_is_damaged_though_its_checksum_fits() {
    for (period_ms, limit) in [(0, 0), (60_001, 0), (100, -27_301), (100, 100_001)] {
        let record = Record { sequence: 1, period_ms, upper_limit: Hundredths(limit) };
        assert_eq!(Place::read(&record.to_bytes()), Place::Damaged, "{record:?}");
    }
}

proptest! {
    #[test]
    fn a_record_comes_back(sequence: u32, period_ms in 1..=60_000_u32, limit in -27_300..=100_000) {
        let record = Record { sequence, period_ms, upper_limit: Hundredths(limit) };
        prop_assert_eq!(Place::read(&record.to_bytes()), Place::Holds(record));
    }

    #[test]
    fn a_wrong_byte_is_found(idx in 0..RECORD_BYTES, change in 1..=u8::MAX) {
        let mut bytes = Record { sequence: 3, period_ms: 100, upper_limit: Hundredths(2800) }.to_bytes();
        bytes[idx] ^= change;
        prop_assert_eq!(Place::read(&bytes), Place::Damaged);
    }
}
