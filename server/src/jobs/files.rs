//! The files that a build is explained by: its ELF and, where one was sent, the linker's map.

use crate::blobs::{Blob, BlobHash};
use crate::domain::build::StoredFile;
use crate::state::AppState;
use anyhow::Context as _;
use plimsoll_analyzer::map_file::{self, MapFile};
use plimsoll_analyzer::{Besides, MemoryRegion, Traced, Why, WhyError};
use std::io::Read as _;

/// As they are stored, compressed.
#[derive(Debug)]
pub struct PackedFiles {
    /// The ELF.
    pub elf: PackedFile,
    /// The map.
    pub map: Option<PackedFile>,
}

/// A stored file, compressed.
#[derive(Debug)]
pub struct PackedFile {
    /// Its content.
    pub zstd: Vec<u8>,
    /// Its size, which was counted when it arrived.
    pub n_bytes: u64,
}

/// As they were sent.
#[derive(Debug)]
pub struct BuildFiles {
    /// The ELF.
    pub elf: Vec<u8>,
    map_text: Option<String>,
}

impl PackedFiles {
    /// Gets them from the store.
    pub async fn fetch(state: &AppState, elf: &StoredFile, map: Option<&StoredFile>) -> anyhow::Result<Self> {
        let elf = PackedFile::fetch(state, Blob::Elf, elf).await?;
        let map = match map {
            Some(map) => Some(PackedFile::fetch(state, Blob::Map, map).await?),
            None => None,
        };
        Ok(Self { elf, map })
    }

    /// Unpacks them.
    pub fn unpack(&self) -> anyhow::Result<BuildFiles> {
        let map = self.map.as_ref().map(PackedFile::unpack).transpose()?;
        let map_text = map.map(|it| {
            String::from_utf8(it).unwrap_or_else(|it| String::from_utf8_lossy(it.as_bytes()).into_owned())
        });
        Ok(BuildFiles { elf: self.elf.unpack()?, map_text })
    }
}

impl PackedFile {
    async fn fetch(state: &AppState, kind: fn(BlobHash) -> Blob, file: &StoredFile) -> anyhow::Result<Self> {
        let zstd = state.blobs.get(kind(BlobHash::from_stored(&file.sha256)?)).await?;
        Ok(Self { zstd, n_bytes: file.n_bytes })
    }

    fn unpack(&self) -> anyhow::Result<Vec<u8>> {
        let mut content = Vec::new();
        let decoder = zstd::Decoder::with_buffer(self.zstd.as_slice()).context("a stored file is damaged")?;
        decoder
            .take(self.n_bytes.saturating_add(1))
            .read_to_end(&mut content)
            .context("a stored file is damaged")?;
        let is_whole = content.len() as u64 == self.n_bytes;
        anyhow::ensure!(is_whole, "a stored file has another size than when it arrived");
        Ok(content)
    }
}

impl BuildFiles {
    /// What the image is made of, with what a comparison needs to know besides.
    pub fn traced(&self, regions: &[MemoryRegion]) -> Result<Traced, plimsoll_analyzer::Error> {
        let map = self.map();
        let besides = Besides { map: map.as_ref(), ..Besides::default() };
        plimsoll_analyzer::analyze_traced(&self.elf, regions, besides)
    }

    /// Why a symbol is in the image, by the names that the report has.
    pub fn why(&self, symbol: &str) -> Result<Why, WhyError> {
        let map = self.map();
        plimsoll_analyzer::why_with(&self.elf, symbol, Besides { map: map.as_ref(), ..Besides::default() })
    }

    /// What the map says. It was understood when it arrived.
    pub fn map(&self) -> Option<MapFile<'_>> {
        self.map_text.as_deref().and_then(|it| map_file::parse(it).ok())
    }
}
