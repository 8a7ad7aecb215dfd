//! `ByteMap` against the obvious model: an array with one cell per byte.

use proptest::prelude::*;

use super::*;

const EXTENT: (u64, u64) = (16, 112);

fn claims() -> impl Strategy<Value = Vec<(u64, u64)>> {
    prop::collection::vec((0_u64..128, 0_u64..40), 0..24)
}

fn model(claims: &[(u64, u64)]) -> Vec<Option<usize>> {
    let mut cells = vec![None; 256];
    for (label, (start, size)) in claims.iter().enumerate() {
        for address in (*start..start + size).filter(|it| (EXTENT.0..EXTENT.1).contains(it)) {
            cells[address as usize].get_or_insert(label);
        }
    }
    cells
}

proptest! {
    #[test]
    fn every_byte_belongs_to_its_first_claim(claims in claims()) {
        let mut map = ByteMap::new(Span::between(EXTENT.0, EXTENT.1).unwrap());
        let mut claimed_bytes = 0;
        for (label, (start, size)) in claims.iter().enumerate() {
            claimed_bytes += map.claim(Span::new(*start, *size).unwrap(), label);
        }
        let cells = model(&claims);
        let seen: Vec<_> = (0..256).map(|it| map.at(it)).collect();
        prop_assert_eq!(&seen, &cells);
        prop_assert_eq!(claimed_bytes, cells.iter().flatten().count() as u64);
    }

    #[test]
    fn filling_labels_every_byte_once(claims in claims(), from in 0_u64..128, size in 0_u64..128) {
        let mut map = ByteMap::new(Span::between(EXTENT.0, EXTENT.1).unwrap());
        for (label, (start, size)) in claims.iter().enumerate() {
            map.claim(Span::new(*start, *size).unwrap(), label);
        }
        map.fill(|_| usize::MAX);
        let whole = Span::between(EXTENT.0, EXTENT.1).unwrap();
        let all: u64 = map.within(whole).map(|(it, _)| it.size()).sum();
        prop_assert_eq!(all, EXTENT.1 - EXTENT.0);
        let window = Span::new(from, size).unwrap();
        let part: u64 = map.within(window).map(|(it, _)| it.size()).sum();
        prop_assert_eq!(part, whole.intersection(window).map_or(0, Span::size));
    }
}
