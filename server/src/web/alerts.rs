//! `GET /{owner}/{name}/alerts`: budgets that are exceeded, and those that were.

use super::commit::{Commit, size, size_of, size_text};
use super::format::{Bytes, Moment};
use super::project::AlertLine;
use super::shell::{ProjectHead, Shell, Tab};
use super::{Page, PageResult};
use crate::auth::ReadProject;
use crate::db;
use crate::db::views::alerts::AlertRow;
use crate::domain::Project;
use crate::state::AppState;
use crate::urls::{self, ProjectView};
use askama::Template;
use axum::extract::State;

const MAX_ALERTS: i64 = 500;

/// The page.
#[derive(Template)]
#[template(path = "pages/alerts.html")]
pub struct AlertsPage {
    shell: Shell,
    project: ProjectHead,
    open: Vec<AlertLine>,
    resolved: Vec<ResolvedLine>,
}

/// An alert that is over.
struct ResolvedLine {
    subject: String,
    target: String,
    target_url: String,
    limit: Bytes,
    opened: Commit,
    opened_at: Moment,
    opened_text: String,
    resolved: Option<Commit>,
    resolved_at: Moment,
    resolved_text: String,
    change: Change,
}

/// What happened to the budget between crossing and resolution.
enum Change {
    Kept,
    Raised(Bytes),
    Dropped,
}

/// Shows the page.
pub async fn list(State(state): State<AppState>, read: ReadProject) -> PageResult<AlertsPage> {
    let project = &read.project;
    let head = ProjectHead::load(&state, &read, Tab::Alerts).await?;
    let rows =
        db::views::alerts::list(&state.db, project.project_id, &project.default_branch, MAX_ALERTS).await?;
    let open = rows.iter().filter(|it| it.resolved_at.is_none()).map(|it| AlertLine::new(project, it));
    let shell = Shell::new(format!("Alerts of {}", project.name), read.viewer, urls::alerts(&project.name))
        .with_json(urls::api_alerts(&project.name));
    Ok(Page(AlertsPage {
        shell,
        project: head,
        open: open.collect(),
        resolved: rows.iter().filter_map(|it| resolved(project, it)).collect(),
    }))
}

fn resolved(project: &Project, row: &AlertRow) -> Option<ResolvedLine> {
    let resolved_at = row.resolved_at?;
    let view = ProjectView { target: Some(&row.target), ..ProjectView::default() };
    let opened_id = row.opened_commit_id.as_deref().unwrap_or_default();
    let resolved = row.resolved_build_id.zip(row.resolved_commit_id.as_deref());
    Some(ResolvedLine {
        subject: row.subject.clone(),
        target: row.target.clone(),
        target_url: urls::project_view(&project.name, view),
        limit: Bytes(size(row.limit_bytes)),
        opened: Commit::new(
            &project.name,
            row.opened_build_id,
            opened_id,
            row.opened_committed_at.unwrap_or(row.opened_at),
        )
        .said(row.opened_message.clone(), row.opened_author.clone()),
        opened_at: Moment(row.opened_at),
        opened_text: size_text(size_of(row.opened_bytes)),
        resolved: resolved.map(|(build_id, commit_id)| {
            Commit::new(&project.name, build_id, commit_id, row.resolved_committed_at.unwrap_or(resolved_at))
                .said(row.resolved_message.clone(), None)
        }),
        resolved_at: Moment(resolved_at),
        resolved_text: size_text(size_of(row.resolved_bytes)),
        change: match row.resolved_limit_bytes {
            None => Change::Dropped,
            Some(limit) if limit > row.limit_bytes => Change::Raised(Bytes(size(limit))),
            Some(_) => Change::Kept,
        },
    })
}
