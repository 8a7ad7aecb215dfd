//! `GET /{owner}/{name}`: is anything over the line, how close is it, what changed last and who did it.

mod builds;
mod shown;
mod trend;
mod verdict;

pub use builds::verdict as build_verdict;
pub use verdict::{AlertLine, budget_words};

use super::commit::{Commit, size};
use super::format::Bytes;
use super::gauge::Standing;
use super::shell::{ProjectHead, Shell, Tab};
use super::{Page, PageResult};
use crate::auth::ReadProject;
use crate::db::views::targets::{TargetRow, VerdictRow};
use crate::error::AppError;
use crate::extract::Query;
use crate::state::AppState;
use crate::urls::{self, ProjectView};
use crate::{db, domain::Project};
use askama::Template;
use axum::extract::State;
use plimsoll_protocol::paths;
use serde::Deserialize;
use shown::ShownTarget;
use uuid::Uuid;
use verdict::Verdict;

/// Which part of the history is asked for.
#[derive(Debug, Clone, Deserialize)]
pub struct ProjectQuery {
    target: Option<String>,
    branch: Option<String>,
    metric: Option<String>,
    skip: Option<u32>,
}

impl ProjectQuery {
    /// Postgres takes no NUL in a text, and nothing has one in its name.
    fn check(&self) -> Result<(), AppError> {
        let texts = [&self.target, &self.branch, &self.metric];
        let has_nul = texts.into_iter().flatten().any(|it| it.contains('\0'));
        if has_nul { Err(AppError::NotFound("page")) } else { Ok(()) }
    }
}

/// The page.
#[derive(Template)]
#[template(path = "pages/project.html")]
pub struct ProjectPage {
    shell: Shell,
    project: ProjectHead,
    public_url: String,
    verdict: Verdict,
    alerts: Vec<AlertLine>,
    rows: Vec<TargetLine>,
    shown: Option<ShownTarget>,
}

/// A target in the table of all.
struct TargetLine {
    name: String,
    url: String,
    current: bool,
    standing: Standing,
    words: String,
    /// The newest build, where it did not link.
    unlinked_url: Option<String>,
    latest: Option<LatestLine>,
}

struct LatestLine {
    commit: Commit,
    flash: Bytes,
    ram: Bytes,
}

/// Shows the page.
pub async fn show(
    State(state): State<AppState>,
    read: ReadProject,
    Query(query): Query<ProjectQuery>,
) -> PageResult<ProjectPage> {
    query.check()?;
    let project = &read.project;
    let head = ProjectHead::load(&state, &read, Tab::Overview).await?;
    let targets = db::views::targets::list(&state.db, project.project_id, &project.default_branch).await?;
    let latest_ids: Vec<Uuid> = targets.iter().filter_map(|it| it.build_id).collect();
    let verdicts = db::views::targets::judgements(&state.db, project.project_id, &latest_ids).await?;
    let alerts = verdict::open_alerts(&state, project).await?;
    let current = choose(&targets, &verdicts, query.target.as_deref())?;
    let shown = match current {
        Some(target) => Some(shown::load(&state, project, target, &query).await?),
        None => None,
    };
    let rows: Vec<TargetLine> = targets.iter().map(|it| line(project, it, &verdicts, current)).collect();
    let shell = Shell::new(project.name.to_string(), read.viewer, urls::project(&project.name))
        .with_json(paths::project(&project.name));
    Ok(Page(ProjectPage {
        shell,
        project: head,
        public_url: state.settings.public_url.as_str().trim_end_matches('/').to_owned(),
        verdict: verdict::overall(&alerts, &verdicts, &targets),
        alerts,
        rows,
        shown,
    }))
}

/// The target asked for; without a wish one that is over its line, or else the one with the newest build.
fn choose<'a>(
    targets: &'a [TargetRow],
    verdicts: &[VerdictRow],
    wanted: Option<&str>,
) -> Result<Option<&'a TargetRow>, AppError> {
    if let Some(name) = wanted {
        return targets.iter().find(|it| it.name == name).map(Some).ok_or(AppError::NotFound("target"));
    }
    let urgency = |target: &&TargetRow| {
        let own: Vec<&VerdictRow> =
            verdicts.iter().filter(|it| Some(it.build_id) == target.build_id).collect();
        let is_over = target.link_failure.is_some() || verdict::of_target(&own).0 == Standing::Over;
        (is_over, target.committed_at)
    };
    Ok(targets.iter().max_by_key(urgency))
}

fn line(
    project: &Project,
    target: &TargetRow,
    verdicts: &[VerdictRow],
    current: Option<&TargetRow>,
) -> TargetLine {
    let own: Vec<&VerdictRow> = verdicts.iter().filter(|it| Some(it.build_id) == target.build_id).collect();
    let (standing, words) = match &target.link_failure {
        Some(failure) => (Standing::Over, format!("did not link: {}", failure.0)),
        None => verdict::of_target(&own),
    };
    let view = ProjectView { target: Some(&target.name), ..ProjectView::default() };
    TargetLine {
        name: target.name.clone(),
        url: urls::project_view(&project.name, view),
        current: current.is_some_and(|it| it.target_id == target.target_id),
        standing,
        words,
        unlinked_url: target.unlinked_build_id.map(|it| urls::build(&project.name, it)),
        latest: latest(project, target),
    }
}

fn latest(project: &Project, target: &TargetRow) -> Option<LatestLine> {
    Some(LatestLine {
        commit: Commit::new(
            &project.name,
            target.build_id?,
            target.commit_id.as_deref()?,
            target.committed_at?,
        ),
        flash: Bytes(size(target.flash_bytes?)),
        ram: Bytes(size(target.ram_bytes?)),
    })
}
