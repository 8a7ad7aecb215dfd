//! What people call a symbol, and which crate it comes from.

mod crate_name;
mod demangle;
mod generated;
mod stem;

pub(crate) use generated::{is_anonymous, is_merged_block, is_outlined};
pub(crate) use stem::{stem, without_clone_suffix};

/// What the name of a `core::panic::Location` begins with.
pub(crate) const LOCATION: &str = "Location ";

/// A symbol's name for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// Demangled, without the hash; as it stands where that is not possible.
    pub(crate) text: String,
    /// The crate, or `C++`; `None` where the name does not tell.
    pub(crate) krate: Option<String>,
    pub(crate) language: Language,
}

impl Name {
    fn unknown(text: &str) -> Self {
        Self { text: text.into(), krate: None, language: Language::Unknown }
    }
}

/// Whether a crate of a mangled name is one: the compiler's own symbols, whose code is any crate's
/// (allocator, panic handler), are mangled as if they were of `__rustc`.
pub(crate) fn is_telling(krate: &str) -> bool {
    krate != "__rustc"
}

/// Whether rustc mangled a name.
pub(crate) fn is_rust(mangled: &[u8]) -> bool {
    let may_be = mangled.starts_with(b"_R") || mangled.starts_with(b"_ZN");
    may_be && std::str::from_utf8(mangled).is_ok_and(demangle::is_rust)
}

/// The scheme by which a name was mangled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Rust,
    Cpp,
    Unknown,
}

/// All demangling of one file together: bytes written, plus eight for each byte of C++ that was
/// read, since that takes so much longer. A real program of 200 MB stays below a quarter of it.
const MAX_WORK: usize = 1 << 28;

/// Reads names, and stops demangling when that becomes too much work: a short mangled name can
/// stand for a long one, and a file can have a million of them.
#[derive(Debug)]
pub(crate) struct Reader {
    left: usize,
}

impl Reader {
    pub(crate) fn new() -> Self {
        Self { left: MAX_WORK }
    }

    /// Reads a name as it stands in the symbol table.
    pub(crate) fn read(&mut self, mangled: &str) -> Name {
        let name = if self.left == 0 { None } else { self.demangled(mangled) };
        let name = name.or_else(|| self.generated(mangled)).unwrap_or_else(|| Name::unknown(mangled));
        self.left = self.left.saturating_sub(name.text.len());
        name
    }

    /// The crate alone, which most manglings show without being taken apart.
    pub(crate) fn crate_of(&mut self, mangled: &str) -> Option<String> {
        crate_name::of_v0(mangled)
            .or_else(|| crate_name::of_legacy(mangled))
            .or_else(|| self.read(mangled).krate)
    }

    /// What a compiler made up: the number in it means nothing to anybody.
    fn generated(&mut self, mangled: &str) -> Option<Name> {
        if is_anonymous(mangled.as_bytes()) {
            return Some(Name::unknown("(anonymous constant)"));
        }
        let function = generated::switch_table_of(mangled)?;
        let name = self.demangled(function).unwrap_or_else(|| Name::unknown(function));
        Some(Name { text: format!("{} (switch table)", name.text), ..name })
    }

    fn demangled(&mut self, mangled: &str) -> Option<Name> {
        if let Some(text) = demangle::rust(mangled) {
            let krate = crate_name::of_v0(mangled).or_else(|| crate_name::of_path(&text));
            return Some(Name { text, krate, language: Language::Rust });
        }
        if mangled.starts_with("_Z") {
            self.left = self.left.saturating_sub(8 * mangled.len());
        }
        let text = demangle::cpp(mangled)?;
        Some(Name { text, krate: Some("C++".into()), language: Language::Cpp })
    }
}

#[cfg(test)]
mod tests;
