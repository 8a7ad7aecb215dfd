//! The answer of `plimsoll why` as people read it.

use super::table::{Align, Cell, Table};
use super::{BAD, FAINT, STRONG};
use crate::text::{grouped, visible};
use plimsoll_analyzer::ReferenceKind;
use plimsoll_analyzer::graph::{KeptBy, Link, RootKind, SourceLine, Why};

/// All of the answer.
pub(crate) fn why(why: &Why, width: Option<usize>) -> String {
    let name = visible(&why.symbol.name);
    let own = grouped(why.size_bytes);
    let mut text = format!(
        "{STRONG}{name}{STRONG:#}: {own} B, {} B with all that only it leads to ({} B of flash, {} B of RAM)\n",
        grouped(why.retained_bytes),
        grouped(why.retained_flash_bytes),
        grouped(why.retained_ram_bytes),
    );
    if !why.reachable {
        text.push_str(&format!("{BAD}nothing leads to it from any root{BAD:#}\n"));
        return text;
    }
    let root = match why.root {
        Some(RootKind::Vector) => "a vector table",
        Some(RootKind::Kept) => "a section that is kept",
        Some(RootKind::Secure) => "the other world, which may call it",
        Some(RootKind::Exported) => "what the file offers to others",
        _ => "the entry point",
    };
    text.push_str(&titled(&format!("A shortest way, from {root}"), &path(&why.path, width)));
    if !why.kept_by.is_empty() {
        text.push_str(&titled("Kept by", &kept_by(&why.kept_by, width)));
    }
    if !why.dominators.is_empty() {
        text.push_str(&titled("Every way leads through", &places(&why.dominators, width)));
    }
    text
}

fn titled(title: &str, table: &str) -> String {
    format!("\n{STRONG}{title}{STRONG:#}\n{table}")
}

fn address(address: u64) -> Cell {
    Cell::new(format!("{address:#010x}")).styled(FAINT)
}

fn path(links: &[Link], width: Option<usize>) -> String {
    let mut table = Table::new(&[("at", Align::Right), ("how", Align::Left), ("symbol", Align::Left)]);
    for link in links {
        let at = link.at_address.map_or_else(|| Cell::new(""), address);
        table.row([at, Cell::new(link.kind.map_or("", verb)), Cell::new(&link.name)]);
        if let Some(line) = &link.line {
            let inlined = link.user_line.as_ref().map(|it| format!(", inlined into {}", place(it)));
            let text = format!("  at {}{}", place(line), inlined.unwrap_or_default());
            table.row([Cell::new(""), Cell::new(""), Cell::new(text).styled(FAINT)]);
        }
    }
    table.render(width)
}

/// `src/main.rs:12`.
fn place(line: &SourceLine) -> String {
    format!("{}:{}", line.file, line.line)
}

/// What a place does to the next one.
fn verb(kind: ReferenceKind) -> &'static str {
    match kind {
        ReferenceKind::Call => "calls",
        ReferenceKind::Jump => "jumps to",
        ReferenceKind::Address => "takes the address of",
        ReferenceKind::Data => "points to",
        ReferenceKind::FallThrough => "runs on into",
        ReferenceKind::Access => "loads or stores in",
    }
}

fn kept_by(keepers: &[KeptBy], width: Option<usize>) -> String {
    let mut table = Table::new(&[("at", Align::Right), ("times", Align::Right), ("symbol", Align::Left)]);
    for keeper in keepers {
        let at = keeper.at_addresses.first().map_or_else(|| Cell::new(""), |it| address(*it));
        table.row([at, Cell::new(grouped(keeper.at_addresses.len() as u64)), Cell::new(&keeper.name)]);
        for line in &keeper.lines {
            let text = format!("  at {}", place(line));
            table.row([Cell::new(""), Cell::new(""), Cell::new(text).styled(FAINT)]);
        }
    }
    table.render(width)
}

fn places(links: &[Link], width: Option<usize>) -> String {
    let mut table = Table::new(&[("address", Align::Right), ("symbol", Align::Left)]);
    for link in links {
        table.row([address(link.address), Cell::new(&link.name)]);
    }
    table.render(width)
}
