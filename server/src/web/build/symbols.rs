//! `GET /{owner}/{name}/builds/{build_id}/symbols`: narrowed by a text and a kind, ordered by a column, all
//! in the address.

mod sort;

use super::frame::{BuildCard, Frame};
use super::names::Names;
use super::outside::{OutsideView, outside};
use crate::auth::ReadProject;
use crate::extract::{Path, Query};
use crate::state::AppState;
use crate::urls::{self, BuildPart, SymbolsView};
use crate::web::commit::{Bar, size_text};
use crate::web::format::{Address, Bytes, Count, counted};
use crate::web::shell::{ProjectHead, Shell};
use crate::web::{Page, PageResult};
use askama::Template;
use axum::extract::State;
use plimsoll_analyzer::report::{Symbol, SymbolKind};
use serde::Deserialize;
use sort::Sort;
use uuid::Uuid;

/// Which symbols are asked for, in which order.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct SymbolsQuery {
    filter: Option<String>,
    kind: Option<String>,
    sort: Option<String>,
    all: Option<String>,
}

/// The page.
#[derive(Template)]
#[template(path = "pages/build_symbols.html")]
pub struct SymbolsPage {
    shell: Shell,
    project: ProjectHead,
    build: BuildCard,
    symbols: Option<SymbolTable>,
    outside_of_image: Option<OutsideView>,
}

/// More rows than these are shown on demand.
const FIRST_ROWS: usize = 50;
/// And never more than these; the report has all.
const MAX_ROWS: usize = 5000;

/// Whose symbols are shown, and which.
struct Context<'a> {
    names: Names<'a>,
    target: &'a str,
    query: &'a SymbolsQuery,
}

impl Context<'_> {
    fn link(&self, view: SymbolsView<'_>) -> String {
        urls::build_symbols(self.names.project, self.names.build_id, view)
    }
}

/// The table.
pub struct SymbolTable {
    /// The page itself.
    pub action_url: String,
    /// The text that is looked for.
    pub filter: String,
    /// The kinds that there are.
    pub kinds: Vec<KindChoice>,
    /// The column that orders.
    pub sort: String,
    /// How much is shown.
    pub words: String,
    /// The page with all rows, where some are missing.
    pub all_url: Option<String>,
    /// How many match.
    pub n_matching: Count,
    /// The page without a filter.
    pub clear_url: Option<String>,
    /// What the text may be.
    pub searched: &'static str,
    /// Whether the linker's map tells of any symbol where it was linked from.
    pub has_links: bool,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<SymbolLine>,
}

/// A kind to choose.
pub struct KindChoice {
    /// As the report says it.
    pub key: String,
    /// In words.
    pub label: String,
    /// Whether only this one is shown.
    pub selected: bool,
}

/// A column's head.
pub struct Column {
    /// Its text.
    pub label: &'static str,
    /// The page ordered by it.
    pub url: String,
    /// Whether it holds numbers.
    pub numeric: bool,
    /// `ascending` or `descending` where it orders.
    pub order: Option<&'static str>,
}

/// A symbol.
pub struct SymbolLine {
    /// Its name.
    pub name: String,
    /// Its history.
    pub url: String,
    /// Why it is there.
    pub why_url: Option<String>,
    /// Where it was written.
    pub place: Option<String>,
    /// Who refers to what has no symbol.
    pub referrers: Option<String>,
    /// Whether nothing leads to it.
    pub unreachable: bool,
    /// Its size.
    pub size: Bytes,
    /// What would go if it went.
    pub retained: String,
    /// What it is.
    pub kind: String,
    /// Its crate.
    pub krate: String,
    /// Its section.
    pub section: String,
    /// The section and object file that it was linked from, where the linker's map tells.
    pub linked_from: String,
    /// Its address.
    pub address: Address,
    /// Beside the biggest.
    pub bar: Bar,
}

/// Shows the page.
pub async fn show(
    State(state): State<AppState>,
    read: ReadProject,
    Path((_, _, build_id)): Path<(String, String, Uuid)>,
    Query(query): Query<SymbolsQuery>,
) -> PageResult<SymbolsPage> {
    let frame = Frame::load(&state, read, build_id, Some(BuildPart::Symbols)).await?;
    let names = frame.report.as_ref().map(|report| Names { report, project: frame.name(), build_id });
    let symbols = names.map(|names| table(&Context { names, target: &frame.build.target, query: &query }));
    let outside_of_image = names.as_ref().and_then(outside);
    let Frame { shell, project, build, .. } = frame;
    Ok(Page(SymbolsPage { symbols, outside_of_image, shell, project, build }))
}

