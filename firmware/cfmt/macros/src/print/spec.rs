//! The specs that a hole may have. A new one is a new row here and a trait in `cfmt::spec`.

/// One row of the table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Spec {
    /// What stands after the flags.
    pub name: &'static str,
    /// What the C format says after `%` and the flags.
    pub c_conversion: &'static str,
    /// The function in `cfmt::spec` that checks the argument's type and converts it.
    pub convert: &'static str,
    /// How it is passed on.
    pub passing: Passing,
}

/// What one Rust argument becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passing {
    /// An integer of 64 bits: signed, in decimal.
    Signed,
    /// An integer of 64 bits without sign, in this base.
    Unsigned { base: u8 },
    /// An address.
    Address,
    /// A `double`.
    Float,
    /// One byte, as `int`.
    Byte,
    /// A pointer to bytes that end in NUL. To obtain it may be unsafe, so that the user's `unsafe` must hold it.
    CString,
    /// A length as `int`, then the pointer, as `%.*s` wants them.
    LengthAndPointer,
}

/// All specs, in the order in which messages list them.
pub(crate) const SPECS: &[Spec] = &[
    row("d", "lld", "decimal", Passing::Signed),
    row("u", "llu", "unsigned", Passing::Unsigned { base: 10 }),
    row("x", "llx", "hexadecimal", Passing::Unsigned { base: 16 }),
    row("p", "p", "pointer", Passing::Address),
    row("e", "e", "float", Passing::Float),
    row("cs", "s", "c_str", Passing::CString),
    row("rs", ".*s", "rust_str", Passing::LengthAndPointer),
    row("rb", ".*s", "rust_bytes", Passing::LengthAndPointer),
    row("cc", "c", "ascii_char", Passing::Byte),
    row("rc", ".*s", "rust_char", Passing::LengthAndPointer),
];

/// What to do where an exponent will not do.
pub(crate) const NO_FIXED_POINT: &str = "there is no fixed point: print hundredths as an integer";

const fn row(
    name: &'static str,
    c_conversion: &'static str,
    convert: &'static str,
    passing: Passing,
) -> Spec {
    Spec { name, c_conversion, convert, passing }
}

impl Spec {
    /// Whether it may have a width.
    pub(crate) fn is_integer(&self) -> bool {
        matches!(self.passing, Passing::Signed | Passing::Unsigned { .. })
    }

    /// Whether it may have a `+`.
    pub(crate) fn is_signed(&self) -> bool {
        matches!(self.passing, Passing::Signed | Passing::Float)
    }
}

/// The row of a name, or which specs to use instead.
pub(crate) fn find(name: &str) -> Result<&'static Spec, String> {
    SPECS.iter().find(|it| it.name == name).ok_or_else(|| match name {
        "s" => "write `{:rs}` for a `&str`, `{:cs}` for a `&CStr`".to_owned(),
        "c" => "write `{:cc}` for an ASCII character, `{:rc}` for any `char`".to_owned(),
        "i" | "hhd" | "hd" | "ld" | "lld" | "zd" | "jd" | "td" => "write `{:d}`".to_owned(),
        "hhu" | "hu" | "lu" | "llu" | "zu" | "ju" => "write `{:u}`".to_owned(),
        "hhx" | "hx" | "lx" | "llx" | "zx" | "jx" => "write `{:x}`".to_owned(),
        "X" | "b" | "o" => "integers are printed with `{:d}`, `{:u}` or `{:x}`".to_owned(),
        "f" | "g" | "E" => format!("floats are printed with `{{:e}}`; {NO_FIXED_POINT}"),
        _ => format!("use one of {}", listed()),
    })
}

/// The names as a message shows them: "`{:d}`, `{:u}` …".
pub(crate) fn listed() -> String {
    let names: Vec<_> = SPECS.iter().map(|it| format!("`{{:{}}}`", it.name)).collect();
    names.join(", ")
}
