//! What roots lead to, in words.

use plimsoll_analyzer::Report;
use plimsoll_analyzer::report::StackRoot;

/// Explains an image in the memory that `script` declares.
#[track_caller]
pub(crate) fn explained(elf: &[u8], script: &str) -> Report {
    plimsoll_analyzer::analyze(elf, &super::memory(script)).unwrap()
}

/// `kind name bytes` of each root of the stack.
pub(crate) fn stack_roots(report: &Report) -> String {
    let roots = report.stack.iter().flat_map(|it| &it.roots);
    let line = |it: &StackRoot| {
        format!("{} {} {}", format!("{:?}", it.kind).to_lowercase(), it.name, it.worst_bytes)
    };
    roots.map(line).collect::<Vec<_>>().join("; ")
}

/// Names of symbols that no root leads to, by name.
pub(crate) fn unreachable(report: &Report) -> String {
    let symbols = report.symbols.iter().filter(|it| it.reachable == Some(false));
    let mut names: Vec<&str> = symbols.map(|it| it.name.as_str()).collect();
    names.sort_unstable();
    names.join(", ")
}

/// Bytes that no root leads to.
pub(crate) fn unreachable_bytes(report: &Report) -> u64 {
    report.graph.as_ref().unwrap().unreachable_bytes
}
