//! Old GNU ld says how much did not fit in its table of memory use only.

use plimsoll_analyzer::link_error::{self, Bound};

use crate::support::inputs::Case;

#[test]
fn the_table_of_memory_use_has_the_figure() {
    let overflows = link_error::parse(&Case::of("avr-link-error").text("avr.log"));
    let [text] = overflows.as_slice() else { panic!("{overflows:?}") };
    assert_eq!((&*text.region, text.over_bytes, text.bound), ("text", Some(1052), Bound::Exact));
    assert_eq!((text.length_bytes, text.sections.as_slice()), (Some(1024), &[".text".to_owned()][..]));
}
