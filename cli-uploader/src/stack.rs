//! `plimsoll stack`: what the stack needs at worst, and what that leaves of the RAM.

use crate::args::StackArgs;
use crate::files::ImageFiles;
use crate::{Outcome, analyze, failure, output};
use plimsoll_analyzer::report::{FrameSource, Headroom, StackRoot, StackUse, UnresolvedRoot};
use plimsoll_analyzer::{Besides, Report};
use serde::Serialize;

/// Answers for one image.
pub(crate) fn run(args: &StackArgs) -> anyhow::Result<Outcome> {
    let files = ImageFiles::read(&args.elf, args.debug.dwp.as_deref())?;
    let besides = Besides { stack_roots: &args.roots, ..Besides::default() };
    let report = analyze::report_with((&args.elf, &files), &args.layout, besides)?;
    let Some(stack) = &report.stack else {
        let error = anyhow::anyhow!("{}: nothing can be said about its stack", args.elf.display());
        let hint = "it takes an executable of at most 32 MiB of code, with symbols, for arm, riscv, xtensa, \
                    avr or x86";
        return Err(failure::hinted(error, hint));
    };
    if let Some(root) = stack.unresolved_roots.first() {
        return Err(refusal(root));
    }
    if args.json {
        output::print_json(&document(&report, stack))?;
    } else {
        let top = if args.all { usize::MAX } else { args.top };
        output::print(&output::stack(&report, stack, top, output::width()))?;
    }
    Ok(if is_over(stack) { Outcome::OverBudget } else { Outcome::Fine })
}

/// Whether the main stack or that of a thread is too small for the worst that is known.
fn is_over(stack: &StackUse) -> bool {
    let is_main_over = stack.headroom.as_ref().is_some_and(|it| it.headroom_bytes < 0);
    let is_thread_over = |it: &StackRoot| it.stack_bytes.is_some_and(|own| own < it.worst_bytes);
    is_main_over || stack.roots.iter().any(is_thread_over)
}

/// Of several functions only the user can say which is meant.
fn refusal(root: &UnresolvedRoot) -> anyhow::Error {
    let UnresolvedRoot { name, n_functions, candidates } = root;
    if candidates.is_empty() {
        let hint = "`plimsoll analyze --all` lists all symbols";
        return failure::hinted(anyhow::anyhow!("no function is called {name:?}"), hint);
    }
    let hint = format!("write --root {}", candidates.join(" or --root "));
    failure::hinted(anyhow::anyhow!("{n_functions} functions are called {name:?}"), hint)
}

/// The answer without the rest of the report, so with names instead of indices.
#[derive(Serialize)]
struct Document<'report> {
    source: FrameSource,
    roots: &'report [StackRoot],
    headroom: Option<&'report Headroom>,
    recursions: Vec<Vec<&'report str>>,
    growing_frames: Vec<&'report str>,
    unknown_calls: Vec<UnknownCalls<'report>>,
    frames: Vec<Frame<'report>>,
}

#[derive(Serialize)]
struct UnknownCalls<'report> {
    name: &'report str,
    at_addresses: &'report [u64],
}

#[derive(Serialize)]
struct Frame<'report> {
    name: &'report str,
    frame_bytes: u64,
}

fn document<'report>(report: &'report Report, stack: &'report StackUse) -> Document<'report> {
    let name = |idx: &usize| report.symbols[*idx].name.as_str();
    let frame = |name, frame_bytes: Option<u64>| Some(Frame { name, frame_bytes: frame_bytes? });
    let mut frames: Vec<Frame<'_>> =
        report.symbols.iter().filter_map(|it| frame(it.name.as_str(), it.frame_bytes)).collect();
    frames.sort_by(|a, b| b.frame_bytes.cmp(&a.frame_bytes).then_with(|| a.name.cmp(b.name)));
    let unknown = stack.unknown_calls.iter();
    Document {
        source: stack.source,
        roots: &stack.roots,
        headroom: stack.headroom.as_ref(),
        recursions: stack.recursions.iter().map(|it| it.iter().map(name).collect()).collect(),
        growing_frames: stack.growing_frames.iter().map(name).collect(),
        unknown_calls: unknown
            .map(|it| UnknownCalls { name: name(&it.symbol), at_addresses: &it.at_addresses })
            .collect(),
        frames,
    }
}
