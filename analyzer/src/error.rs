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
    /// An ELF file that is no image: debug information that was taken out of one.
    NoImage,
    /// For a machine whose addresses do not count bytes of one memory.
    UnsupportedMachine,
    /// Ends before its own headers say.
    Truncated,
    /// Contradicts itself.
    Malformed,
    /// Beyond an explicit limit of this library.
    TooLarge,
    /// A linker map that is not one of the image.
    OtherImage,
}

impl Error {
    pub(crate) fn not_elf(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::NotElf, place: "file header".into(), message: message.into() }
    }

    pub(crate) fn no_image(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::NoImage, place: "section header table".into(), message: message.into() }
    }

    pub(crate) fn unsupported_machine(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::UnsupportedMachine, place: "file header".into(), message: message.into() }
    }

    pub(crate) fn truncated(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Truncated, place: place.into(), message: message.into() }
    }

    pub(crate) fn malformed(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Malformed, place: place.into(), message: message.into() }
    }

    pub(crate) fn too_large(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::TooLarge, place: place.into(), message: message.into() }
    }

    pub(crate) fn other_image(why: String) -> Self {
        let message = format!("it is of another image: {why}");
        Self { kind: ErrorKind::OtherImage, place: "linker map".into(), message }
    }
}
