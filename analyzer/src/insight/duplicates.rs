//! Bytes that are there more than once: instances of generic functions, equal bodies, equal texts.

use super::kinds::{self, Kind};
use super::{Case, Saving, evidence, grouped, insight, margins};
use crate::report::{Certainty, Insight, Symbol};

/// Of the text of a string, so much is shown.
const MAX_TEXT_CHARS: usize = 60;

/// What a call or the address of a text takes in the function that asks, at most.
const REQUEST_BYTES: u64 = 16;

/// One piece of advice for each sort; the report's tables have the rest.
pub(super) fn advise(case: &Case<'_>) -> Vec<Insight> {
    [families(case), identical_bodies(case), duplicated_strings(case)].into_iter().flatten().collect()
}

fn families(case: &Case<'_>) -> Option<Insight> {
    let row = |it: &crate::report::Family| {
        let n_instances = grouped(it.symbols.len() as u64);
        (it.saves_up_to_bytes, format!("{} in {n_instances} instances", it.name))
    };
    let advice = "Generic functions are compiled once for each type. Move what does not depend on the type into an inner \
        function, or take `&mut dyn Trait`.";
    let symbols = case.report.families.iter().flat_map(|it| &it.symbols);
    let addresses = symbols.filter_map(|it| Some(case.report.symbols.get(*it)?.run_address));
    let rows = case.report.families.iter().map(row).collect();
    of_flash(kinds::GENERIC_FAMILIES, advice, with_requests(case, rows, addresses))
}

fn identical_bodies(case: &Case<'_>) -> Option<Insight> {
    let name = |it: &usize| case.report.symbols.get(*it).map_or("?", |it: &Symbol| &it.name);
    let row = |it: &crate::report::IdenticalBodies| {
        let names: Vec<&str> = it.symbols.iter().take(2).map(name).collect();
        let n_more = it.symbols.len().saturating_sub(2);
        let more = if n_more > 0 { format!(" and {} more", grouped(n_more as u64)) } else { String::new() };
        (it.saves_up_to_bytes, format!("{}{more}", names.join(" = ")))
    };
    let advice = "Functions with the same instructions are there several times. lld keeps one of them with \
        --icf=all, if nobody compares the addresses of functions.";
    of_flash(kinds::IDENTICAL_BODIES, advice, case.report.identical_bodies.iter().map(row).collect())
}

fn duplicated_strings(case: &Case<'_>) -> Option<Insight> {
    let row = |it: &crate::report::DuplicateText| {
        let text: String = it.text.chars().take(MAX_TEXT_CHARS).collect();
        (it.saves_up_to_bytes, format!("{:?} in {} places", text, grouped(it.run_addresses.len() as u64)))
    };
    let advice = "Texts are in the image several times. Use one constant for all, or one codegen unit and link-time \
        optimisation, which merge what is equal.";
    let addresses = case.report.duplicate_texts.iter().flat_map(|it| &it.run_addresses).copied();
    let rows = case.report.duplicate_texts.iter().map(row).collect();
    of_flash(kinds::DUPLICATED_STRINGS, advice, with_requests(case, rows, addresses))
}

/// One row more, for what code does to ask for what stands at some addresses.
fn with_requests(
    case: &Case<'_>,
    mut rows: Vec<(u64, String)>,
    addresses: impl Iterator<Item = u64>,
) -> Vec<(u64, String)> {
    let n_requests = margins::n_requests(case, &addresses.filter_map(|it| case.node(it)).collect());
    if n_requests > 0 {
        let places = super::counted(n_requests as usize, "place");
        rows.push((n_requests * REQUEST_BYTES, format!("at most around the {places} that ask for them")));
    }
    rows
}

fn of_flash(kind: Kind, advice: &str, rows: Vec<(u64, String)>) -> Option<Insight> {
    let saving = Saving::of_flash(rows.iter().map(|it| it.0).sum(), Certainty::UpTo);
    (!rows.is_empty()).then(|| insight(kind, advice.to_owned(), saving, evidence(rows)))
}
