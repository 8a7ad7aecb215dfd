//! Why two stored builds differ, answered while somebody waits for it.

use crate::error::{AppError, AppResult};
use crate::jobs::question::ask;
use crate::state::AppState;
use anyhow::Context as _;
use plimsoll_analyzer::Growth;
use std::sync::Arc;
use uuid::Uuid;

/// The causes, from the files of both builds; none where one of them has no ELF that explains anything. Requests
/// for the same comparison at the same time wait for one answer.
pub async fn find_growth(
    state: &AppState,
    project_id: Uuid,
    pair: (Uuid, Uuid),
) -> AppResult<Option<Arc<Growth>>> {
    let key = (project_id, pair.0, pair.1);
    let found = state.growths.try_get_with(key, compare(state, project_id, pair)).await;
    found.map_err(|error| {
        let others = || AppError::Unavailable(anyhow::anyhow!("the comparison failed for another request"));
        Arc::into_inner(error).unwrap_or_else(others)
    })
}

async fn compare(
    state: &AppState,
    project_id: Uuid,
    (old_id, new_id): (Uuid, Uuid),
) -> AppResult<Option<Arc<Growth>>> {
    let Some(old) = or_none(ask(state, (project_id, old_id), |files| files.traced(&[]).ok()).await)? else {
        return Ok(None);
    };
    let Some(new) = or_none(ask(state, (project_id, new_id), |files| files.traced(&[]).ok()).await)? else {
        return Ok(None);
    };
    let compared = tokio::task::spawn_blocking(move || plimsoll_analyzer::growth(&old, &new)).await;
    Ok(Some(Arc::new(compared.context("a comparison did not finish")?)))
}

fn or_none<T>(answer: AppResult<Option<T>>) -> AppResult<Option<T>> {
    match answer {
        Err(AppError::NotFound(_)) => Ok(None),
        other => other,
    }
}
