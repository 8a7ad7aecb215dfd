//! What a report's indices stand for, as pages name it; and what to say where something is not known.

use crate::urls;
use crate::web::format::{Bytes, Count};
use plimsoll_analyzer::Report;
use plimsoll_analyzer::report::Symbol;
use plimsoll_protocol::ProjectName;
use uuid::Uuid;

/// More symbols in one list stand in the report alone.
const MAX_SYMBOLS: usize = 100;

/// Names of one report.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// Where they come from.
    pub report: &'a Report,
    /// The project.
    pub project: &'a ProjectName,
    /// The build.
    pub build_id: Uuid,
}

/// A symbol in a list.
pub struct SymbolLink {
    /// Its name.
    pub name: String,
    /// Why it is there, where that can be asked.
    pub why_url: Option<String>,
    /// Where it was written.
    pub place: Option<String>,
    /// Its bytes.
    pub size: Bytes,
}

impl Names<'_> {
    /// The symbol of that index, where there is one.
    pub fn symbol(&self, idx: usize) -> Option<SymbolLink> {
        self.report.symbols.get(idx).map(|it| self.link(it))
    }

    /// The symbols of these indices.
    pub fn symbols(&self, indices: &[usize]) -> Vec<SymbolLink> {
        indices.iter().filter_map(|it| self.symbol(*it)).collect()
    }

    /// The first of many, and how many more there are.
    pub fn first(&self, indices: &[usize]) -> (Vec<SymbolLink>, Option<String>) {
        let n_shown = indices.len().min(MAX_SYMBOLS);
        let n_more = indices.len() - n_shown;
        let more = (n_more > 0).then(|| format!("and {} more, which the report lists", Count(n_more)));
        (self.symbols(&indices[..n_shown]), more)
    }

    /// A symbol in a list.
    pub fn link(&self, symbol: &Symbol) -> SymbolLink {
        SymbolLink {
            name: symbol.name.clone(),
            why_url: self.why_url(symbol),
            place: self.place(symbol),
            size: Bytes(symbol.size_bytes),
        }
    }

    /// Where it is told why a symbol is there: by its mangled name, or by what is shown of data without a
    /// symbol, and its address, since symbols that are local to their files share names.
    pub fn why_url(&self, symbol: &Symbol) -> Option<String> {
        let name = if symbol.mangled.is_empty() { &symbol.name } else { &symbol.mangled };
        let asked = format!("{name}@{:#x}", symbol.run_address);
        self.report.graph.as_ref().map(|_| urls::build_why(self.project, self.build_id, &asked))
    }

    /// `src/main.rs:42`, or the file alone.
    pub fn place(&self, symbol: &Symbol) -> Option<String> {
        let file = self.report.files.get(symbol.file?)?;
        Some(symbol.line.map_or_else(|| file.path.clone(), |line| format!("{}:{line}", file.path)))
    }
}

/// Why a report says nothing about `what`.
pub fn unknown(report: &Report, what: &str) -> String {
    const BLAME_SINCE: u32 = 3;
    let reason = if report.schema_version < BLAME_SINCE {
        "The build was measured before Plimsoll could tell. Builds that are uploaded from now on show it."
    } else if report.graph.is_none() {
        "Who refers to whom cannot be told from this file; its warnings, on the overview, say why."
    } else if report.files.is_empty() {
        "The file has no debug information. “debug = \"line-tables-only\"” is enough, and costs the device nothing."
    } else {
        "The file does not tell."
    };
    format!("{what}: not known here. {reason}")
}
