//! Mangled names as compilers write them, and as an attacker might.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(mangled: &str, text: &str, krate: Option<&str>) {
    let name = Reader::new().read(mangled);
    assert_eq!((name.text.as_str(), name.krate.as_deref()), (text, krate));
}

#[test]
fn a_legacy_name_loses_its_hash() {
    check(
        "_ZN4core3fmt9Formatter12pad_integral17h0123456789abcdefE",
        "core::fmt::Formatter::pad_integral",
        Some("core"),
    );
}

#[test]
fn the_crate_of_an_implementation_is_that_of_the_type() {
    check(
        "_ZN61_$LT$riscv_pac..result..Error$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE",
        "<riscv_pac::result::Error as core::fmt::Debug>::fmt",
        Some("riscv_pac"),
    );
}

#[test]
fn the_crate_of_an_implementation_for_any_type_is_that_of_the_trait() {
    check(
        "_ZN42_$LT$$RF$T$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE",
        "<&T as core::fmt::Debug>::fmt",
        Some("core"),
    );
}

#[test]
fn a_v0_name_tells_its_crate() {
    check("_RNvCs15kBYyAo9fc_7mycrate7example", "mycrate::example", Some("mycrate"));
    check("_RNvMCs15kBYyAo9fc_7mycrateNtB2_7Example3foo", "<mycrate::Example>::foo", Some("mycrate"));
}

#[test]
fn a_v0_implementation_belongs_to_the_crate_that_wrote_it() {
    check(
        "_RNvXCs15kBYyAo9fc_7mycrateNtB2_7ExampleNtNtCs1234_4core3fmt5Debug3fmt",
        "<mycrate::Example as core::fmt::Debug>::fmt",
        Some("mycrate"),
    );
}

#[test]
fn a_cpp_name_shows_its_parameters() {
    check("_ZN3foo3barEi", "foo::bar(int)", Some("C++"));
}

#[test]
fn a_cpp_static_member_is_not_taken_for_rust() {
    check("_ZN3foo3barE", "foo::bar", Some("C++"));
}

#[test]
fn a_c_name_stays_as_it_is() {
    check("HAL_UART_Init", "HAL_UART_Init", None);
    check("_Zebra", "_Zebra", None);
    check("_R", "_R", None);
}

#[test]
fn a_name_that_expands_without_end_stays_mangled() {
    // Each back reference names a tuple of two of the one before: 2^40 words.
    let mut bomb = String::from("_ZN1aIS");
    for _ in 0..40 {
        bomb.push_str("_S0_S0_");
    }
    bomb.push_str("EE");
    let name = Reader::new().read(&bomb);
    assert!(name.text.len() <= 1 << 14);
    let deep = format!("_Z1f{}i", "P".repeat(3_000));
    assert_eq!(Reader::new().read(&deep).text, deep);
}

#[test]
fn anonymous_constants_of_compilers_are_called_that() {
    for name in [
        ".Lanon.f74838b38e70b6e7b417ca0660cf6a38.264",
        "anon.f74838b38e70b6e7b417ca0660cf6a38.0",
        "alloc_5b3b01f8a2a4c0e9f74838b38e70b6e7",
        ".L__unnamed_17",
        ".L.str.3",
        ".str",
    ] {
        check(name, "(anonymous constant)", None);
    }
    for name in ["anon.user", "alloc_page", "str.name", ".Lanon"] {
        check(name, name, None);
    }
}

#[test]
fn a_switch_table_goes_with_its_function() {
    check(
        ".Lswitch.table._ZN61_$LT$riscv_pac..result..Error$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE.86",
        "<riscv_pac::result::Error as core::fmt::Debug>::fmt (switch table)",
        Some("riscv_pac"),
    );
    check("switch.table.ExceptionHandler", "ExceptionHandler (switch table)", None);
}

#[test]
fn a_stem_is_the_name_without_its_number() {
    assert_eq!(stem("buffer.4321"), "buffer");
    assert_eq!(stem("get_arg.isra.0"), "get_arg.isra");
    for (name, stem_of_it) in [
        ("get.constprop.2.isra.0", "get.constprop.isra"),
        ("f(int) [clone .constprop.3]", "f(int) [clone .constprop]"),
        ("f(int) [clone .constprop.3] [clone .isra.0]", "f(int) [clone .constprop] [clone .isra]"),
        ("f(int) [clone .5]", "f(int)"),
        ("OUTLINED_FUNCTION_12", "OUTLINED_FUNCTION"),
        ("OUTLINED_FUNCTION_2_7", "OUTLINED_FUNCTION"),
        ("main::{closure#1}::{closure#0}", "main::{closure#}::{closure#}"),
        ("main::{lambda(int)#2}::operator()(int) const", "main::{lambda(int)#}::operator()(int) const"),
        ("main::$_4::operator()", "main::$_::operator()"),
    ] {
        assert_eq!(stem(name), stem_of_it);
    }
    for name in ["uart0", "v1.", ".5", "", "a.b", "7", "\"v1.2\"", "OUTLINED_FUNCTION_x", "price $_5x", "a#5"]
    {
        assert_eq!(stem(name), name);
    }
}

#[test]
fn a_variant_of_a_function_has_its_name() {
    assert_eq!(without_clone_suffix("get.isra.0"), "get");
    assert_eq!(without_clone_suffix("get.constprop.1.isra.0"), "get");
    for name in ["get.part", "get.cold", "get", ""] {
        assert_eq!(without_clone_suffix(name), name);
    }
}

#[test]
fn two_names_that_differ_only_in_their_hash_read_the_same() {
    let of = |hash: &str| Reader::new().read(&format!("_ZN1a1b17h{hash}E")).text;
    assert_eq!(of("0123456789abcdef"), of("fedcba9876543210"));
}

#[test]
fn demangling_ends_when_it_becomes_too_much_work() {
    let mut reader = Reader { left: 100 };
    let texts: Vec<String> = (0..4).map(|_| reader.read("_Z1fi").text).collect();
    assert_eq!(texts, ["f(int)", "f(int)", "f(int)", "_Z1fi"]);
}

proptest! {
    #[test]
    fn no_name_makes_the_reader_panic(
        prefix in prop::sample::select(vec!["", "_R", "_RNv", "_RIC", "_RB", "_ZN", "_Z", ".Lswitch.table.", ".Lanon."]),
        middle in "[a-zA-Z0-9_$.<> :&]{0,40}|\\PC{0,20}",
        suffix in prop::sample::select(vec!["", "E", "17h0123456789abcdefE", "_", ".5"]),
    ) {
        let mangled = format!("{prefix}{middle}{suffix}");
        let name = Reader::new().read(&mangled);
        prop_assert!(name.krate.is_none_or(|it| !it.is_empty()));
        prop_assert!(!stem(&mangled).is_empty() || mangled.is_empty());
        let _ = crate_name::of_path(&mangled);
        let _ = crate::bloat::formatting::is_formatting(&mangled);
    }
}
