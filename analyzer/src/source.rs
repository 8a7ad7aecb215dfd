//! What an analysis reads: the image, what compilers put beside it, and what people know besides.

use crate::map_file::MapFile;

/// An ELF file with the files that belong to it. Made from the bytes of the ELF alone by `into()`.
#[derive(Debug, Clone, Copy)]
pub struct Source<'data> {
    /// The image.
    pub elf: &'data [u8],
    /// Contents of the package (`.dwp`), or of the single files (`.dwo`), with what `-gsplit-dwarf` left out of
    /// the image. Units are matched by their numbers; what belongs to none is ignored.
    pub split: &'data [Vec<u8>],
}

impl<'data, Bytes: AsRef<[u8]> + ?Sized> From<&'data Bytes> for Source<'data> {
    fn from(elf: &'data Bytes) -> Self {
        Self { elf: elf.as_ref(), split: &[] }
    }
}

/// What an analysis is told that no file of the build holds by itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Besides<'a> {
    /// The linker's map, as evidence for what has no symbol and for which object file symbols are from. A map of
    /// another image is not used, with a warning.
    pub map: Option<&'a MapFile<'a>>,
    /// Functions that somebody starts with a stack of their own, such as tasks of an operating system: a name, its
    /// end after `::`, or either with the address (`task@0x10000200`). Those that are not found
    /// are in [`StackUse::unresolved_roots`](crate::report::StackUse::unresolved_roots).
    pub stack_roots: &'a [String],
}
