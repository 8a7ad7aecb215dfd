//! `GET /{owner}/{name}/builds/{build_id}/source`: which crates, files and compile units the bytes come from.

use super::frame::{BuildCard, Frame};
use super::names::unknown;
use crate::auth::ReadProject;
use crate::extract::Path;
use crate::state::AppState;
use crate::urls::{self, BuildPart};
use crate::web::commit::{Bar, size_text};
use crate::web::format::{Bytes, Count, percent};
use crate::web::shell::{ProjectHead, Shell};
use crate::web::{Page, PageResult};
use askama::Template;
use axum::extract::State;
use plimsoll_analyzer::Report;
use plimsoll_analyzer::report::{CrateUse, FileUse, UnitUse};
use uuid::Uuid;

/// More rows than these stand in the report alone.
const MAX_ROWS: usize = 500;

/// The page.
#[derive(Template)]
#[template(path = "pages/build_source.html")]
pub struct SourcePage {
    shell: Shell,
    project: ProjectHead,
    build: BuildCard,
    source: Option<SourceView>,
}

struct SourceView {
    crates: Vec<CrateLine>,
    has_origins: bool,
    located: Option<String>,
    no_files: Option<String>,
    files: Vec<FileLine>,
    files_words: String,
    units: Vec<UnitLine>,
    units_words: String,
}

struct CrateLine {
    name: String,
    flash: Bytes,
    ram: Bytes,
    host: Bytes,
    defining: Bytes,
    retained: String,
    n_symbols: Count,
    bar: Bar,
}

struct FileLine {
    path: String,
    code: Bytes,
    bar: Bar,
}

struct UnitLine {
    name: String,
    language: String,
    producer: String,
    flash: Bytes,
    ram: Bytes,
}

/// Shows the page.
pub async fn show(
    State(state): State<AppState>,
    read: ReadProject,
    Path((_, _, build_id)): Path<(String, String, Uuid)>,
) -> PageResult<SourcePage> {
    let frame = Frame::load(&state, read, build_id, Some(BuildPart::Source)).await?;
    let source = frame.report.as_ref().map(view);
    Ok(Page(SourcePage { source, shell: frame.shell, project: frame.project, build: frame.build }))
}

fn view(report: &Report) -> SourceView {
    let biggest_crate = report.crates.iter().map(|it| it.flash_bytes).max().unwrap_or(0);
    let biggest_file = report.files.iter().map(|it| it.code_bytes).max().unwrap_or(0);
    let code = &report.code;
    let located = (code.located_bytes > 0).then(|| {
        let share = percent(code.located_bytes, code.symbol_bytes);
        format!(
            "{} of {} of code ({share}) come from a known line",
            Bytes(code.located_bytes),
            Bytes(code.symbol_bytes)
        )
    });
    SourceView {
        crates: report.crates.iter().map(|it| crate_line(it, biggest_crate)).collect(),
        has_origins: code.symbol_bytes > 0,
        located,
        no_files: report.files.is_empty().then(|| unknown(report, "Source files")),
        files: report.files.iter().take(MAX_ROWS).map(|it| file_line(it, biggest_file)).collect(),
        files_words: cut_words(report.files.len()),
        units: report.units.iter().take(MAX_ROWS).map(unit_line).collect(),
        units_words: cut_words(report.units.len()),
    }
}

fn cut_words(n_rows: usize) -> String {
    match n_rows > MAX_ROWS {
        true => format!("; the first {} of {}, the report has all", Count(MAX_ROWS), Count(n_rows)),
        false => String::new(),
    }
}

fn crate_line(it: &CrateUse, biggest: u64) -> CrateLine {
    CrateLine {
        name: it.name.clone(),
        flash: Bytes(it.flash_bytes),
        ram: Bytes(it.ram_bytes),
        host: Bytes(it.code_bytes),
        defining: Bytes(it.defining_bytes),
        retained: size_text(it.retained_bytes),
        n_symbols: Count::from(it.n_symbols),
        bar: Bar::share(it.flash_bytes, biggest),
    }
}

fn file_line(it: &FileUse, biggest: u64) -> FileLine {
    FileLine { path: it.path.clone(), code: Bytes(it.code_bytes), bar: Bar::share(it.code_bytes, biggest) }
}

fn unit_line(it: &UnitUse) -> UnitLine {
    UnitLine {
        name: it.name.clone(),
        language: it.language.clone().unwrap_or_default(),
        producer: it.producer.clone().unwrap_or_default(),
        flash: Bytes(it.flash_bytes),
        ram: Bytes(it.ram_bytes),
    }
}
