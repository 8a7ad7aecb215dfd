//! What people call a symbol, and which crate it comes from.

mod crate_name;
mod demangle;

/// A symbol's name for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// Demangled, without the hash; as it stands where that is not possible.
    pub(crate) text: String,
    /// The crate, or `C++`; `None` where the name does not tell.
    pub(crate) krate: Option<String>,
    pub(crate) language: Language,
}

/// The scheme by which a name was mangled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Rust,
    Cpp,
    Unknown,
}

/// Reads a name as it stands in the symbol table.
pub(crate) fn read(mangled: &str) -> Name {
    if let Some(text) = demangle::rust(mangled) {
        let krate = crate_name::of_v0(mangled).or_else(|| crate_name::of_path(&text));
        return Name { text, krate, language: Language::Rust };
    }
    if let Some(text) = demangle::cpp(mangled) {
        return Name { text, krate: Some("C++".into()), language: Language::Cpp };
    }
    Name { text: mangled.into(), krate: None, language: Language::Unknown }
}
