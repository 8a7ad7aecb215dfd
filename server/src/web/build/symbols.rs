//! The table of symbols: narrowed by a text, ordered by a column, both in the address.

use super::BuildQuery;
use crate::urls::{self, SymbolsView};
use crate::web::commit::Bar;
use crate::web::format::{Address, Bytes, Count, counted};
use plimsoll_analyzer::Report;
use plimsoll_analyzer::report::Symbol;
use plimsoll_protocol::ProjectName;
use uuid::Uuid;

/// More rows than these are shown on demand.
const FIRST_ROWS: usize = 50;
/// And never more than these; the report has all.
const MAX_ROWS: usize = 5000;

/// Whose symbols are shown, and which.
pub struct Context<'a> {
    /// The project.
    pub project: &'a ProjectName,
    /// The build.
    pub build_id: Uuid,
    /// Its target.
    pub target: &'a str,
    /// What is asked for.
    pub query: &'a BuildQuery,
}

impl Context<'_> {
    fn link(&self, view: SymbolsView<'_>) -> String {
        urls::build_symbols(self.project, self.build_id, view)
    }
}

/// The table.
pub struct SymbolTable {
    /// The page itself.
    pub action_url: String,
    /// The text that is looked for.
    pub filter: String,
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
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<SymbolLine>,
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
    /// Its size.
    pub size: Bytes,
    /// Its crate.
    pub krate: String,
    /// Its section.
    pub section: String,
    /// Its address.
    pub address: Address,
    /// Beside the biggest.
    pub bar: Bar,
}

/// Orders of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Size,
    Name,
    Crate,
    Section,
    Address,
}

impl Sort {
    const ALL: [(Sort, &'static str); 5] = [
        (Sort::Name, "Symbol"),
        (Sort::Size, "Size"),
        (Sort::Crate, "Crate"),
        (Sort::Section, "Section"),
        (Sort::Address, "Address"),
    ];

    fn key(self) -> &'static str {
        match self {
            Sort::Size => "size",
            Sort::Name => "name",
            Sort::Crate => "crate",
            Sort::Section => "section",
            Sort::Address => "address",
        }
    }

    fn parse(text: Option<&str>) -> Self {
        let wanted = Sort::ALL.iter().find(|(it, _)| Some(it.key()) == text);
        wanted.map_or(Sort::Size, |(it, _)| *it)
    }

    /// Biggest first; everything else ascending, and then biggest first.
    fn apply(self, rows: &mut [&Symbol]) {
        match self {
            Sort::Size => {
                rows.sort_by(|a, b| b.size_bytes.cmp(&a.size_bytes).then_with(|| a.name.cmp(&b.name)))
            }
            Sort::Name => rows.sort_by(|a, b| a.name.cmp(&b.name)),
            Sort::Crate => rows.sort_by(|a, b| (&a.krate, b.size_bytes).cmp(&(&b.krate, a.size_bytes))),
            Sort::Section => rows.sort_by(|a, b| (&a.section, b.size_bytes).cmp(&(&b.section, a.size_bytes))),
            Sort::Address => rows.sort_by_key(|it| it.run_address),
        }
    }
}

/// Shapes the table.
pub fn table(report: &Report, context: &Context<'_>) -> SymbolTable {
    let filter = context.query.filter.clone().unwrap_or_default();
    let filter = filter.trim();
    let sort = Sort::parse(context.query.sort.as_deref());
    let mut matching: Vec<&Symbol> = report.symbols.iter().filter(|it| matches(it, filter)).collect();
    sort.apply(&mut matching);
    let n_rows = if context.query.all.is_some() { MAX_ROWS } else { FIRST_ROWS };
    let biggest = matching.iter().map(|it| it.size_bytes).max().unwrap_or(0);
    let view =
        SymbolsView { filter: Some(filter).filter(|it| !it.is_empty()), sort: Some(sort.key()), all: false };
    let is_cut = matching.len() > n_rows && n_rows < MAX_ROWS;
    SymbolTable {
        action_url: urls::build(context.project, context.build_id),
        words: words(report, &matching, n_rows, filter),
        all_url: is_cut.then(|| context.link(SymbolsView { all: true, ..view })),
        n_matching: Count(matching.len()),
        clear_url: view.filter.map(|_| context.link(SymbolsView { filter: None, ..view })),
        columns: Sort::ALL.iter().map(|(it, label)| column(*it, label, sort, (context, view))).collect(),
        rows: matching.iter().take(n_rows).map(|it| line(it, biggest, context)).collect(),
        sort: sort.key().to_owned(),
        filter: filter.to_owned(),
    }
}

fn matches(symbol: &Symbol, filter: &str) -> bool {
    let filter = filter.to_lowercase();
    let holds = |text: &str| text.to_lowercase().contains(&filter);
    filter.is_empty()
        || holds(&symbol.name)
        || holds(&symbol.section)
        || holds(&symbol.mangled)
        || symbol.krate.as_deref().is_some_and(holds)
}

fn words(report: &Report, matching: &[&Symbol], n_rows: usize, filter: &str) -> String {
    let sum = matching.iter().fold(0_u64, |sum, it| sum.saturating_add(it.size_bytes));
    let shown = matching.len().min(n_rows);
    match (report.symbols.is_empty(), filter.is_empty()) {
        (true, _) => "The file has no symbols.".to_owned(),
        (_, true) => {
            format!("{} of {} shown, {} in all", Count(shown), counted(matching.len(), "symbol"), Bytes(sum))
        }
        (_, false) => format!(
            "{} of {} with “{filter}”, {} in all; {} shown",
            Count(matching.len()),
            counted(report.symbols.len(), "symbol"),
            Bytes(sum),
            Count(shown)
        ),
    }
}

fn column(
    own: Sort,
    label: &'static str,
    current: Sort,
    (context, view): (&Context<'_>, SymbolsView<'_>),
) -> Column {
    let order = if own == Sort::Size { "descending" } else { "ascending" };
    Column {
        label,
        url: context.link(SymbolsView { sort: Some(own.key()), ..view }),
        numeric: own == Sort::Size,
        order: (own == current).then_some(order),
    }
}

fn line(symbol: &Symbol, biggest: u64, context: &Context<'_>) -> SymbolLine {
    SymbolLine {
        name: symbol.name.clone(),
        url: urls::symbol(context.project, context.target, &symbol.name),
        size: Bytes(symbol.size_bytes),
        krate: symbol.krate.clone().unwrap_or_default(),
        section: symbol.section.clone(),
        address: Address(symbol.run_address),
        bar: Bar::share(symbol.size_bytes, biggest),
    }
}
