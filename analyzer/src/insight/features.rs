//! Features that hang on a single call of the program.
//!
//! A call is the program's own if the source line it was written in lies beside the file of `main`: a call
//! that came along when something was inlined is not for its author to remove. A feature is a function of
//! somebody else's that only this call leads to, and most of what hangs on it is of the same origin; the
//! rest of the program, too, hangs on some call or other.

use std::cmp::Reverse;

use super::kinds;
use super::{Case, STANDARD_CRATES, Saving, evidence, grouped, insight, margins};
use crate::graph::Graph;
use crate::report::{Certainty, Insight, Symbol, SymbolKind};

/// A feature is worth naming if it takes this part of the flash, and so many bytes.
const MIN_PART: u64 = 50;
const MIN_BYTES: u64 = 1024;
/// So many features are looked at, and so many named.
const MAX_LOOKED_AT: usize = 16;
const MAX_NAMED: usize = 3;
/// What people and runtimes call the program.
const MAINS: [&str; 3] = ["main", "app_main", "__cortex_m_rt_main"];

/// The biggest features, none inside of another.
pub(super) fn advise(case: &Case<'_>) -> Vec<Insight> {
    let Some((graph, package)) = case.graph.zip(own_package(case)) else { return Vec::new() };
    let min_bytes = MIN_BYTES.max(case.report.totals.flash_bytes / MIN_PART);
    let big = case.functions().filter(|it| it.retained_bytes >= Some(min_bytes));
    let mut features: Vec<Feature<'_>> =
        big.filter_map(|it| Feature::new(case, graph, (it, &package))).collect();
    features.sort_by_key(|it| Reverse(it.symbol.retained_bytes));
    let mut insights = Vec::new();
    let mut taken: Vec<Vec<bool>> = Vec::new();
    for feature in features.into_iter().take(MAX_LOOKED_AT) {
        let inside = graph.dominated_by(feature.node);
        let is_new = !taken.iter().any(|it| it[feature.node]);
        if is_new && insights.len() < MAX_NAMED && is_mostly_at_home(case, &feature, &inside) {
            insights.push(feature.insight(case, &inside));
            taken.push(inside);
        }
    }
    insights
}

/// The folder of the program's sources: what is before `/src/`, or the folder of its file.
fn own_package(case: &Case<'_>) -> Option<String> {
    let is_main = |it: &&Symbol| MAINS.contains(&it.name.rsplit("::").next().unwrap_or(&it.name));
    let bodies = case.functions().filter(is_main).filter_map(|it| (case.body_at)(it.run_address));
    let mut own = bodies.filter(|it| !(case.short_path)(&it.path).starts_with("rust/"));
    own.find_map(|it| {
        let folder = it.path.rfind("/src/").or_else(|| it.path.rfind('/'))?;
        it.path.get(..=folder).map(str::to_owned)
    })
}

/// A function with a single caller from elsewhere.
struct Feature<'a> {
    symbol: &'a Symbol,
    caller: &'a Symbol,
    node: usize,
    /// File and line of the call.
    place: String,
}

impl<'a> Feature<'a> {
    fn new(case: &Case<'a>, graph: &Graph, (symbol, package): (&'a Symbol, &str)) -> Option<Self> {
        let node = case.node(symbol.run_address)?;
        let caller_node = graph.only_source(node)?;
        let caller = case.symbol_at(case.attribution.owners.get(caller_node)?.address)?;
        let is_standard = symbol.krate.as_deref().is_some_and(|it| STANDARD_CRATES.contains(&it));
        let is_elsewhere = home(case, symbol)? != home(case, caller)?;
        if is_standard || !is_elsewhere || caller.kind != SymbolKind::Function {
            return None;
        }
        let references = &graph.references;
        let is_at = |address: u64, node: usize| references.nodes.at(address) == Some(node);
        let mut calls = references.list.iter().filter(|it| is_at(it.target_address, node));
        let place = (case.place_at)(calls.next()?.at_address)?;
        let is_foreign = !(case.body_at)(symbol.run_address)?.path.starts_with(package);
        (place.path.starts_with(package) && is_foreign).then_some(Self {
            symbol,
            caller,
            node,
            place: format!("{}:{}", (case.short_path)(&place.path), place.line?),
        })
    }

    fn insight(&self, case: &Case<'_>, inside: &[bool]) -> Insight {
        let Symbol { retained_flash_bytes: flash_bytes, retained_ram_bytes: ram_bytes, .. } = *self.symbol;
        let bytes = flash_bytes + ram_bytes;
        let growth_bytes = margins::growth(self.caller.size_bytes);
        let saving = Saving { flash_bytes, ram_bytes, certainty: Certainty::AtLeast }.less(growth_bytes);
        let advice = format!(
            "Only {} calls {}, and {} B hang on that call. Is the feature needed, or a smaller one enough?",
            self.place,
            self.symbol.name,
            grouped(bytes)
        );
        let is_inside = |it: &&Symbol| case.node(it.run_address).is_some_and(|node| inside[node]);
        let parts = case.report.symbols.iter().filter(is_inside);
        let parts = parts.map(|it| (it.size_bytes, case.described(it))).collect();
        let mut lines = vec![
            format!("the only call is in {}", case.described(self.caller)),
            format!("{} B less for what the rest of it may grow by", grouped(growth_bytes)),
        ];
        lines.extend(evidence(parts));
        insight(kinds::SINGLE_PATH, advice, saving, lines)
    }
}

/// Whose code a symbol is: a crate, or a folder of C.
fn home<'a>(case: &Case<'a>, symbol: &'a Symbol) -> Option<&'a str> {
    let folder = || {
        let path = &case.report.files.get(symbol.file?)?.path;
        path.rsplit_once('/').map(|it| it.0)
    };
    symbol.krate.as_deref().filter(|it| !it.starts_with('(')).or_else(folder)
}

/// Whether at least half of what a feature retains is of its own home.
fn is_mostly_at_home(case: &Case<'_>, feature: &Feature<'_>, inside: &[bool]) -> bool {
    let own = home(case, feature.symbol);
    let is_inside = |it: &&Symbol| case.node(it.run_address).is_some_and(|node| inside[node]);
    let at_home = case.report.symbols.iter().filter(|it| home(case, it) == own).filter(is_inside);
    let bytes: u64 = at_home.map(|it| it.size_bytes).sum();
    bytes * 2 >= feature.symbol.retained_bytes.unwrap_or(0)
}
