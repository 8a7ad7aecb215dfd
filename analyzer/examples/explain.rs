//! Prints what an ELF is made of: `cargo run -p plimsoll-analyzer --example explain FILE [memory.x]`.

use std::error::Error;
use std::io::Write;

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args().skip(1);
    let elf = std::fs::read(paths.next().ok_or("which ELF?")?)?;
    let script = paths.next().map(std::fs::read_to_string).transpose()?.unwrap_or_default();
    let report = plimsoll_analyzer::analyze(&elf, &plimsoll_analyzer::parse_memory(&script)?)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:?}", report.totals)?;
    for it in &report.regions {
        writeln!(out, "{:<12} {:>10} of {:?} ({:?})", it.name, it.used_bytes, it.length_bytes, it.kind)?;
        for part in &it.parts {
            writeln!(out, "  {:#010x} {:>8} {}", part.address, part.bytes, part.section)?;
        }
    }
    for it in report.symbols.iter().take(20) {
        writeln!(out, "{:>8} {} [{}]", it.size_bytes, it.name, it.krate.as_deref().unwrap_or("?"))?;
    }
    for it in report.crates.iter().take(20) {
        let retained = it.retained_bytes.unwrap_or_default();
        writeln!(
            out,
            "{:>8} flash {:>8} RAM {retained:>8} retained {}",
            it.flash_bytes, it.ram_bytes, it.name
        )?;
    }
    let formatting = &report.formatting;
    writeln!(out, "formatting: {} bytes in {} symbols", formatting.total_bytes, formatting.symbols.len())?;
    if let Some(graph) = &report.graph {
        writeln!(
            out,
            "graph by {:?}: {} edges, {} unknown calls",
            graph.edge_source, graph.n_edges, graph.n_unknown_calls
        )?;
        writeln!(
            out,
            "reachable {} bytes, unreachable {} bytes, from",
            graph.reachable_bytes, graph.unreachable_bytes
        )?;
        for it in report.symbols.iter().filter(|it| it.reachable == Some(false)).take(20) {
            writeln!(out, "  unreachable: {:>8} {} in {}", it.size_bytes, it.name, it.section)?;
        }
        for it in graph.roots.iter().take(20) {
            writeln!(out, "  {:#010x} {} ({:?})", it.address, it.name, it.kind)?;
        }
    }
    for it in &report.warnings {
        writeln!(out, "warning: {}: {}", it.place, it.message)?;
    }
    Ok(())
}
