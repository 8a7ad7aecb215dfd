//! Machinery that a few lines pull in: formatting, floats in it, division of 64 bits.

use std::collections::BTreeSet;

use super::kinds::{self, Kind};
use super::{Case, STANDARD_CRATES, Saving, evidence, grouped, insight, margins};
use crate::graph::Graph;
use crate::report::{Certainty, Insight, Symbol};

/// Where Rust turns floats into digits.
const FLOAT_MODULES: [&str; 5] = [
    "core::fmt::float::",
    "core::num::flt2dec::",
    "core::num::imp::flt2dec::",
    "core::num::diy_float::",
    "core::num::imp::diy_float::",
];
/// Where newlib and picolibc do.
const FLOAT_FUNCTIONS: [&str; 4] = ["_printf_float", "_dtoa_r", "__dtoa_engine", "_ldtoa_r"];

/// What compilers call to divide 64 bits, and what that calls.
const DIVISIONS: [&str; 10] = [
    "__aeabi_uldivmod",
    "__aeabi_ldivmod",
    "__udivdi3",
    "__divdi3",
    "__umoddi3",
    "__moddi3",
    "__udivmoddi4",
    "__divmoddi4",
    "__gnu_uldivmod_helper",
    "__gnu_ldivmod_helper",
];
const DIVISION_MODULE: &str = "compiler_builtins::int::specialized_div_rem::u64_";

/// A line is to blame for most of formatting if it is for this part of it.
const MOST_PERCENT: u64 = 50;

/// With a call go the instructions that make numbers of 64 bits for it: at most so many.
const DIVISION_REQUEST_BYTES: u64 = 64;

/// So many users are named.
const MAX_USERS: usize = 3;

/// Each sort of machinery that is there.
pub(super) fn advise(case: &Case<'_>) -> Vec<Insight> {
    let floats = Machinery {
        kind: kinds::FLOATS_FORMATTED,
        is_part: is_float,
        certainty: Certainty::AtLeast,
        request_bytes: 0,
        advice: "Floating-point numbers are turned into text. Print them as integers: thousandths, or whole and \
            fraction apart; in C link newlib-nano without -u _printf_float.",
    };
    let divisions = Machinery {
        kind: kinds::DIVISION_64,
        is_part: |it| {
            let function = it.rsplit("::").next().unwrap_or(it);
            DIVISIONS.contains(&function) || it.starts_with(DIVISION_MODULE)
        },
        // A division of 32 bits may need a function as well, which nobody needed before.
        certainty: Certainty::UpTo,
        request_bytes: DIVISION_REQUEST_BYTES,
        advice: "64-bit numbers are divided by a function, since the processor cannot. Divide 32 bits, by a power of \
            two, or multiply by the reciprocal.",
    };
    let Some(graph) = case.graph else { return Vec::new() };
    let is_for_floats = |it: &&Symbol| is_float(&it.name);
    let divisions = Some(divisions)
        .filter(|it| !users(case, graph, &nodes(case, &it.parts(case))).iter().all(is_for_floats));
    let both = [Some(floats), divisions].into_iter().flatten().filter_map(|it| it.insight(case, graph));
    both.chain(formatting_line(case)).collect()
}

fn is_float(name: &str) -> bool {
    FLOAT_MODULES.iter().any(|it| name.contains(it)) || FLOAT_FUNCTIONS.contains(&name)
}

/// Functions and tables that are there for one purpose.
struct Machinery {
    kind: Kind,
    is_part: fn(&str) -> bool,
    certainty: Certainty,
    /// What goes along wherever code asks for it, counted with it.
    request_bytes: u64,
    advice: &'static str,
}

