//! `GET /{owner}/{name}/symbols?target=…&name=…`: the builds that changed the size of one symbol.

use super::commit::{Commit, kind_of, kind_words, size_of, size_text};
use super::format::Delta;
use super::shell::{ProjectHead, Shell, Tab};
use super::{Page, PageResult};
use crate::auth::ReadProject;
use crate::db::views::symbols::{SymbolChangeRow, history};
use crate::domain::Project;
use crate::extract::Query;
use crate::state::AppState;
use crate::urls::{self, ProjectView};
use askama::Template;
use axum::extract::State;
use plimsoll_analyzer::ChangeKind;
use serde::Deserialize;

const MAX_CHANGES: i64 = 500;

/// Which symbol.
#[derive(Debug, Deserialize)]
pub struct SymbolQuery {
    target: String,
    name: String,
}

/// The page.
#[derive(Template)]
#[template(path = "pages/symbol.html")]
pub struct SymbolPage {
    shell: Shell,
    project: ProjectHead,
    name: String,
    target: String,
    target_url: String,
    rows: Vec<ChangeLine>,
}

struct ChangeLine {
    commit: Commit,
    section: String,
    moved_from: Option<String>,
    alias: Option<Alias>,
    old: Option<u64>,
    new: Option<u64>,
    delta: Delta,
    kind: &'static str,
    style: &'static str,
}

/// The name on the other side of a renaming.
struct Alias {
    /// `from` or `to`.
    verb: &'static str,
    name: String,
    url: String,
}

impl ChangeLine {
    fn old_text(&self) -> String {
        size_text(self.old)
    }

    fn new_text(&self) -> String {
        size_text(self.new)
    }
}

/// Shows the page.
pub async fn show(
    State(state): State<AppState>,
    read: ReadProject,
    Query(query): Query<SymbolQuery>,
) -> PageResult<SymbolPage> {
    let project = &read.project;
    let head = ProjectHead::load(&state, &read, Tab::None).await?;
    let rows = match has_nul(&query) {
        true => Vec::new(),
        false => history(&state.db, project.project_id, (&query.target, &query.name), MAX_CHANGES).await?,
    };
    let here = urls::symbol(&project.name, &query.target, &query.name);
    let view = ProjectView { target: Some(&query.target), ..ProjectView::default() };
    Ok(Page(SymbolPage {
        shell: Shell::new(format!("{} in {}", query.name, project.name), read.viewer, here)
            .with_json(urls::api_symbol(&project.name, &query.target, &query.name)),
        project: head,
        target_url: urls::project_view(&project.name, view),
        rows: rows.into_iter().map(|it| line(project, &query, it)).collect(),
        name: query.name,
        target: query.target,
    }))
}

/// No name in an ELF holds a NUL, and Postgres takes none.
fn has_nul(query: &SymbolQuery) -> bool {
    query.target.contains('\0') || query.name.contains('\0')
}

fn line(project: &Project, query: &SymbolQuery, row: SymbolChangeRow) -> ChangeLine {
    let (old, new) = (size_of(row.old_bytes), size_of(row.new_bytes));
    let kind = match (&row.old_name, &row.moved_from) {
        (Some(_), _) => ChangeKind::Renamed,
        (None, Some(_)) => ChangeKind::Moved,
        (None, None) => kind_of(old, new),
    };
    let (kind, style) = kind_words(kind);
    ChangeLine {
        commit: Commit::new(&project.name, row.build_id, &row.commit_id, row.committed_at)
            .said(row.message, row.author)
            .on(row.branch.as_deref(), row.pull_request),
        alias: row.old_name.map(|it| alias(project, query, it, row.name)),
        section: row.section,
        moved_from: row.moved_from,
        old,
        new,
        delta: Delta::between(old, new),
        kind,
        style,
    }
}

fn alias(project: &Project, query: &SymbolQuery, old_name: String, new_name: String) -> Alias {
    let (verb, name) = if new_name == query.name { ("from", old_name) } else { ("to", new_name) };
    Alias { verb, url: urls::symbol(&project.name, &query.target, &name), name }
}
