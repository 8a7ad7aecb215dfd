//! Which symbols belong to the panic machinery of Rust's standard library.

/// Where panics end up, however the compiler mangles it.
const ENTRIES: [&str; 4] =
    ["rust_begin_unwind", "rust_panic", "__rust_start_panic", "__rust_alloc_error_handler"];

/// Modules that exist for panicking.
const MODULES: [&str; 5] = [
    "core::panicking::",
    "core::panic::",
    "std::panicking::",
    "std::panic::",
    "alloc::alloc::handle_alloc_error",
];

/// Last parts of the names of functions in the standard library that only panic.
const ENDINGS: [&str; 6] =
    ["_fail", "_failed", "_fail_rt", "::capacity_overflow", "::handle_error", "_overflow_error"];

/// Methods that panic in one case.
const CHECKS: [&str; 16] = [
    "unwrap",
    "expect",
    "unwrap_err",
    "expect_err",
    "index",
    "index_mut",
    "borrow",
    "borrow_mut",
    "replace",
    "swap",
    "copy_from_slice",
    "clone_from_slice",
    "split_at",
    "split_at_mut",
    "rotate_left",
    "rotate_right",
];

/// Whether `name` is the panic handler or another end of all panics.
pub(crate) fn is_entry(name: &str) -> bool {
    ENTRIES.contains(&name.strip_prefix("__rustc::").unwrap_or(name))
}

/// Whether `name` (a demangled Rust path) is there only to panic.
pub(crate) fn is_panicking(name: &str) -> bool {
    let path = name.trim_start_matches('<');
    let last = path.rsplit("::").next().unwrap_or(path);
    MODULES.iter().any(|it| path.starts_with(it))
        || is_standard(path) && (ENDINGS.iter().any(|it| path.ends_with(it)) || last.starts_with("panic_"))
}

/// Whether `name` is a method of the standard library that panics in one case.
pub(crate) fn is_check(name: &str) -> bool {
    let path = name.trim_start_matches(['<', '&', '[']);
    let path = path.split_once("::<").filter(|_| path.ends_with('>')).map_or(path, |it| it.0);
    let last = path.rsplit("::").next().unwrap_or(path);
    is_standard(path) && CHECKS.contains(&last)
}

fn is_standard(path: &str) -> bool {
    ["core::", "alloc::", "std::"].iter().any(|it| path.starts_with(it))
}
