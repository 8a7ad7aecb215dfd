//! What is in a buffer after a print into it.

use super::{cbprint, csprint};
use proptest::prelude::*;
use std::str;

#[test]
fn text_is_followed_by_nuls() {
    let mut buffer = String::from("0123456789");
    assert_eq!(csprint!(&mut buffer, "{:d} {:rs}", -3, "kg"), 5);
    assert_eq!(buffer, "-3 kg\0\0\0\0\0");
}

#[test]
fn bytes_behind_the_text_stay() {
    let mut buffer = *b"0123456789";
    assert_eq!(cbprint!(&mut buffer, "{:x}", 0xbeef), 4);
    assert_eq!(&buffer, b"beef\x0056789");
}

#[test]
fn long_text_is_cut_and_its_length_told() {
    let mut bytes = [b'.'; 4];
    assert_eq!(cbprint!(&mut bytes, "{:u} tons", 1_200_u32), 9);
    assert_eq!(&bytes, b"120\0");
    let mut text = "....".to_owned();
    assert_eq!(csprint!(&mut text, "abcd"), 4);
    assert_eq!(text, "abc\0");
}

#[test]
fn a_buffer_without_room_stays_empty() {
    assert_eq!(cbprint!(&mut [], "{:d}", 42), 2);
    assert_eq!(csprint!(&mut String::new(), "{:rs}", "über"), 5);
    let mut one = [b'.'];
    assert_eq!(cbprint!(&mut one, "{:d}", 42), 2);
    assert_eq!(one, [0]);
}

#[test]
fn a_character_that_does_not_fit_is_left_out() {
    let mut buffer = "......".to_owned();
    assert_eq!(csprint!(&mut buffer, "abc{:rc}", '🚢'), 7);
    assert_eq!(buffer, "abc\0\0\0");
}

#[test]
fn half_an_old_character_does_not_stay() {
    let mut buffer = "€€".to_owned();
    assert_eq!(csprint!(&mut buffer, "{:d}", 1), 1);
    assert_eq!(buffer, "1\0\0\0\0\0");
}

#[test]
fn bytes_that_are_no_text_become_question_marks() {
    let mut buffer = "................".to_owned();
    csprint!(&mut buffer, "{:rb}|{:cs}", b"a\xffb\xf0\x9f", c"\xc3");
    assert_eq!(buffer, "a?b??|?\0\0\0\0\0\0\0\0\0");
}

#[test]
fn a_buffer_is_evaluated_once_and_before_the_arguments() {
    let mut order = Vec::new();
    let mut storage = [0; 4];
    {
        let order = std::cell::RefCell::new(&mut order);
        let note = |it| order.borrow_mut().push(it);
        cbprint!(
            {
                note("buffer");
                &mut storage
            },
            "{:d}{n:d}",
            {
                note("first");
                1
            },
            n = {
                note("named");
                2
            }
        );
    }
    assert_eq!(order, ["buffer", "first", "named"]);
    assert_eq!(&storage, b"12\0\0");
}

#[test]
fn buffers_may_be_borrowed_for_the_print_only() {
    let cell = std::cell::RefCell::new(String::from("...."));
    csprint!(&mut cell.borrow_mut(), "{:d}", 7);
    csprint!(&mut cell.borrow_mut()[2..], "{:d}", 8);
    assert_eq!(*cell.borrow(), "7\08\0");
}

proptest! {
    #[test]
    fn a_str_stays_utf_8(
        mut buffer in "\\PC{0,12}",
        text in "\\PC{0,8}",
        raw in proptest::collection::vec(any::<u8>(), 0..12),
        character in any::<char>(),
    ) {
        let c_string: Vec<u8> = raw.iter().copied().take_while(|it| *it != 0).chain([0]).collect();
        let c_string = std::ffi::CStr::from_bytes_with_nul(&c_string).unwrap();
        let length = buffer.len();
        let mut bytes = vec![b'.'; 256];
        let needed =
            cbprint!(&mut bytes, "{:rs}{:rb}{:cs}{:rc}é", text.as_str(), raw.as_slice(), c_string, character);
        let told =
            csprint!(&mut buffer, "{:rs}{:rb}{:cs}{:rc}é", text.as_str(), raw.as_slice(), c_string, character);
        prop_assert_eq!(told, needed);
        prop_assert_eq!(buffer.len(), length);
        prop_assert!(str::from_utf8(buffer.as_bytes()).is_ok(), "{:?}", buffer.as_bytes());
        // What both hold is the same, but for bytes that had to be replaced or left out.
        let pairs = buffer.bytes().zip(bytes);
        for (mended, printed) in pairs.take((needed as usize).min(length.saturating_sub(1))) {
            prop_assert!(mended == printed || (matches!(mended, b'?' | 0) && !printed.is_ascii()));
        }
    }
}
