//! The specs that a hole may have. A new one is a new row here and a trait in `cfmt::spec`.

/// One row of the table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Spec {
    /// What stands after the colon.
    pub name: &'static str,
    /// What the C format says instead.
    pub c_conversion: &'static str,
    /// The function in `cfmt::spec` that checks the argument's type and converts it.
    pub convert: &'static str,
    /// How C receives it.
    pub passing: Passing,
}

/// How many C arguments one Rust argument becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passing {
    /// A number or a pointer.
    Value,
    /// A length as `int`, then the pointer, as `%.*s` wants them.
    LengthAndPointer,
}

/// All specs, in the order in which messages list them.
pub(crate) const SPECS: &[Spec] = &[
    Spec { name: "d", c_conversion: "%lld", convert: "decimal", passing: Passing::Value },
    Spec { name: "u", c_conversion: "%llu", convert: "unsigned", passing: Passing::Value },
    Spec { name: "x", c_conversion: "%llx", convert: "hexadecimal", passing: Passing::Value },
    Spec { name: "rs", c_conversion: "%.*s", convert: "rust_str", passing: Passing::LengthAndPointer },
    Spec { name: "cs", c_conversion: "%s", convert: "c_str", passing: Passing::Value },
];

/// The row of a name.
pub(crate) fn find(name: &str) -> Option<&'static Spec> {
    SPECS.iter().find(|it| it.name == name)
}

/// The names as a message shows them: "`{:d}`, `{:u}` …".
pub(crate) fn listed() -> String {
    let names: Vec<_> = SPECS.iter().map(|it| format!("`{{:{}}}`", it.name)).collect();
    names.join(", ")
}
