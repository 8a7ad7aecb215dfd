//! An upload's way in: receive it, examine it, store it. Whoever is told "stored" will not lose it.
//!
//! [`receive`] streams the body to a file while it counts; [`examine`] finds everything that can be wrong
//! with it; [`store`] puts the ELF away and then, in one transaction, the build and its job. A build that did
//! not link has no ELF, and takes the same way without it.

pub mod examine;
pub mod receive;
pub mod store;
pub mod validate;

pub use store::Stored;

use crate::domain::Project;
use crate::error::AppResult;
use crate::state::AppState;
use axum::extract::Multipart;
use std::sync::Arc;

/// Takes an upload in.
pub async fn ingest(state: &AppState, project: &Project, body: Multipart) -> AppResult<Stored> {
    let received = receive::receive(state, body).await?;
    let permit = Arc::clone(&state.analysis_permits).acquire_owned().await.map_err(anyhow::Error::from)?;
    let limit = state.settings.max_upload_bytes;
    let examined = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        examine::examine(received, limit)
    });
    let examined =
        examined.await.map_err(|it| anyhow::Error::new(it).context("examining an upload broke"))??;
    state.in_time(store::store(state, project, examined)).await
}
