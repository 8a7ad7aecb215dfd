//! `POST …/builds`: a build arrives.

use crate::api::docs::{ProjectPath, WriteRefusals};
use crate::api::v1::answer::{absolute, answer};
use crate::api::v1::builds::find;
use crate::auth::WriteProject;
use crate::domain::{Build, Project};
use crate::error::{AppError, AppResult};
use crate::extract::{Json, Query};
use crate::ingest::{Stored, ingest};
use crate::state::AppState;
use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequest as _, FromRequestParts as _, Multipart, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use plimsoll_protocol::{BuildAnswer, BuildState, NewBuild, Problem, paths};
use serde::Deserialize;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use utoipa::{IntoParams, ToSchema};

const MAX_WAIT_SECONDS: u64 = 60;

/// Without a notification the state is looked up this often.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// What a refused client may still send before the connection is cut, so that it reads the answer.
const DRAIN_BYTES: usize = 64 * 1024 * 1024;
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// What an upload may ask for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// Seconds to wait for the result, at most 60; the answer says "queued" if that was too short
    wait: Option<u64>,
}

/// The multipart body, its parts in this order.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the OpenAPI document; the body itself is streamed")]
pub struct UploadForm {
    /// What was built.
    build: NewBuild,
    /// The ELF file as it is, or with content type `application/zstd` compressed; left out where the build did
    /// not link and `build.link_failure` says why.
    #[schema(format = Binary, value_type = Option<String>)]
    elf: Option<Vec<u8>>,
    /// The map (`-Map`) that GNU ld or lld wrote when it linked the ELF, as it is, or with content type
    /// `application/zstd` compressed: names the object file of what debug information does not tell.
    #[schema(format = Binary, value_type = Option<String>)]
    map: Option<Vec<u8>>,
}

/// Upload a build
///
/// Acknowledged means stored for good; the analysis follows. The same upload twice is one build.
#[utoipa::path(
    post, path = "/projects/{owner}/{name}/builds", tag = "builds", operation_id = "upload_build",
    params(ProjectPath, UploadQuery),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "The same upload was there already", body = BuildAnswer),
        (status = 201, description = "Stored, and measured while you waited", body = BuildAnswer),
        (status = 202, description = "Stored; to be measured", body = BuildAnswer),
        (status = 408, description = "The body came too slowly", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large", body = Problem, content_type = "application/problem+json"),
        (status = 507, description = "The server's disk is full", body = Problem, content_type = "application/problem+json"),
        WriteRefusals,
    ),
    security(("token" = []))
)]
pub async fn create(
    State(state): State<AppState>,
    Query(query): Query<UploadQuery>,
    request: Request,
) -> AppResult<Response> {
    let (mut parts, body) = request.into_parts();
    let project = match state.in_time(WriteProject::from_request_parts(&mut parts, &state)).await {
        Ok(it) => it.project,
        Err(refused) => {
            drain(body).await;
            return Err(refused);
        }
    };
    let body = Multipart::from_request(Request::from_parts(parts, body), &state)
        .await
        .map_err(|it| AppError::invalid("content-type", it.body_text()))?;
    let stored = ingest(&state, &project, body).await?;
    let build = wait(&state, &project, &stored, query.wait.unwrap_or(0)).await?;
    let answer = state.in_time(answer(&state, &project, &build, stored.created)).await?;
    let location = absolute(&state, &paths::build(&project.name, stored.build_id));
    Ok((status_of(&answer), [(header::LOCATION, location)], Json(answer)).into_response())
}

fn status_of(answer: &BuildAnswer) -> StatusCode {
    match (answer.created, answer.build.state) {
        (false, _) => StatusCode::OK,
        (true, BuildState::Queued) => StatusCode::ACCEPTED,
        (true, _) => StatusCode::CREATED,
    }
}

/// The build, once it is measured or given up, or when the time is over.
async fn wait(state: &AppState, project: &Project, stored: &Stored, seconds: u64) -> AppResult<Build> {
    let deadline = Instant::now() + Duration::from_secs(seconds.min(MAX_WAIT_SECONDS));
    let mut finished = state.signals.finished.subscribe();
    loop {
        let build = state.in_time(find(state, project, stored.build_id)).await?;
        if build.state != BuildState::Queued || Instant::now() >= deadline {
            return Ok(build);
        }
        let next_look = deadline.min(Instant::now() + POLL_INTERVAL);
        let call = async { while finished.recv().await.is_ok_and(|it| it != stored.build_id) {} };
        // Both ends lead to the next look.
        let _ = timeout_at(next_look, call).await;
    }
}

/// Reads on for a while: a connection cut while the client still sends loses the answer on its way.
async fn drain(body: Body) {
    if body.size_hint().exact() == Some(0) {
        return;
    }
    let mut stream = body.into_data_stream();
    let mut n_bytes = 0;
    let reading = async {
        while let Some(Ok(chunk)) = stream.next().await {
            n_bytes += chunk.len();
            if n_bytes > DRAIN_BYTES {
                return;
            }
        }
    };
    // Running out of time is as good as reading to the end.
    let _ = tokio::time::timeout(DRAIN_TIMEOUT, reading).await;
}
