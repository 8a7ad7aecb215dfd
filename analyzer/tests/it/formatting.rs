//! What counts as formatting machinery.

use crate::support::explain;

/// Legacy mangling of a path, as rustc does it for plain segments.
fn mangled(path: &str) -> String {
    let escape = |it: &str| {
        let it = it.replace('<', "$LT$").replace('>', "$GT$").replace('&', "$RF$").replace(' ', "$u20$");
        if it.starts_with('$') { format!("_{}", it.replace("::", "..")) } else { it.replace("::", "..") }
    };
    let segments: String =
        split(path).iter().map(|it| escape(it)).map(|it| format!("{}{it}", it.len())).collect();
    format!("_ZN{segments}17h0123456789abcdefE")
}

/// Splits at `::` outside of angle brackets.
fn split(path: &str) -> Vec<String> {
    let mut segments = vec![String::new()];
    let (mut depth, mut rest) = (0, path);
    while let Some(c) = rest.chars().next() {
        if depth == 0 && rest.starts_with("::") {
            segments.push(String::new());
            rest = &rest[2..];
            continue;
        }
        depth += i32::from(c == '<') - i32::from(c == '>');
        segments.last_mut().unwrap().push(c);
        rest = &rest[c.len_utf8()..];
    }
    segments
}

#[track_caller]
fn is_formatting(path: &str) -> bool {
    let report = explain(&format!("section .text 0x100 32 x\n func {} 0x101 8", mangled(path)));
    assert_eq!(report.symbols[0].name, path);
    report.formatting.total_bytes == 8
}

#[test]
fn the_machinery_and_its_tables_are_formatting() {
    for path in [
        "core::fmt::write",
        "core::fmt::Formatter::pad_integral",
        "core::fmt::builders::DebugStruct::field",
        "core::fmt::num::imp::DEC_DIGITS_LUT",
        "core::num::flt2dec::strategy::dragon::format_exact",
        "core::num::imp::flt2dec::strategy::grisu::CACHED_POW10",
        "core::num::fmt::Formatted::len",
        "core::unicode::printable::is_printable",
        "alloc::fmt::format",
    ] {
        assert!(is_formatting(path), "{path}");
    }
}

#[test]
fn implementations_of_its_traits_are_formatting_wherever_they_are() {
    for path in [
        "<app::Reading as core::fmt::Debug>::fmt",
        "<&T as core::fmt::Display>::fmt",
        "<app::Uart as core::fmt::Write>::write_str",
        "core::fmt::num::<impl core::fmt::Display for u32>::fmt",
        "core::char::methods::<impl char>::escape_debug_ext",
    ] {
        assert!(is_formatting(path), "{path}");
    }
}

#[test]
fn other_code_is_not_formatting() {
    for path in [
        "app::fmt::write",
        "core::panicking::panic_fmt",
        "core::slice::index::slice_index_fail",
        "<app::Log<core::fmt::Arguments> as app::Sink>::send",
        "core::ptr::drop_in_place<core::fmt::Error>",
        "ufmt::impls::num",
    ] {
        assert!(!is_formatting(path), "{path}");
    }
}

#[test]
fn a_c_function_of_that_name_is_not_formatting() {
    let report = explain("section .text 0x100 32 x\n func core::fmt::write 0x101 8");
    assert_eq!(report.formatting.total_bytes, 0);
}
