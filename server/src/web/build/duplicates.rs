//! `GET /{owner}/{name}/builds/{build_id}/duplicates`: what is there more than once.

use super::frame::{BuildCard, Frame};
use super::names::{Names, SymbolLink};
use crate::auth::ReadProject;
use crate::extract::Path;
use crate::state::AppState;
use crate::urls::{self, BuildPart};
use crate::web::format::{Address, Bytes, Count};
use crate::web::shell::{ProjectHead, Shell};
use crate::web::{Page, PageResult};
use askama::Template;
use axum::extract::State;
use plimsoll_analyzer::Report;
use uuid::Uuid;

/// More rows of one table stand in the report alone.
const MAX_ROWS: usize = 100;

/// The page.
#[derive(Template)]
#[template(path = "pages/build_duplicates.html")]
pub struct DuplicatesPage {
    shell: Shell,
    project: ProjectHead,
    build: BuildCard,
    before: Option<&'static str>,
    found: Option<Duplicates>,
}

struct Duplicates {
    families: Capped<FamilyLine>,
    bodies: Capped<BodiesLine>,
    texts: Capped<TextLine>,
}

/// The most saving of some rows, and how many more there are.
struct Capped<T> {
    rows: Vec<T>,
    more: Option<String>,
}

impl<T> Capped<T> {
    fn new(rows: impl ExactSizeIterator<Item = T>) -> Self {
        let n_more = rows.len().saturating_sub(MAX_ROWS);
        let more = (n_more > 0).then(|| format!("and {} more, which the report lists", Count(n_more)));
        Self { rows: rows.take(MAX_ROWS).collect(), more }
    }
}

struct FamilyLine {
    name: String,
    instances: Vec<SymbolLink>,
    more: Option<String>,
    total: Bytes,
    saves: Bytes,
}

struct BodiesLine {
    functions: Vec<SymbolLink>,
    more: Option<String>,
    size: Bytes,
    saves: Bytes,
}

struct TextLine {
    text: String,
    at: Vec<Address>,
    n_times: Count,
    size: Bytes,
    saves: Bytes,
}

/// Shows the page.
pub async fn show(
    State(state): State<AppState>,
    read: ReadProject,
    Path((_, _, build_id)): Path<(String, String, Uuid)>,
) -> PageResult<DuplicatesPage> {
    let frame = Frame::load(&state, read, build_id, Some(BuildPart::Duplicates)).await?;
    let report = frame.report.as_ref();
    let is_old = |it: &&Report| it.schema_version < 3;
    let before = report.filter(is_old).map(|_| {
        "The build was measured before Plimsoll looked for duplicates. Builds that are uploaded from now on show them."
    });
    let found = report
        .filter(|it| !is_old(it))
        .map(|report| duplicates(&Names { report, project: frame.name(), build_id }));
    Ok(Page(DuplicatesPage { before, found, shell: frame.shell, project: frame.project, build: frame.build }))
}

fn duplicates(names: &Names<'_>) -> Duplicates {
    let report = names.report;
    let families = report.families.iter().map(|it| {
        let (instances, more) = names.first(&it.symbols);
        let (total, saves) = (Bytes(it.total_bytes), Bytes(it.saves_up_to_bytes));
        FamilyLine { name: it.name.clone(), instances, more, total, saves }
    });
    let bodies = report.identical_bodies.iter().map(|it| {
        let (functions, more) = names.first(&it.symbols);
        BodiesLine { functions, more, size: Bytes(it.size_bytes), saves: Bytes(it.saves_up_to_bytes) }
    });
    let texts = report.duplicate_texts.iter().map(|it| TextLine {
        text: it.text.clone(),
        at: it.run_addresses.iter().take(8).map(|it| Address(*it)).collect(),
        n_times: Count(it.run_addresses.len()),
        size: Bytes(it.size_bytes),
        saves: Bytes(it.saves_up_to_bytes),
    });
    Duplicates { families: Capped::new(families), bodies: Capped::new(bodies), texts: Capped::new(texts) }
}
