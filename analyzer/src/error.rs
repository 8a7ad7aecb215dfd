//! What can be wrong with a file, and where.

/// Why a file cannot be explained at all. Oddities that leave an answer possible are
/// [`Warning`](crate::report::Warning)s in the report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct Error {
    /// What sort of mistake it is.
    pub kind: ErrorKind,
    /// Where, e.g. `section header 7`.
    pub place: String,
    /// What, a lower-case clause without a full stop.
    pub message: String,
}

/// The sorts of mistakes that callers tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Not an ELF file at all.
    NotElf,
    /// Ends before its own headers say.
    Truncated,
    /// Contradicts itself.
    Malformed,
    /// Beyond an explicit limit of this library.
    TooLarge,
}
