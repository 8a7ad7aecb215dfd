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
    let region = visible(&it.region);
    let room = match it.room_bytes.filter(|_| it.top_address.is_some()) {
        Some(room) => format!("of {} B below {:#x} in {region}:", grouped(room), it.top_address.unwrap_or(0)),
        None => format!("of {} B {region}: {} B static,", grouped(it.length_bytes), grouped(it.static_bytes)),
    };
    let stack = format!("{} B stack{doubts}", grouped(it.stack_bytes));
    let bytes = grouped(it.headroom_bytes.unsigned_abs());
    if it.headroom_bytes >= 0 {
        return format!("headroom {GOOD}{STRONG}{bytes} B{STRONG:#}{GOOD:#} {room} {stack}\n");
    }
    format!("the stack is {BAD}{STRONG}{bytes} B over{STRONG:#}{BAD:#} {room} {stack}{}\n", collision(it))
}

/// What happens where the stack is over.
fn collision(headroom: &Headroom) -> String {
    let names: Vec<String> = headroom.overwrites.iter().map(|it| visible(it)).collect();
    let overwrites = (!names.is_empty()).then(|| format!("overwrites {}", names.join(", ")));
    let leaves = (headroom.outside_bytes > 0).then(|| format!("leaves {}", visible(&headroom.region)));
    let words: Vec<String> = overwrites.into_iter().chain(leaves).collect();
    if words.is_empty() { String::new() } else { format!("; it {}", words.join(" and ")) }
}

fn path(root: &StackRoot, width: Option<usize>) -> String {
    let kind = match root.kind {
        StackRootKind::Main => "main",
        StackRootKind::Secure => "secure service",
        StackRootKind::Task if root.thread.is_some() || root.stack_bytes.is_some() => "thread",
        StackRootKind::Task => "task",
        StackRootKind::Interrupt => "interrupt",
        StackRootKind::Panic => "panic",
    };
    let doubts = doubts(&root.uncertain_because);
    let name = visible(root.thread.as_ref().unwrap_or(&root.name));
    let worst = grouped(root.worst_bytes);
    let bytes = match root.stack_bytes {
        Some(own) if own < root.worst_bytes => format!(
            "{BAD}{STRONG}{worst} of {} B, {} B over{STRONG:#}{BAD:#}",
            grouped(own),
            grouped(root.worst_bytes - own)
        ),
        Some(own) => format!("{STRONG}{worst} of {} B{STRONG:#}", grouped(own)),
        None => format!("{STRONG}{worst} B{STRONG:#}"),
    };
    let mut text = format!("\n{STRONG}{kind} {name}{STRONG:#}: {bytes}{doubts}\n");
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
