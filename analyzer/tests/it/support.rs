//! The vocabulary of the tests.

pub(crate) mod assembled;
pub(crate) mod corpus;
pub(crate) mod elf;
pub(crate) mod inputs;
pub(crate) mod laws;
pub(crate) mod linkers;
pub(crate) mod reach;

use std::fmt::Write;

use plimsoll_analyzer::report::Warning;
use plimsoll_analyzer::{MemoryRegion, Report};

/// Explains the image that `description` describes, with regions inferred.
#[track_caller]
pub(crate) fn explain(description: &str) -> Report {
    explain_in(description, "")
}

/// Explains the image that `description` describes in the memory that `script` declares. Whatever
/// the test is about, the laws have to hold.
#[track_caller]
pub(crate) fn explain_in(description: &str, script: &str) -> Report {
    let report = plimsoll_analyzer::analyze(&elf::build(description), &memory(script)).unwrap();
    laws::check(&report);
    laws::segments_are_in_regions(&report);
    report
}

#[track_caller]
pub(crate) fn memory(script: &str) -> Vec<MemoryRegion> {
    plimsoll_analyzer::parse_memory(script).unwrap()
}

/// `name section address size crate (aliases)`, one line per symbol.
pub(crate) fn symbols(report: &Report) -> String {
    let mut text = String::new();
    for it in &report.symbols {
        let krate = it.krate.as_deref().unwrap_or("-");
        let aliases =
            if it.aliases.is_empty() { String::new() } else { format!(" ({})", it.aliases.join(" ")) };
        writeln!(text, "{} {} {:#x} {} {krate}{aliases}", it.name, it.section, it.run_address, it.size_bytes)
            .unwrap();
    }
    text
}

/// One line per section: addresses, size, who owns it.
pub(crate) fn sections(report: &Report) -> String {
    let mut text = String::new();
    for it in report.sections.iter().filter(|it| it.run_address != 0 || it.allocated) {
        let load = it.load_address.map_or("-".into(), |it| format!("{it:#x}"));
        let role = format!("{:?} {:?}", it.kind, it.role).to_lowercase();
        let owners = format!("{}+{}+{}", it.symbol_bytes, it.padding_bytes, it.unattributed_bytes);
        writeln!(text, "{} {role} {:#x}←{load} {} = {owners}", it.name, it.run_address, it.size_bytes)
            .unwrap();
    }
    text
}

/// The warnings, without the one that a description without symbols always gets.
pub(crate) fn complaints(report: &Report) -> Vec<&Warning> {
    let is_stripped = |it: &&Warning| it.message.starts_with("it has no symbols");
    report.warnings.iter().filter(|it| !is_stripped(it)).collect()
}

/// The totals, then one line per region and one, indented, for each part.
pub(crate) fn regions(report: &Report) -> String {
    let mut text = format!("flash {} ram {}\n", report.totals.flash_bytes, report.totals.ram_bytes);
    for region in &report.regions {
        let length = region.length_bytes.map_or("?".into(), |it| it.to_string());
        let kind = format!("{:?}", region.kind).to_lowercase();
        write!(text, "{} {kind} {} of {length}", region.name, region.used_bytes).unwrap();
        let words = [("reserved", region.reserved_bytes), ("over by", region.overflow_bytes)];
        words.iter().filter(|it| it.1 > 0).for_each(|it| write!(text, ", {} {}", it.0, it.1).unwrap());
        let lists = [("overwrites", &region.overwrites), ("contains", &region.contains)];
        let lists = lists.iter().filter(|it| !it.1.is_empty());
        lists.for_each(|it| write!(text, ", {} {}", it.0, it.1.join(" ")).unwrap());
        text.push('\n');
        for part in &region.parts {
            let view = format!("{:?}", part.view).to_lowercase();
            writeln!(text, "  {:#x} {} {} {view}", part.address, part.bytes, part.section).unwrap();
        }
    }
    for warning in complaints(report) {
        writeln!(text, "! {}: {}", warning.place, warning.message).unwrap();
    }
    text
}
