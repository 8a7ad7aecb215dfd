//! Addresses near each other, far away, and at the end of the address space.

use super::*;

fn addresses(list: &[u64]) -> Addresses {
    let mut addresses = Addresses::default();
    list.iter().for_each(|it| addresses.push(*it));
    addresses
}

#[test]
fn what_was_added_is_there_in_its_order() {
    let list = [7, 7, 9, 7 + u64::from(u32::MAX), 8 + u64::from(u32::MAX), u64::MAX];
    let addresses = addresses(&list);
    assert_eq!((0..7).map_while(|it| addresses.get(it)).collect::<Vec<_>>(), list);
}

#[test]
fn addresses_up_to_one_are_counted_like_in_a_plain_list() {
    let list = [16, 16, 20, 15 + (1 << 32), 16 + (1 << 32), 1 << 40, u64::MAX];
    let addresses = addresses(&list);
    for address in list.iter().flat_map(|it| [it - 1, *it, it.saturating_add(1)]).chain([0]) {
        let expected = list.iter().filter(|it| **it <= address).count();
        assert_eq!(addresses.n_up_to(address, &mut Near::default()), expected, "{address:#x}");
    }
}

#[test]
fn in_an_empty_list_nothing_is_found() {
    let empty = Addresses::default();
    assert_eq!((empty.get(0), empty.n_up_to(5, &mut Near::default())), (None, 0));
}
