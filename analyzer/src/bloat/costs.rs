//! The part of a report that `plimsoll fmt` shows, with names in place of indices.

use serde::Serialize;

use super::accuracy::{MEASURED_ERROR, MeasuredError};
use crate::report::{Blame, Report};

/// What formatting, panicking and the compiler's helpers cost, and who is to blame.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FmtBlame {
    /// `core::fmt` and friends.
    pub formatting: MachineryCost,
    /// Of the formatting, own bytes that only serve floating-point numbers.
    pub float_bytes: u64,
    /// What only a panic needs.
    pub panics: MachineryCost,
    /// What lines of C and C++ ask their libraries for.
    pub services: Vec<ServiceCost>,
    /// Helpers that the compiler calls on its own account, the biggest first.
    pub helpers: Vec<HelperCost>,
    /// How far predictions were off when they were last held against rebuilt programs.
    pub measured_error: MeasuredError,
}

/// What a library is asked for, and by which lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceCost {
    /// In words.
    pub name: String,
    /// Bytes of the functions that are known by their names.
    pub own_bytes: u64,
    /// Who asks for it.
    pub blame: Blame,
}

/// What one sort of machinery costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MachineryCost {
    /// Bytes of its symbols.
    pub own_bytes: u64,
    /// The same with everything that only these lead to.
    pub retained_bytes: u64,
    /// Its symbols, the biggest first.
    pub symbols: Vec<SymbolCost>,
    /// Who asks for it.
    pub blame: Blame,
}

/// A symbol and its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SymbolCost {
    /// Demangled.
    pub name: String,
    /// Its bytes.
    pub size_bytes: u64,
}

/// A helper and who needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HelperCost {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Its bytes.
    pub size_bytes: u64,
    /// Names of the symbols that need it, other helpers left out.
    pub used_by: Vec<String>,
    /// How many more need it.
    pub n_left_out: u64,
}

/// What a report says; `None` where it blames nobody, because it could not.
pub(crate) fn of_report(report: &Report) -> Option<FmtBlame> {
    let cost = |own_bytes, retained_bytes, symbols: &[usize], blame: Option<&Blame>| {
        Some(MachineryCost {
            own_bytes,
            retained_bytes: Option::unwrap_or(retained_bytes, own_bytes),
            symbols: symbols.iter().map(|it| symbol(report, *it)).collect(),
            blame: blame?.clone(),
        })
    };
    let (formatting, panics) = (&report.formatting, &report.panics);
    let helpers = report.helpers.iter().map(|it| {
        let SymbolCost { name, size_bytes } = symbol(report, it.symbol);
        let used_by = it.used_by.iter().map(|it| report.symbols[*it].name.clone()).collect();
        HelperCost { name, purpose: it.purpose.clone(), size_bytes, used_by, n_left_out: it.n_left_out }
    });
    let services = report.services.iter().map(|it| ServiceCost {
        name: it.name.clone(),
        own_bytes: it.total_bytes,
        blame: it.blame.clone(),
    });
    Some(FmtBlame {
        formatting: cost(
            formatting.total_bytes,
            formatting.retained_bytes,
            &formatting.symbols,
            formatting.blame.as_ref(),
        )?,
        float_bytes: formatting.float_bytes,
        panics: cost(panics.total_bytes, panics.retained_bytes, &panics.symbols, panics.blame.as_ref())?,
        services: services.collect(),
        helpers: helpers.collect(),
        measured_error: MEASURED_ERROR,
    })
}

fn symbol(report: &Report, symbol_idx: usize) -> SymbolCost {
    let symbol = &report.symbols[symbol_idx];
    SymbolCost { name: symbol.name.clone(), size_bytes: symbol.size_bytes }
}
