//! Times each stage of reading debug information, on the files named as arguments or the corpus.
#![expect(clippy::print_stdout, reason = "it is what a bench is for")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use plimsoll_analyzer::debug::{DebugInfo, DebugSections};

const N_RUNS: usize = 15;

fn main() {
    let mut files: Vec<PathBuf> =
        std::env::args().skip(1).filter(|it| it != "--bench").map(PathBuf::from).collect();
    if files.is_empty() {
        let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "..", "shared", "corpus"].iter().collect();
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|it| it.path());
        files = entries.filter(|it| it.extension().is_some_and(|it| it == "elf")).collect();
        files.sort();
    }
    println!(
        "{:>9} {:>9} {:>9} {:>9} {:>9}  milliseconds",
        "sections", "units", "functions", "lines", "report"
    );
    for file in files {
        let Ok(content) = std::fs::read(&file) else { continue };
        if let Some(times) = stages(&content) {
            let shown = times.map(|it| format!("{:9.2}", it.as_secs_f64() * 1e3)).join(" ");
            println!("{shown}  {}", file.display());
        }
    }
}

/// The best of some runs, of each stage.
fn stages(content: &[u8]) -> Option<[Duration; 5]> {
    let mut best = [Duration::MAX; 5];
    for _ in 0..N_RUNS {
        let times = once(content)?;
        best.iter_mut().zip(times).for_each(|(best, time)| *best = time.min(*best));
    }
    Some(best)
}

fn once(content: &[u8]) -> Option<[Duration; 5]> {
    let start = Instant::now();
    let sections = DebugSections::parse(content).ok()?;
    let with_sections = Instant::now();
    let info = DebugInfo::new(&sections);
    let with_units = Instant::now();
    info.read_functions();
    let with_functions = Instant::now();
    info.read_lines();
    let with_lines = Instant::now();
    black_box(plimsoll_analyzer::analyze(black_box(content), &[]).ok()?);
    Some([
        with_sections - start,
        with_units - with_sections,
        with_functions - with_units,
        with_lines - with_functions,
        with_lines.elapsed(),
    ])
}
