//! lld gives up after 20 errors, so that its last figure is no more than a lower bound.

use plimsoll_analyzer::link_error::{self, Bound};

use crate::support::inputs::Case;

#[test]
fn what_lld_told_before_it_gave_up_is_a_lower_bound() {
    let case = Case::of("lld-limit");
    let of = |log: &str| {
        let overflows = link_error::parse(&case.text(log));
        (overflows[0].region.clone(), overflows[0].over_bytes, overflows[0].bound)
    };
    assert_eq!(of("lld22.log"), ("FLASH".to_owned(), Some(1978), Bound::AtLeast));
    assert_eq!(of("gnu.log"), ("FLASH".to_owned(), Some(4978), Bound::Exact));
}