fn table(context: &Context<'_>) -> SymbolTable {
    let report = context.names.report;
    let query = context.query;
    let filter = query.filter.as_deref().unwrap_or_default().trim();
    let kinds = kinds(&report.symbols, query.kind.as_deref());
    let kind = kinds.iter().find(|it| it.selected).map(|it| it.key.as_str());
    let sort = Sort::parse(query.sort.as_deref());
    let is_kind = |it: &&Symbol| kind.is_none_or(|kind| kind_key(it.kind) == kind);
    let lowercase = filter.to_lowercase();
    let mut matching: Vec<&Symbol> =
        report.symbols.iter().filter(is_kind).filter(|it| matches(it, &lowercase)).collect();
    sort.apply(&mut matching);
    let n_rows = if query.all.is_some() { MAX_ROWS } else { FIRST_ROWS };
    let has_links = report.symbols.iter().any(|it| linked_from(it).is_some());
    let columns = Sort::ALL.iter().filter(|it| has_links || it.0 != Sort::LinkedFrom);
    let biggest = matching.iter().map(|it| it.size_bytes).max().unwrap_or(0);
    let filter_of_view = Some(filter).filter(|it| !it.is_empty());
    let view = SymbolsView { filter: filter_of_view, kind, sort: Some(sort.key()), all: false };
    let is_cut = matching.len() > n_rows && n_rows < MAX_ROWS;
    let is_narrowed = view.filter.is_some() || view.kind.is_some();
    SymbolTable {
        action_url: urls::build_part(context.names.project, context.names.build_id, BuildPart::Symbols),
        words: words(report.symbols.len(), &matching, n_rows, is_narrowed),
        all_url: is_cut.then(|| context.link(SymbolsView { all: true, ..view })),
        n_matching: Count(matching.len()),
        clear_url: is_narrowed.then(|| context.link(SymbolsView { filter: None, kind: None, ..view })),
        columns: columns.map(|(it, label)| column(*it, label, sort, (context, view))).collect(),
        rows: matching.iter().take(n_rows).map(|it| line(it, biggest, context)).collect(),
        searched: if has_links { "name, section or object" } else { "name, crate or section" },
        has_links,
        sort: sort.key().to_owned(),
        filter: filter.to_owned(),
        kinds,
    }
}

/// The kinds that the report has, in the order in which it ranks them.
fn kinds(symbols: &[Symbol], wanted: Option<&str>) -> Vec<KindChoice> {
    let mut kinds: Vec<SymbolKind> = symbols.iter().map(|it| it.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let choice = |it: SymbolKind| {
        let key = kind_key(it);
        KindChoice { label: key.replace('_', " "), selected: Some(key.as_str()) == wanted, key }
    };
    kinds.into_iter().map(choice).collect()
}

/// The word that the report has for a kind.
fn kind_key(kind: SymbolKind) -> String {
    let word = serde_json::to_value(kind).ok();
    word.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

/// Whether a symbol holds the text, which is in lower case.
fn matches(symbol: &Symbol, filter: &str) -> bool {
    let holds = |text: &str| text.to_lowercase().contains(filter);
    filter.is_empty()
        || holds(&symbol.name)
        || holds(&symbol.section)
        || holds(&symbol.mangled)
        || symbol.krate.as_deref().is_some_and(holds)
        || symbol.linked_from.as_deref().is_some_and(holds)
}

fn words(n_symbols: usize, matching: &[&Symbol], n_rows: usize, is_narrowed: bool) -> String {
    let sum = matching.iter().fold(0_u64, |sum, it| sum.saturating_add(it.size_bytes));
    let shown = Count(matching.len().min(n_rows));
    let (n_matching, sum) = (Count(matching.len()), Bytes(sum));
    match (n_symbols, is_narrowed) {
        (0, _) => "The file has no symbols.".to_owned(),
        (_, false) => format!("{shown} of {} shown, {sum} in all", counted(n_symbols, "symbol")),
        (_, true) => {
            format!("{n_matching} of {} fit, {sum} in all; {shown} shown", counted(n_symbols, "symbol"))
        }
    }
}

fn column(
    own: Sort,
    label: &'static str,
    current: Sort,
    (context, view): (&Context<'_>, SymbolsView<'_>),
) -> Column {
    let numeric = matches!(own, Sort::Size | Sort::Retained);
    let order = if numeric { "descending" } else { "ascending" };
    Column {
        label,
        url: context.link(SymbolsView { sort: Some(own.key()), ..view }),
        numeric,
        order: (own == current).then_some(order),
    }
}

fn line(symbol: &Symbol, biggest: u64, context: &Context<'_>) -> SymbolLine {
    let names = &context.names;
    SymbolLine {
        name: symbol.name.clone(),
        url: urls::symbol(names.project, context.target, &symbol.name),
        why_url: names.why_url(symbol),
        place: names.place(symbol),
        referrers: referrers(symbol, names),
        unreachable: symbol.reachable == Some(false),
        size: Bytes(symbol.size_bytes),
        retained: size_text(symbol.retained_bytes),
        kind: kind_key(symbol.kind).replace('_', " "),
        krate: symbol.krate.clone().unwrap_or_default(),
        section: symbol.section.clone(),
        linked_from: linked_from(symbol).unwrap_or_default().to_owned(),
        address: Address(symbol.run_address),
        bar: Bar::share(symbol.size_bytes, biggest),
    }
}

/// Where a symbol was linked from, unless that is its name.
fn linked_from(symbol: &Symbol) -> Option<&str> {
    symbol.linked_from.as_deref().filter(|it| *it != symbol.name)
}

/// The first of those who refer to a constant without a symbol.
fn referrers(symbol: &Symbol, names: &Names<'_>) -> Option<String> {
    const N_NAMED: usize = 2;
    let of = |idx: &usize| names.report.symbols.get(*idx).map(|it| it.name.as_str());
    let first: Vec<&str> = symbol.referred_by.iter().filter_map(of).take(N_NAMED).collect();
    let more = if symbol.referred_by.len() > N_NAMED { " and others" } else { "" };
    (!first.is_empty()).then(|| format!("for {}{more}", first.join(", ")))
}