impl Machinery {
    fn insight(&self, case: &Case<'_>, graph: &Graph) -> Option<Insight> {
        let parts = self.parts(case);
        let mut gone = nodes(case, &parts);
        let users = users(case, graph, &gone);
        let shown = users.iter().take(MAX_USERS);
        let mut lines: Vec<String> = shown.map(|it| format!("used by {}", case.described(it))).collect();
        lines.extend(case.evidence(&parts));
        let mut around_bytes = 0;
        if self.request_bytes > 0 {
            gone.extend(nodes(case, &standard(&users)));
            let requests_bytes = margins::n_requests(case, &gone) * self.request_bytes;
            around_bytes = requests_bytes + shrinkage(&self::users(case, graph, &gone));
            lines.push(format!("{} B at most in those who use it", grouped(around_bytes)));
        }
        let gone = graph.gone_without(|it| gone.contains(&it));
        let bytes: u64 = gone.into_iter().map(|it| graph.bytes()[it]).sum();
        let saving = Saving::of_flash(bytes + around_bytes, self.certainty);
        (!parts.is_empty()).then(|| insight(self.kind, self.advice.to_owned(), saving, lines))
    }

    fn parts<'a>(&self, case: &Case<'a>) -> Vec<&'a Symbol> {
        let is_part = |it: &&Symbol| (self.is_part)(&it.name) && case.is_alive(it);
        case.report.symbols.iter().filter(is_part).collect()
    }
}

/// Who asks for some nodes from outside, those first who keep most alive.
fn users<'a>(case: &Case<'a>, graph: &Graph, nodes: &BTreeSet<usize>) -> Vec<&'a Symbol> {
    let sources: BTreeSet<usize> = nodes.iter().flat_map(|it| graph.sources(*it)).collect();
    let outside = sources.into_iter().filter(|it| !nodes.contains(it) && graph.is_reachable(*it));
    let owners = &case.attribution.owners;
    let mut users: Vec<&Symbol> = outside.filter_map(|it| case.symbol_at(owners.get(it)?.address)).collect();
    users.sort_by(|a, b| b.retained_bytes.cmp(&a.retained_bytes).then_with(|| a.name.cmp(&b.name)));
    users
}

/// Those of the standard library, which are there for numbers of that width alone: `<u64 as Display>::fmt`.
fn standard<'a>(users: &[&'a Symbol]) -> Vec<&'a Symbol> {
    let is_standard = |it: &Symbol| it.krate.as_deref().is_some_and(|it| STANDARD_CRATES.contains(&it));
    users.iter().copied().filter(|it| is_standard(it)).collect()
}

fn nodes(case: &Case<'_>, symbols: &[&Symbol]) -> BTreeSet<usize> {
    symbols.iter().filter_map(|it| case.node(it.run_address)).collect()
}

/// Most that one user may shrink by: what lets a function grow lets it shrink.
fn shrinkage(users: &[&Symbol]) -> u64 {
    users.iter().map(|it| margins::growth(it.size_bytes)).max().unwrap_or(0)
}

/// The one line that formatting hangs on, where there is such a line.
fn formatting_line(case: &Case<'_>) -> Option<Insight> {
    let blame = case.report.formatting.blame.as_ref()?;
    let line = blame.lines.first()?;
    let bytes = line.saves_at_least_bytes;
    if bytes * 100 < blame.saves_at_least_bytes * MOST_PERCENT {
        return None;
    }
    let advice = format!(
        "{}:{} pulls most of formatting in: of some {} B that go without any, some {} B go without this line alone. Write its \
         text without `core::fmt`; what takes its place costs bytes of its own.",
        line.file,
        line.line,
        grouped(blame.saves_at_least_bytes),
        grouped(bytes)
    );
    let others = blame.lines.iter().take(super::MAX_EVIDENCE);
    let rows = others.map(|it| (it.saves_at_least_bytes, format!("{}:{}", it.file, it.line))).collect();
    let error_bytes = margins::prediction_error(bytes);
    let mut lines = evidence(rows);
    lines.push(format!("{} B less for the error of the prediction", grouped(error_bytes)));
    let saving = Saving::of_flash(bytes, Certainty::AtLeast).less(error_bytes);
    Some(insight(kinds::FORMATTING_LINE, advice, saving, lines))
}
