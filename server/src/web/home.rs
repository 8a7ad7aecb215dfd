//! `GET /`: the projects that the visitor may read.

use super::format::{Moment, counted};
use super::gauge::Standing;
use super::shell::Shell;
use super::{Page, PageResult};
use crate::auth::Viewer;
use crate::db::views::projects::{StandingRow, standings};
use crate::domain::Project;
use crate::state::AppState;
use crate::{db, urls};
use askama::Template;
use axum::extract::State;
use plimsoll_protocol::ProjectName;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The page.
#[derive(Template)]
#[template(path = "pages/home.html")]
pub struct HomePage {
    shell: Shell,
    projects: Vec<ProjectCard>,
}

struct ProjectCard {
    name: ProjectName,
    url: String,
    description: String,
    public: bool,
    standing: Standing,
    words: String,
    counts: String,
    latest_at: Option<Moment>,
}

/// Shows the list.
pub async fn list(State(state): State<AppState>, viewer: Viewer) -> PageResult<HomePage> {
    let projects = match viewer {
        Viewer::Admin => db::projects::list(&state.db).await?,
        Viewer::Project { project_id, .. } => db::projects::list_public(&state.db, Some(project_id)).await?,
        Viewer::Anonymous => db::projects::list_public(&state.db, None).await?,
    };
    let ids: Vec<Uuid> = projects.iter().map(|it| it.project_id).collect();
    let rows = standings(&state.db, &ids).await?;
    let standings: BTreeMap<Uuid, StandingRow> = rows.into_iter().map(|it| (it.project_id, it)).collect();
    let projects = projects.into_iter().map(|it| card(standings.get(&it.project_id), it)).collect();
    let shell = Shell::new("Projects", viewer, urls::HOME).with_json(urls::api_projects());
    Ok(Page(HomePage { shell, projects }))
}

fn card(row: Option<&StandingRow>, project: Project) -> ProjectCard {
    let (standing, words) = row.map_or((Standing::Open, "no build yet".to_owned()), stands);
    ProjectCard {
        url: urls::project(&project.name),
        name: project.name,
        description: project.description,
        public: project.is_public,
        standing,
        words,
        counts: row.map_or_else(String::new, counts),
        latest_at: row.and_then(|it| it.latest_at).map(Moment),
    }
}

fn stands(row: &StandingRow) -> (Standing, String) {
    match (row.n_open_alerts, row.n_budgets, row.n_builds) {
        (1.., _, _) => (Standing::Over, format!("over the line: {}", counted(n(row.n_open_alerts), "alert"))),
        (_, _, 0) => (Standing::Open, "no build yet".to_owned()),
        (_, 0, _) => (Standing::Open, "no budget set".to_owned()),
        _ => (Standing::Fine, "every budget holds".to_owned()),
    }
}

fn counts(row: &StandingRow) -> String {
    format!("{}, {}", counted(n(row.n_targets), "target"), counted(n(row.n_builds), "build"))
}

fn n(count: i64) -> usize {
    usize::try_from(count).unwrap_or(0)
}
