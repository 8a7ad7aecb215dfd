//! The answer of `plimsoll stack` as people read it.

use super::table::{Align, Cell, Table};
use super::{BAD, FAINT, GOOD, STRONG};
use crate::text::{grouped, visible};
use plimsoll_analyzer::Report;
use plimsoll_analyzer::report::{FrameSource, Headroom, StackDoubt, StackRoot, StackRootKind, StackUse};

/// All of the answer.
pub(crate) fn stack(report: &Report, stack: &StackUse, top: usize, width: Option<usize>) -> String {
    let source = match stack.source {
        FrameSource::StackSizes => ".stack_sizes, and instructions",
        FrameSource::FrameInformation => "call frame information, and instructions",
        FrameSource::Prologues => "instructions that move the stack pointer",
    };
    let mut text = headroom(stack.headroom.as_ref());
    text.push_str(&format!("{FAINT}frames from {source}{FAINT:#}\n"));
    let mut n_interrupts = 0;
    for root in &stack.roots {
        n_interrupts += usize::from(root.kind == StackRootKind::Interrupt);
        if root.kind != StackRootKind::Interrupt || n_interrupts <= top {
            text.push_str(&path(root, width));
        }
    }
    if n_interrupts > top {
        text.push_str(&format!("\n{} more interrupts: --all lists them\n", n_interrupts - top));
    }
    let name = |idx: &usize| report.symbols[*idx].name.as_str();
    let circles = stack.recursions.iter();
    let recursions: Vec<String> =
        circles.map(|it| it.iter().map(name).collect::<Vec<_>>().join(" → ")).collect();
    let growing = stack.growing_frames.iter().map(|it| name(it).to_owned());
    let unknown = stack.unknown_calls.iter().map(|it| {
        let at: Vec<String> = it.at_addresses.iter().take(4).map(|it| format!("{it:#x}")).collect();
        let more = if it.at_addresses.len() > at.len() { ", …" } else { "" };
        format!("{} at {}{more}", name(&it.symbol), at.join(", "))
    });
    text.push_str(&list("Recursion, how deep nobody knows", &recursions, top));
    text.push_str(&list("Frames that grow at run time", &growing.collect::<Vec<_>>(), top));
    text.push_str(&list("Calls of nobody knows whom", &unknown.collect::<Vec<_>>(), top));
    text
}

fn headroom(headroom: Option<&Headroom>) -> String {
    let Some(it) = headroom else {
        return "headroom unknown: --memory tells how long the RAM is\n".to_owned();
    };
    let doubts = doubts(&it.uncertain_because);
    let style = if it.headroom_bytes < 0 { BAD } else { GOOD };
    let sign = if it.headroom_bytes < 0 { "-" } else { "" };
    format!(
        "headroom {style}{STRONG}{sign}{} B{STRONG:#} of {} B {}: {} B static, {} B stack{doubts}\n",
        grouped(it.headroom_bytes.unsigned_abs()),
        grouped(it.length_bytes),
        visible(&it.region),
        grouped(it.static_bytes),
        grouped(it.stack_bytes)
    )
}

fn path(root: &StackRoot, width: Option<usize>) -> String {
    let kind = match root.kind {
        StackRootKind::Main => "main",
        StackRootKind::Task => "task",
        StackRootKind::Interrupt => "interrupt",
        StackRootKind::Panic => "panic",
    };
    let doubts = doubts(&root.uncertain_because);
    let name = visible(&root.name);
    let mut text = format!(
        "\n{STRONG}{kind} {name}{STRONG:#}: {STRONG}{} B{STRONG:#}{doubts}\n",
        grouped(root.worst_bytes)
    );
    let mut table = Table::new(&[("frame", Align::Right), ("function", Align::Left)]);
    if root.hardware_bytes > 0 {
        table.row([Cell::new(grouped(root.hardware_bytes)), Cell::new("(by the hardware)")]);
    }
    for frame in &root.path {
        table.row([Cell::new(grouped(frame.frame_bytes)), Cell::new(&frame.name)]);
    }
    text.push_str(&table.render(width));
    text
}

/// Why a figure cannot be relied on; empty where it can.
fn doubts(doubts: &[StackDoubt]) -> String {
    let words = doubts.iter().map(|it| match it {
        StackDoubt::Recursion => "recursion",
        StackDoubt::UnknownCalls => "unknown calls",
        StackDoubt::GrowingFrames => "frames that grow",
    });
    let words: Vec<&str> = words.collect();
    if words.is_empty() { String::new() } else { format!(", uncertain: {}", words.join(", ")) }
}

fn list(title: &str, lines: &[String], top: usize) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{STRONG}{title}{STRONG:#}\n");
    lines.iter().take(top).for_each(|it| text.push_str(&format!("  {}\n", visible(it))));
    if lines.len() > top {
        text.push_str(&format!("  {} more: --all lists them\n", lines.len() - top));
    }
    text
}
