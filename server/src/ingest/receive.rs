//! The first stage: from the socket to a file, counting.

use crate::error::{AppError, AppResult};
use crate::ingest::validate::validate;
use crate::state::AppState;
use anyhow::Context as _;
use axum::body::Bytes;
use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use plimsoll_protocol::upload::{BUILD_PART, ELF_PART, MAP_PART, ZSTD_TYPE};
use plimsoll_protocol::{ByteCount, NewBuild};
use std::fs::File;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::time::{Instant, timeout};

/// The description is small; a linker script and 500 commit ids fit many times over.
const MAX_BUILD_PART_BYTES: usize = 1024 * 1024;

/// A client that sends nothing for so long is given up.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(30);

/// What a refused client may still send before the connection is cut, so that it reads the answer.
const DRAIN_BYTES: usize = 64 * 1024 * 1024;
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// An upload that has arrived whole.
#[derive(Debug)]
pub struct Received {
    /// What was sent along, checked.
    pub build: NewBuild,
    /// The ELF; absent where the build did not link.
    pub elf: Option<ReceivedFile>,
    /// The linker's map, where one was sent.
    pub map: Option<ReceivedFile>,
}

/// A file that has arrived whole.
#[derive(Debug)]
pub struct ReceivedFile {
    /// As it was sent; the file has no name and goes when it is closed.
    pub file: File,
    /// Whether it is compressed.
    pub is_zstd: bool,
}

/// Receives the parts, in their order; of a build that did not link there is only the first.
pub async fn receive(state: &AppState, mut body: Multipart) -> AppResult<Received> {
    let outcome = receive_parts(state, &mut body).await;
    if outcome.is_err() {
        drain(body).await;
    }
    outcome
}

async fn receive_parts(state: &AppState, body: &mut Multipart) -> AppResult<Received> {
    let build = read_build(expect_part(body, BUILD_PART).await?).await?;
    if build.link_failure.is_some() {
        expect_end(body, "a build that did not link has no ELF").await?;
        return Ok(Received { build, elf: None, map: None });
    }
    let elf = receive_file(state, "ELF", expect_part(body, ELF_PART).await?).await?;
    let map = match next_part(body).await? {
        Some(part) if part.name() == Some(MAP_PART) => Some(receive_file(state, "map", part).await?),
        Some(_) => return Err(unexpected(MAP_PART)),
        None => None,
    };
    if map.is_some() {
        expect_end(body, "nothing comes after the map").await?;
    }
    Ok(Received { build, elf: Some(elf), map })
}

async fn next_part(body: &mut Multipart) -> AppResult<Option<Field<'_>>> {
    let part = timeout(SILENCE_TIMEOUT, body.next_field()).await.map_err(|_| AppError::TooSlow)?;
    part.map_err(refusal_of)
}

async fn expect_part<'a>(body: &'a mut Multipart, name: &'static str) -> AppResult<Field<'a>> {
    next_part(body).await?.filter(|it| it.name() == Some(name)).ok_or_else(|| unexpected(name))
}

async fn expect_end(body: &mut Multipart, why: &'static str) -> AppResult<()> {
    match next_part(body).await? {
        Some(_) => Err(AppError::invalid("body", why)),
        None => Ok(()),
    }
}

fn unexpected(wanted: &'static str) -> AppError {
    let order =
        format!("`{BUILD_PART}` comes first, then `{ELF_PART}`, then, where there is one, `{MAP_PART}`");
    AppError::invalid("body", format!("expected the multipart part `{wanted}` here ({order})"))
}

async fn read_build(mut part: Field<'_>) -> AppResult<NewBuild> {
    let mut text = Vec::new();
    while let Some(chunk) = next_chunk(&mut part).await? {
        if text.len() + chunk.len() > MAX_BUILD_PART_BYTES {
            return Err(AppError::TooLarge("The part `build` is larger than 1 MiB.".into()));
        }
        text.extend_from_slice(&chunk);
    }
    let build = serde_json::from_slice(&text).map_err(|it| AppError::invalid(BUILD_PART, it))?;
    validate(build)
}

/// `what` is its name in a refusal.
async fn receive_file(state: &AppState, what: &'static str, mut part: Field<'_>) -> AppResult<ReceivedFile> {
    let limit = state.settings.max_upload_bytes;
    let is_zstd = part.content_type().is_some_and(|it| it.eq_ignore_ascii_case(ZSTD_TYPE));
    let file = tempfile::tempfile_in(&state.settings.upload_folder).map_err(anyhow::Error::from);
    let mut file = tokio::fs::File::from_std(file.context("cannot make a file for an upload")?);
    let mut n_bytes = 0;
    while let Some(chunk) = next_chunk(&mut part).await? {
        n_bytes += chunk.len() as u64;
        if n_bytes > limit {
            return Err(too_large(what, limit));
        }
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    metrics::counter!("plimsoll_upload_bytes_total").increment(n_bytes);
    Ok(ReceivedFile { file: file.into_std().await, is_zstd })
}

async fn next_chunk(part: &mut Field<'_>) -> AppResult<Option<Bytes>> {
    timeout(SILENCE_TIMEOUT, part.chunk()).await.map_err(|_| AppError::TooSlow)?.map_err(refusal_of)
}

/// The refusal of a file beyond the limit.
pub fn too_large(what: &'static str, limit_bytes: u64) -> AppError {
    AppError::TooLarge(format!(
        "The {what} is larger than {} ({limit_bytes} bytes), the most this server accepts, compressed and not.",
        ByteCount(limit_bytes)
    ))
}

/// What multipart says of a broken body is about the body, unless it is about the server.
fn refusal_of(error: MultipartError) -> AppError {
    match error.status() {
        StatusCode::INTERNAL_SERVER_ERROR => AppError::Internal(error.into()),
        _ => AppError::invalid("body", error.body_text()),
    }
}

/// Reads on for a while: a connection cut while the client still sends loses the answer on its way.
async fn drain(mut body: Multipart) {
    let deadline = Instant::now() + DRAIN_TIMEOUT;
    let mut n_bytes = 0;
    let reading = async {
        while let Ok(Some(mut part)) = body.next_field().await {
            while let Ok(Some(chunk)) = part.chunk().await {
                n_bytes += chunk.len();
                if n_bytes > DRAIN_BYTES {
                    return;
                }
            }
        }
    };
    // Running out of time is as good as reading to the end.
    let _ = tokio::time::timeout_at(deadline, reading).await;
}
