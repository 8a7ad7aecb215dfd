//! Demangling within bounds: a hostile name may neither blow up the output nor the stack.

use std::fmt::{self, Write};

use cpp_demangle::{DemangleOptions, ParseOptions, Symbol};

/// Longer results are dropped in favour of the mangled name. Back references let a short name
/// expand exponentially.
const MAX_TEXT_BYTES: usize = 1 << 14;
/// Longer C++ names are not tried: parsing takes more than linear time.
const MAX_CPP_BYTES: usize = 1 << 12;

/// Few names are longer.
const USUAL_TEXT_BYTES: usize = 512;

/// A Rust name without its hash, legacy or v0.
pub(super) fn rust(mangled: &str) -> Option<String> {
    let demangled = rustc_demangle::try_demangle(mangled).ok()?;
    if mangled.starts_with("_ZN") && !has_legacy_hash(mangled) {
        return None;
    }
    let mut text = Bounded::new();
    write!(text, "{demangled:#}").ok()?;
    Some(text.finish())
}

/// Whether a name is one of Rust's.
pub(super) fn is_rust(mangled: &str) -> bool {
    let is_legacy = mangled.starts_with("_ZN") && has_legacy_hash(mangled);
    is_legacy || mangled.starts_with("_R") && rustc_demangle::try_demangle(mangled).is_ok()
}

/// A C++ name with its parameters.
pub(super) fn cpp(mangled: &str) -> Option<String> {
    if !mangled.starts_with("_Z") || mangled.len() > MAX_CPP_BYTES {
        return None;
    }
    let parse = ParseOptions::default().recursion_limit(64);
    let symbol = Symbol::new_with_options(mangled, &parse).ok()?;
    let mut text = Bounded::new();
    symbol.structured_demangle(&mut text, &DemangleOptions::new().recursion_limit(64)).ok()?;
    Some(text.finish())
}

/// C++ mangles `_ZN…E` too; only Rust ends the path with `17h` and 16 hexadecimal digits.
fn has_legacy_hash(mangled: &str) -> bool {
    mangled.match_indices("17h").any(|(at, _)| {
        let tail = mangled.as_bytes().get(at + 3..at + 20);
        tail.is_some_and(|it| it[16] == b'E' && it[..16].iter().all(u8::is_ascii_hexdigit))
    })
}

/// Text that refuses to grow beyond the limit.
struct Bounded(String);

impl Bounded {
    /// With room for most names.
    fn new() -> Self {
        Self(String::with_capacity(USUAL_TEXT_BYTES))
    }

    /// In a place of its own size: a file may have a million names.
    fn finish(self) -> String {
        self.0.as_str().to_owned()
    }
}

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > MAX_TEXT_BYTES {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}
