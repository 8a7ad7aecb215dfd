//! Code that was compiled without optimisation.
//!
//! GCC writes its options into the debug information. rustc does not; but functions that do next to
//! nothing are inlined by any optimisation, so where several of them are in the image, the units they
//! are in had none.

use std::collections::{BTreeMap, BTreeSet};

use super::kinds;
use super::{Case, Saving, grouped, insight};
use crate::report::{Certainty, Insight, Symbol};

/// Nothing is left of these at any optimisation.
const TRIVIAL: [&str; 18] = [
    "core::ptr::read_volatile",
    "core::ptr::write_volatile",
    "core::ptr::const_ptr::<impl *const T>::add",
    "core::ptr::mut_ptr::<impl *mut T>::add",
    "core::ptr::non_null::NonNull<T>::as_ptr",
    "core::slice::<impl [T]>::as_ptr",
    "core::slice::<impl [T]>::len",
    "core::str::<impl str>::as_bytes",
    "core::str::<impl str>::len",
    "core::cell::UnsafeCell<T>::get",
    "core::cell::Cell<T>::get",
    "core::sync::atomic::AtomicU32::load",
    "<u32 as core::ops::bit::BitAnd>::bitand",
    "<u32 as core::ops::bit::BitOr>::bitor",
    "core::num::<impl u32>::wrapping_add",
    "core::num::<impl usize>::wrapping_add",
    "<T as core::convert::Into<U>>::into",
    "<I as core::iter::traits::collect::IntoIterator>::into_iter",
];
/// So many different ones are no accident.
const MIN_TRIVIAL: usize = 3;

/// What `-O0` costs over `-Os`, at the very least, and what `-Og` or `-O1` does; `docs/INSIGHTS.md` has
/// the measurements.
const UNOPTIMISED_PART: u64 = 4;
const DEBUG_PART: u64 = 10;

/// C and C++ by their options, Rust by what was not inlined.
pub(super) fn advise(case: &Case<'_>) -> Vec<Insight> {
    let mut by_option: BTreeMap<&str, u64> = BTreeMap::new();
    for symbol in case.functions() {
        if let Some(option) = symbol.unit.and_then(|it| option_of(case, it)) {
            *by_option.entry(option).or_default() += symbol.size_bytes;
        }
    }
    let mut insights: Vec<Insight> = Vec::new();
    for (option, part) in [("-O0", UNOPTIMISED_PART), ("-Og", DEBUG_PART), ("-O1", DEBUG_PART)] {
        if let Some(bytes) = by_option.get(option).copied() {
            let saving = Saving::of_flash(bytes / part, Certainty::AtLeast);
            let advice =
                format!("{} B of C were compiled with {option}. Compile for size, with -Os.", grouped(bytes));
            insights.push(insight(kinds::UNOPTIMISED_C, advice, saving, units(case, option)));
        }
    }
    insights.extend(rust(case));
    insights
}

/// The optimisation that a unit was compiled with, where its compiler tells.
fn option_of<'a>(case: &Case<'a>, unit_idx: usize) -> Option<&'a str> {
    let producer = case.report.units.get(unit_idx)?.producer.as_deref()?;
    let is_told = producer.starts_with("GNU ") && !producer.starts_with("GNU AS") && producer.contains(" -");
    let mut options = producer.split_whitespace().filter(|it| it.starts_with("-O"));
    is_told.then(|| options.next_back().unwrap_or("-O0"))
}

fn units(case: &Case<'_>, option: &str) -> Vec<String> {
    let mut bytes: BTreeMap<usize, u64> = BTreeMap::new();
    for symbol in case.functions() {
        if let Some(unit_idx) = symbol.unit.filter(|it| option_of(case, *it) == Some(option)) {
            *bytes.entry(unit_idx).or_default() += symbol.size_bytes;
        }
    }
    super::evidence(bytes.into_iter().map(|(it, n)| (n, case.report.units[it].name.clone())).collect())
}

/// Rust by what was not inlined.
pub(super) fn rust(case: &Case<'_>) -> Option<Insight> {
    let trivial: Vec<&Symbol> = case.functions().filter(|it| TRIVIAL.contains(&it.name.as_str())).collect();
    let n_different = trivial.iter().map(|it| it.name.as_str()).collect::<BTreeSet<_>>().len();
    if n_different < MIN_TRIVIAL {
        return None;
    }
    let crates: BTreeSet<Option<&str>> = trivial.iter().map(|it| compiled_with(case, it)).collect();
    let is_precompiled = |it: &Symbol| {
        let krate = it.krate.as_deref().unwrap_or(crate::report::assemble::UNKNOWN_CRATE);
        it.unit.is_none() && (krate.starts_with('(') || super::STANDARD_CRATES.contains(&krate))
    };
    let is_unoptimised = |it: &&Symbol| crates.contains(&compiled_with(case, it)) && !is_precompiled(it);
    let unoptimised: Vec<&Symbol> = case.functions().filter(is_unoptimised).collect();
    let bytes: u64 = unoptimised.iter().map(|it| it.size_bytes).sum();
    let saving = Saving::of_flash(bytes / UNOPTIMISED_PART, Certainty::AtLeast);
    let advice = format!(
        "{} B of Rust were compiled without optimisation: even {} is a function of its own. \
         `opt-level = \"s\"` or `\"z\"` in the profile.",
        grouped(bytes),
        trivial[0].name
    );
    Some(insight(kinds::UNOPTIMISED_RUST, advice, saving, case.evidence(&trivial)))
}

/// The root of the crate that a symbol was compiled with: rustc cuts crates into units called
/// `ROOT/@/NAME`, and optimises all of them or none.
fn compiled_with<'a>(case: &Case<'a>, symbol: &Symbol) -> Option<&'a str> {
    let unit = case.report.units.get(symbol.unit?)?;
    Some(unit.name.split("/@/").next().unwrap_or(&unit.name))
}
