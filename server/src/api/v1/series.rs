//! What the graphs draw: the totals and regions of one build after the other.

use crate::api::docs::{ProjectPath, ReadRefusals};
use crate::api::v1::answer::absolute;
use crate::api::v1::builds::target_id;
use crate::auth::ReadProject;
use crate::db::{self, builds::BuildFilter};
use crate::domain::build::{Measurement, MeasurementKind};
use crate::domain::{Build, Project};
use crate::error::AppResult;
use crate::extract::{Json, Query};
use crate::state::AppState;
use crate::urls;
use axum::extract::State;
use plimsoll_analyzer::report::{STATIC, static_name};
use plimsoll_protocol::{Budget, BuildState, CommitId, Figures, LinkFailure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which series.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SeriesQuery {
    /// The target
    target: String,
    /// The branch [default: the project's default branch]
    branch: Option<String>,
    /// The newest so many points, up to 2000 [default: 200]
    limit: Option<u32>,
}

/// One target's history on one branch.
#[derive(Debug, Serialize, ToSchema)]
pub struct Series {
    /// The branch.
    branch: String,
    /// The budgets that hold now: the load lines.
    budgets: Vec<Budget>,
    /// Measured builds and those that did not link, oldest first.
    points: Vec<Point>,
}

/// One build.
#[derive(Debug, Serialize, ToSchema)]
pub struct Point {
    /// Identifies the build.
    build_id: Uuid,
    /// Its page.
    url: String,
    /// Its commit.
    commit: CommitId,
    /// First line of the message.
    message: Option<String>,
    /// When it was committed.
    #[serde(with = "time::serde::rfc3339")]
    committed_at: OffsetDateTime,
    /// The totals; absent where the build did not link.
    figures: Option<Figures>,
    /// Every region; of a build that did not link those that were too small, with the linker's figures.
    regions: Vec<RegionUse>,
    /// All RAM that is not only set aside for stacks and heaps; absent where that was not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    static_ram_bytes: Option<u64>,
    /// Why it did not link.
    #[serde(skip_serializing_if = "Option::is_none")]
    link_failure: Option<LinkFailure>,
    /// The measured point before.
    previous_build_id: Option<Uuid>,
    /// The page that compares with it; absent where there is nothing to compare.
    compare_url: Option<String>,
}

/// How full a region is.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegionUse {
    /// Its name.
    name: String,
    /// Bytes in use.
    used_bytes: u64,
    /// Of them, those that are not only set aside for stacks and heaps; absent where that was not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    static_bytes: Option<u64>,
    /// Capacity, where known.
    length_bytes: Option<u64>,
    /// By how much the image runs over the region's end.
    overflow_bytes: u64,
}

/// The history of one target's sizes
#[utoipa::path(
    get, path = "/projects/{owner}/{name}/series", tag = "history", operation_id = "show_series",
    params(ProjectPath, SeriesQuery),
    responses((status = 200, description = "The series", body = Series), ReadRefusals),
    security((), ("token" = []))
)]
pub async fn show(
    State(state): State<AppState>,
    ReadProject { project, .. }: ReadProject,
    Query(query): Query<SeriesQuery>,
) -> AppResult<Json<Series>> {
    let target_id = target_id(&state, &project, &query.target).await?;
    let branch = query.branch.unwrap_or_else(|| project.default_branch.clone());
    let filter = BuildFilter {
        target_id: Some(target_id),
        branch: Some(branch.clone()),
        judged: true,
        limit: query.limit.unwrap_or(200).clamp(1, 2000),
        ..BuildFilter::default()
    };
    let mut builds = db::builds::list(&state.db, project.project_id, &filter).await?;
    builds.reverse();
    let budgets = db::budgets::list(&state.db, project.project_id, target_id).await?;
    let points = points(&state, &project, &builds).await?;
    Ok(Json(Series { branch, budgets: budgets.into_iter().map(|it| it.budget).collect(), points }))
}

async fn points(state: &AppState, project: &Project, builds: &[Build]) -> AppResult<Vec<Point>> {
    let ids: Vec<Uuid> = builds.iter().map(|it| it.build_id).collect();
    let measured =
        db::reports::list_measurements(&state.db, project.project_id, &ids, MeasurementKind::Region).await?;
    let static_use =
        db::reports::list_measurements(&state.db, project.project_id, &ids, MeasurementKind::Static).await?;
    let static_use: BTreeMap<(Uuid, String), u64> =
        static_use.into_iter().map(|(build_id, it)| ((build_id, it.name), it.value_bytes)).collect();
    let static_of = |build_id, name: String| static_use.get(&(build_id, name)).copied();
    let mut regions: BTreeMap<Uuid, Vec<RegionUse>> = BTreeMap::new();
    for (build_id, measurement) in measured {
        let static_bytes = static_of(build_id, static_name(&measurement.name));
        regions.entry(build_id).or_default().push(region_use(measurement, static_bytes));
    }
    let mut last_measured = None;
    let points = builds.iter().map(|build| {
        let has_linked = build.state == BuildState::Measured;
        let previous = last_measured;
        last_measured = if has_linked { Some(build.build_id) } else { previous };
        let compare =
            previous.filter(|_| has_linked).map(|it| urls::compare(&project.name, it, build.build_id));
        Point {
            build_id: build.build_id,
            url: absolute(state, &urls::build(&project.name, build.build_id)),
            commit: build.commit.clone(),
            message: build.message.clone(),
            committed_at: build.committed_at,
            figures: build.figures,
            regions: regions.remove(&build.build_id).unwrap_or_default(),
            static_ram_bytes: static_of(build.build_id, STATIC.to_owned()),
            link_failure: build.link_failure.clone(),
            previous_build_id: previous,
            compare_url: compare.map(|it| absolute(state, &it)),
        }
    });
    Ok(points.collect())
}

fn region_use(measurement: Measurement, static_bytes: Option<u64>) -> RegionUse {
    RegionUse {
        name: measurement.name,
        used_bytes: measurement.value_bytes,
        static_bytes,
        length_bytes: measurement.length_bytes,
        overflow_bytes: measurement.overflow.bytes,
    }
}
