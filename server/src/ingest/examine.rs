//! The second stage: unpack within bounds, hash, check. Runs on a thread of its own.

use crate::blobs::BlobHash;
use crate::error::{AppError, AppResult};
use crate::ingest::receive::{Received, ReceivedFile, too_large};
use anyhow::Context as _;
use plimsoll_analyzer::{ErrorKind, map_file};
use plimsoll_protocol::NewBuild;
use sha2::{Digest as _, Sha256};
use std::io::{BufReader, Read, Seek as _, SeekFrom};

/// An upload with nothing wrong.
#[derive(Debug)]
pub struct Examined {
    /// What was sent along.
    pub build: NewBuild,
    /// The ELF; absent where the build did not link.
    pub elf: Option<Packed>,
    /// The linker's map, where one was sent.
    pub map: Option<Packed>,
}

/// A file as it is kept.
#[derive(Debug)]
pub struct Packed {
    /// SHA-256 of its content.
    pub hash: BlobHash,
    /// Size of that.
    pub n_bytes: u64,
    /// It, compressed.
    pub zstd: Vec<u8>,
}

/// Examines what was received.
pub fn examine(received: Received, limit_bytes: u64) -> AppResult<Examined> {
    let Received { build, elf, map } = received;
    let Some(elf) = elf else { return Ok(Examined { build, elf: None, map: None }) };
    let elf = read(elf, ("elf", "ELF"), limit_bytes)?;
    check(&elf)?;
    let map = match map {
        Some(map) => {
            let map = read(map, ("map", "map"), limit_bytes)?;
            check_map(&elf, &map)?;
            Some(Packed::of(&map)?)
        }
        None => None,
    };
    Ok(Examined { build, elf: Some(Packed::of(&elf)?), map })
}

impl Packed {
    fn of(content: &[u8]) -> anyhow::Result<Self> {
        let hash = BlobHash(Sha256::digest(content).into());
        let zstd = zstd::encode_all(content, 3).context("an upload cannot be compressed")?;
        Ok(Self { hash, n_bytes: content.len() as u64, zstd })
    }
}

/// Unpacks no more than the limit, whatever the file claims.
fn read(
    received: ReceivedFile,
    (field, what): (&'static str, &'static str),
    limit_bytes: u64,
) -> AppResult<Vec<u8>> {
    let ReceivedFile { mut file, is_zstd } = received;
    file.seek(SeekFrom::Start(0))?;
    let mut content = Vec::new();
    if is_zstd {
        let not_zstd = |it| AppError::invalid(field, format!("is not complete and sound zstd: {it}"));
        let decoder = zstd::Decoder::with_buffer(BufReader::new(file)).map_err(not_zstd)?;
        decoder.take(limit_bytes + 1).read_to_end(&mut content).map_err(not_zstd)?;
    } else {
        file.take(limit_bytes + 1).read_to_end(&mut content)?;
    }
    if content.len() as u64 > limit_bytes {
        return Err(too_large(what, limit_bytes));
    }
    Ok(content)
}

/// What the analyzer would refuse later is refused now, with the place.
fn check(elf: &[u8]) -> AppResult<()> {
    if elf.is_empty() {
        return Err(AppError::invalid("elf", "the file is empty"));
    }
    plimsoll_analyzer::check(elf).map_err(|it| match it.kind {
        ErrorKind::TooLarge => AppError::TooLarge(format!("elf: {it}")),
        _ => AppError::invalid("elf", it),
    })
}

/// What the analyzer would do without is refused now: later only a warning would tell.
fn check_map(elf: &[u8], map: &[u8]) -> AppResult<()> {
    let text = String::from_utf8_lossy(map);
    let map = map_file::parse(&text).map_err(|it| AppError::invalid("map", it))?;
    plimsoll_analyzer::check_map(elf, &map).map_err(|it| AppError::invalid("map", it.message))
}
