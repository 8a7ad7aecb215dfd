//! The second stage: unpack within bounds, hash, check. Runs on a thread of its own.

use crate::blobs::BlobHash;
use crate::error::{AppError, AppResult};
use crate::ingest::receive::{Received, ReceivedElf, too_large};
use anyhow::Context as _;
use plimsoll_analyzer::ErrorKind;
use plimsoll_protocol::NewBuild;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{BufReader, Read, Seek as _, SeekFrom};

/// An upload with nothing wrong.
#[derive(Debug)]
pub struct Examined {
    /// What was sent along.
    pub build: NewBuild,
    /// SHA-256 of the ELF; that of an empty file where the build did not link.
    pub hash: BlobHash,
    /// Size of the ELF.
    pub elf_bytes: u64,
    /// The ELF, compressed, where there is one.
    pub elf_zstd: Option<Vec<u8>>,
}

/// Examines what was received.
pub fn examine(received: Received, limit_bytes: u64) -> AppResult<Examined> {
    let Received { build, elf } = received;
    let Some(ReceivedElf { mut file, is_zstd }) = elf else {
        // No ELF is empty, so no other build is taken for one that did not link.
        return Ok(Examined {
            build,
            hash: BlobHash(Sha256::digest([]).into()),
            elf_bytes: 0,
            elf_zstd: None,
        });
    };
    let elf = read_elf(&mut file, is_zstd, limit_bytes)?;
    check(&elf)?;
    let hash = BlobHash(Sha256::digest(&elf).into());
    let elf_zstd = zstd::encode_all(elf.as_slice(), 3).context("an upload cannot be compressed")?;
    Ok(Examined { build, hash, elf_bytes: elf.len() as u64, elf_zstd: Some(elf_zstd) })
}

/// Unpacks no more than the limit, whatever the file claims.
fn read_elf(file: &mut File, is_zstd: bool, limit_bytes: u64) -> AppResult<Vec<u8>> {
    file.seek(SeekFrom::Start(0))?;
    let mut elf = Vec::new();
    if is_zstd {
        let decoder = zstd::Decoder::with_buffer(BufReader::new(file)).map_err(not_zstd)?;
        decoder.take(limit_bytes + 1).read_to_end(&mut elf).map_err(not_zstd)?;
    } else {
        file.take(limit_bytes + 1).read_to_end(&mut elf)?;
    }
    if elf.len() as u64 > limit_bytes {
        return Err(too_large(limit_bytes));
    }
    Ok(elf)
}

fn not_zstd(error: std::io::Error) -> AppError {
    AppError::invalid("elf", format!("is not complete and sound zstd: {error}"))
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
