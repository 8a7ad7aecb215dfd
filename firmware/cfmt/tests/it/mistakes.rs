//! Each file in `tests/ui` makes one mistake; the `.stderr` beside it is what the compiler says.
//!
//! `TRYBUILD=overwrite cargo test -p cfmt` writes them anew.

#[test]
fn every_mistake_is_told_at_its_place() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
