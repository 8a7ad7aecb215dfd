//! `GET /{owner}/{name}/builds/{build_id}/formatting`: what formatting and panics cost, and which source
//! lines ask for them.

use super::frame::{BuildCard, Frame};
use super::names::{Names, SymbolLink, unknown};
use super::prediction::{Asked, accuracy_words, asked};
use crate::auth::ReadProject;
use crate::extract::{Path, Query};
use crate::state::AppState;
use crate::urls::{self, BuildPart};
use crate::web::commit::Bar;
use crate::web::format::{Bytes, Count, counted};
use crate::web::shell::{ProjectHead, Shell};
use crate::web::{Page, PageResult};
use askama::Template;
use axum::extract::State;
use plimsoll_analyzer::report::{Blame, BlamedLine, HelperUse};
use uuid::Uuid;

/// More lines than these stand in the report alone.
const MAX_LINES: usize = 200;

/// The page.
#[derive(Template)]
#[template(path = "pages/build_formatting.html")]
pub struct FormattingPage {
    shell: Shell,
    project: ProjectHead,
    build: BuildCard,
    costs: Option<Costs>,
    form_url: String,
    asked: Asked,
    accuracy: String,
}

struct Costs {
    formatting: Machinery,
    panics: Machinery,
    helpers: Vec<HelperLine>,
}

/// What one sort of machinery costs.
struct Machinery {
    own: Bytes,
    details: Vec<(String, Bytes)>,
    blame: Option<BlameView>,
    unknown: Option<String>,
    n_symbols: Count,
    /// The biggest, and how many more there are.
    symbols: Vec<SymbolLink>,
    more: Option<String>,
}

struct BlameView {
    together: Bytes,
    lines: Vec<LineView>,
    more: Option<String>,
    crates: Vec<CrateView>,
}

struct LineView {
    /// `src/main.rs:42`.
    place: String,
    file: String,
    line: u32,
    is_ticked: bool,
    function: String,
    krate: String,
    saves: Bytes,
    shared: Bytes,
    bar: Bar,
}

struct CrateView {
    name: String,
    n_lines: Count,
    saves: Bytes,
    bar: Bar,
}

struct HelperLine {
    symbol: SymbolLink,
    purpose: String,
    used_by: Vec<SymbolLink>,
    n_left_out: Count,
}

/// Shows the page.
pub async fn show(
    State(state): State<AppState>,
    read: ReadProject,
    Path((_, _, build_id)): Path<(String, String, Uuid)>,
    Query(query): Query<Vec<(String, String)>>,
) -> PageResult<FormattingPage> {
    let asked = asked(&state, (read.project.project_id, build_id), &query).await?;
    let frame = Frame::load(&state, read, build_id, Some(BuildPart::Formatting)).await?;
    let report = frame.report.as_ref();
    let mut costs = report.map(|report| costs(&Names { report, project: frame.name(), build_id }));
    let lines = costs.iter_mut().filter_map(|it| it.formatting.blame.as_mut()).flat_map(|it| &mut it.lines);
    lines.for_each(|it| it.is_ticked = asked.lines.contains(&it.place));
    Ok(Page(FormattingPage {
        costs,
        form_url: urls::build_part(frame.name(), build_id, BuildPart::Formatting),
        asked,
        accuracy: accuracy_words(),
        shell: frame.shell,
        project: frame.project,
        build: frame.build,
    }))
}

fn costs(names: &Names<'_>) -> Costs {
    let (formatting, panics) = (&names.report.formatting, &names.report.panics);
    let own = (formatting.total_bytes, formatting.symbols.as_slice());
    let panic_own = (panics.total_bytes, panics.symbols.as_slice());
    let mut costs = Costs {
        formatting: machinery(names, "Who formats", own, formatting.blame.as_ref()),
        panics: machinery(names, "Who may panic", panic_own, panics.blame.as_ref()),
        helpers: names.report.helpers.iter().filter_map(|it| helper(names, it)).collect(),
    };
    costs.formatting.details = present(&[("for floating-point numbers", formatting.float_bytes)]);
    let records = format!("in {} of places", counted(panics.n_locations as usize, "record"));
    costs.panics.details = present(&[
        ("messages", panics.message_bytes),
        (&records, panics.location_bytes),
        ("paths of source files", panics.path_bytes),
    ]);
    costs
}

fn present(details: &[(&str, u64)]) -> Vec<(String, Bytes)> {
    details.iter().filter(|it| it.1 > 0).map(|it| (it.0.to_owned(), Bytes(it.1))).collect()
}

fn machinery(
    names: &Names<'_>,
    question: &str,
    (own_bytes, symbols): (u64, &[usize]),
    blame: Option<&Blame>,
) -> Machinery {
    let n_symbols = symbols.len();
    let (symbols, more) = names.first(symbols);
    Machinery {
        n_symbols: Count(n_symbols),
        more,
        own: Bytes(own_bytes),
        details: Vec::new(),
        blame: blame.map(blame_view),
        unknown: blame.is_none().then(|| unknown(names.report, question)),
        symbols,
    }
}

fn blame_view(blame: &Blame) -> BlameView {
    let whole = blame.saves_at_least_bytes;
    let n_shown = blame.lines.len().min(MAX_LINES);
    let more = (blame.lines.len() > n_shown).then(|| {
        let n_more = Count(blame.lines.len() - n_shown);
        format!("and {n_more} more, which the report lists")
    });
    let left_out = (blame.n_lines_left_out > 0).then(|| {
        let n_left_out = Count::from(blame.n_lines_left_out);
        format!("{n_left_out} more are in the sums and were not worked out one by one")
    });
    let more = [more, left_out].into_iter().flatten().collect::<Vec<_>>().join("; ");
    let crates = blame.crates.iter().map(|it| CrateView {
        name: it.name.clone(),
        n_lines: Count::from(it.n_lines),
        saves: Bytes(it.saves_at_least_bytes),
        bar: Bar::share(it.saves_at_least_bytes, whole),
    });
    BlameView {
        together: Bytes(whole),
        lines: blame.lines.iter().take(n_shown).map(|it| line_view(it, whole)).collect(),
        more: (!more.is_empty()).then_some(more),
        crates: crates.collect(),
    }
}

fn line_view(it: &BlamedLine, whole: u64) -> LineView {
    LineView {
        place: format!("{}:{}", it.file, it.line),
        file: it.file.clone(),
        line: it.line,
        is_ticked: false,
        function: it.function.clone().unwrap_or_default(),
        krate: it.krate.clone().unwrap_or_default(),
        saves: Bytes(it.saves_at_least_bytes),
        shared: Bytes(it.shared_bytes),
        bar: Bar::share(it.saves_at_least_bytes, whole),
    }
}

fn helper(names: &Names<'_>, it: &HelperUse) -> Option<HelperLine> {
    Some(HelperLine {
        symbol: names.symbol(it.symbol)?,
        purpose: it.purpose.clone(),
        used_by: names.symbols(&it.used_by),
        n_left_out: Count::from(it.n_left_out),
    })
}
