//! What an analysis reads: the image and, where compilers put debug information beside it, that too.

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
