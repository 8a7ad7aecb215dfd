//! A file to include that is not there.

use expect_test::expect;
use plimsoll_analyzer::parse_memory;

use super::warnings_of;
use crate::support::inputs::Case;

#[test]
fn a_missing_file_is_told_and_what_can_be_read_is_read() {
    let script = Case::of("script-include").text("f.ld");
    assert_eq!(parse_memory(&script).unwrap().len(), 1);
    expect![[r#"
        line 1, column 10: the included `nonexistent.ld` is missing: what it says of memories is not known
    "#]]
    .assert_eq(&warnings_of(&script));
}
