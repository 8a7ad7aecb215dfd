//! The files of a build, as they were uploaded.

use crate::api::docs::{ProjectPath, ReadRefusals};
use crate::api::v1::builds::{BuildPath, find};
use crate::auth::ReadProject;
use crate::blobs::{Blob, BlobHash};
use crate::domain::Build;
use crate::error::{AppError, AppResult};
use crate::extract::Path;
use crate::state::AppState;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use std::io::{self, Read as _};
use tokio::sync::mpsc;

const CHUNK_BYTES: usize = 64 * 1024;

/// Download a build's ELF
#[utoipa::path(
    get, path = "/projects/{owner}/{name}/builds/{build_id}/elf", tag = "builds", operation_id = "download_elf",
    params(ProjectPath, BuildPath),
    responses(
        (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"),
        ReadRefusals
    ),
    security((), ("token" = []))
)]
pub async fn elf(
    State(state): State<AppState>,
    ReadProject { project, .. }: ReadProject,
    Path(path): Path<BuildPath>,
) -> AppResult<Response> {
    let build = find(&state, &project, path.build_id).await?;
    if build.link_failure.is_some() {
        return Err(AppError::NotFound("ELF"));
    }
    let blob = Blob::Elf(BlobHash::from_stored(&build.elf.sha256)?);
    answer(&state, blob, build.elf.n_bytes, &file_name(&build, "elf")).await
}

/// Download the linker's map that came with a build's ELF
#[utoipa::path(
    get, path = "/projects/{owner}/{name}/builds/{build_id}/map", tag = "builds", operation_id = "download_map",
    params(ProjectPath, BuildPath),
    responses(
        (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"),
        ReadRefusals
    ),
    security((), ("token" = []))
)]
pub async fn map(
    State(state): State<AppState>,
    ReadProject { project, .. }: ReadProject,
    Path(path): Path<BuildPath>,
) -> AppResult<Response> {
    let build = find(&state, &project, path.build_id).await?;
    let map = build.map.as_ref().ok_or(AppError::NotFound("map"))?;
    let blob = Blob::Map(BlobHash::from_stored(&map.sha256)?);
    answer(&state, blob, map.n_bytes, &file_name(&build, "map")).await
}

/// A type that no browser shows: what is in it is somebody's.
async fn answer(state: &AppState, blob: Blob, n_bytes: u64, name: &str) -> AppResult<Response> {
    let packed = state.blobs.get(blob).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_LENGTH, n_bytes.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, unpacked(packed)).into_response())
}

/// A target's name may have any printable characters; a file's in a header may not.
fn file_name(build: &Build, extension: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "._-".contains(it);
    let target: String =
        build.target.as_str().chars().map(|it| if is_plain(it) { it } else { '-' }).take(100).collect();
    format!("{}-{}.{extension}", target.trim_start_matches(['.', '-']), build.commit.short())
}

/// Unpacks on a thread of its own, no faster than the client reads.
fn unpacked(packed: Vec<u8>) -> Body {
    let (sender, receiver) = mpsc::channel::<io::Result<Bytes>>(4);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = send_chunks(&packed, &sender) {
            // Where the client has gone nobody is left to be told.
            let _ = sender.blocking_send(Err(error));
        }
    });
    Body::from_stream(futures_util::stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    }))
}

fn send_chunks(packed: &[u8], sender: &mpsc::Sender<io::Result<Bytes>>) -> io::Result<()> {
    let mut decoder = zstd::Decoder::with_buffer(packed)?;
    loop {
        let mut chunk = vec![0; CHUNK_BYTES];
        let n_bytes = decoder.read(&mut chunk)?;
        chunk.truncate(n_bytes);
        if n_bytes == 0 || sender.blocking_send(Ok(chunk.into())).is_err() {
            return Ok(());
        }
    }
}
