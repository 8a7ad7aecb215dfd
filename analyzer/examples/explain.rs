//! Prints what an ELF is made of: `cargo run -p plimsoll-analyzer --example explain FILE [memory.x]`.
#![expect(clippy::print_stdout, reason = "printing is what the example is for")]

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args().skip(1);
    let elf = std::fs::read(paths.next().ok_or("which ELF?")?)?;
    let script = paths.next().map(std::fs::read_to_string).transpose()?.unwrap_or_default();
    let report = plimsoll_analyzer::analyze(&elf, &plimsoll_analyzer::parse_memory(&script)?)?;
    println!("{:?}", report.totals);
    for region in &report.regions {
        println!(
            "{:<12} {:>10} of {:?} {:?}",
            region.name, region.used_bytes, region.length_bytes, region.kind
        );
        region.parts.iter().for_each(|it| println!("  {:#010x} {:>8} {}", it.address, it.bytes, it.section));
    }
    report
        .symbols
        .iter()
        .take(20)
        .for_each(|it| println!("{:>8} {} [{:?}]", it.size_bytes, it.name, it.krate));
    report
        .crates
        .iter()
        .take(20)
        .for_each(|it| println!("{:>8} {:>8} {}", it.flash_bytes, it.ram_bytes, it.name));
    println!(
        "formatting: {} bytes in {} symbols",
        report.formatting.total_bytes,
        report.formatting.symbols.len()
    );
    report.warnings.iter().for_each(|it| println!("warning: {}: {}", it.place, it.message));
    Ok(())
}
