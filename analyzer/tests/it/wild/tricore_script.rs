//! Attributes that only one vendor's linker knows.

use expect_test::expect;
use plimsoll_analyzer::parse_memory;

use super::warnings_of;
use crate::support::inputs::Case;

#[test]
fn unknown_attributes_are_told_and_dropped() {
    let script = Case::of("tricore-script").text("tri.ld");
    let regions = parse_memory(&script).unwrap();
    let shown: Vec<_> = regions.iter().map(|it| (&*it.name, &*it.attributes, it.length_bytes)).collect();
    assert_eq!(shown, [("PMU_PFLASH0", "rx", 2 << 20), ("DMI_LDRAM", "w!x", 112 << 10)]);
    expect![[r#"
        line 1, column 26: GNU ld and lld know no attribute `p` of a region
        line 1, column 71: GNU ld and lld know no attribute `p` of a region
    "#]]
    .assert_eq(&warnings_of(&script));
}
