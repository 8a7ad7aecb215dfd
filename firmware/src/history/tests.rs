//! What a ring of samples remembers.

use super::{History, Summary};
use crate::temperature::Hundredths;

fn summary_of<const N: usize>(samples: &[i32]) -> Option<Summary> {
    let mut history = History::<N>::new();
    for sample in samples {
        history.push(Hundredths(*sample));
    }
    history.summary()
}

fn summary(n_samples: usize, least: i32, greatest: i32, mean: i32) -> Option<Summary> {
    let (least, greatest, mean) = (Hundredths(least), Hundredths(greatest), Hundredths(mean));
    Some(Summary { n_samples, least, greatest, mean })
}

#[test]
fn before_the_first_sample_there_is_nothing_to_say() {
    assert_eq!(summary_of::<4>(&[]), None);
}

#[test]
fn a_history_without_room_remembers_nothing() {
    assert_eq!(summary_of::<0>(&[1, 2, 3]), None);
}

#[test]
fn a_history_that_is_not_full_speaks_of_what_it_has() {
    assert_eq!(summary_of::<4>(&[2700, -300]), summary(2, -300, 2700, 1200));
}

#[test]
fn the_oldest_sample_makes_room() {
    assert_eq!(summary_of::<3>(&[9999, 1, 2, 3]), summary(3, 1, 3, 2));
    assert_eq!(summary_of::<3>(&[9999, -9999, 1, 2, 3, 4]), summary(3, 2, 4, 3));
}

#[test]
fn extreme_samples_do_not_overflow() {
    let found = summary_of::<3>(&[i32::MAX, i32::MAX, i32::MAX]);
    assert_eq!(found, summary(3, i32::MAX, i32::MAX, i32::MAX / 3));
}

#[test]
fn the_deep_history_of_the_hottest_readings_does_not_saturate() {
    let hottest = 43_723;
    assert_eq!(summary_of::<4096>(&[hottest; 5000]), summary(4096, hottest, hottest, hottest));
}
