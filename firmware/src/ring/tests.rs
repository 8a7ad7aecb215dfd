//! What goes in comes out, once and in order.

use super::{Full, Ring};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::thread;

const ROOM: usize = 8;

proptest! {
    #[test]
    fn a_ring_is_a_queue_with_an_end(steps in prop::collection::vec(any::<Option<u16>>(), 0..200), start: usize) {
        let ring = Ring::<ROOM>::starting_at(start);
        let mut queue = VecDeque::new();
        for step in steps {
            if let Some(sample) = step {
                let has_room = queue.len() < ROOM;
                if has_room {
                    queue.push_back(sample);
                }
                prop_assert_eq!(ring.put(sample), has_room.then_some(()).ok_or(Full));
            } else {
                prop_assert_eq!(ring.take(), queue.pop_front());
            }
        }
    }
}

#[test]
fn the_counters_may_wrap() {
    let ring = Ring::<2>::starting_at(usize::MAX);
    assert_eq!([ring.put(1), ring.put(2), ring.put(3)], [Ok(()), Ok(()), Err(Full)]);
    assert_eq!([ring.take(), ring.take(), ring.take()], [Some(1), Some(2), None]);
}

#[test]
fn two_threads_lose_nothing_and_keep_the_order() {
    static RING: Ring<ROOM> = Ring::new();
    let writer = thread::spawn(|| {
        for sample in 0..u16::MAX {
            while RING.put(sample) == Err(Full) {
                thread::yield_now();
            }
        }
    });
    for expected in 0..u16::MAX {
        let sample = loop {
            match RING.take() {
                Some(sample) => break sample,
                None => thread::yield_now(),
            }
        };
        assert_eq!(sample, expected);
    }
    writer.join().unwrap();
    assert_eq!(RING.take(), None);
}
