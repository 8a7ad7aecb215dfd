//! Processor time, wall time and peak memory of each stage of a full report, beside `bloaty` or another reader.
//!
//! `cargo bench -p plimsoll-analyzer --bench speed [-- FILE…]`. Without files: the corpus, our firmware, and
//! two big libraries of the installed toolchain. Each file is analysed by a process of its own: the time is
//! what the kernel charged that process, user and system together, and memory is what it had at most.
#![expect(clippy::print_stdout, reason = "it is what a bench is for")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// Told to the process that does the work.
const ONE: &str = "--one";
/// Small files are read again and again, until this much time is gone; the best run counts.
const ENOUGH: Duration = Duration::from_millis(400);
/// What `bloaty -d compileunits` took elsewhere, where it is not at hand: issue and README speak of it.
const RECORDED: &str = "bloaty -d compileunits is not on PATH; recorded: 0.014–0.06 s of user time for \
    1.5–3.7 MB, 6.9 s and 787 MB for 150–200 MB";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    if let [mode, file] = arguments.as_slice()
        && mode == ONE
    {
        return one(Path::new(file));
    }
    let files: Vec<PathBuf> =
        if arguments.is_empty() { default_files() } else { arguments.iter().map(PathBuf::from).collect() };
    let peer = Peer::find();
    if peer.as_ref().is_none_or(|it| it.program != "bloaty") {
        println!("{RECORDED}");
    }
    for file in files.iter().filter(|it| it.is_file()) {
        let megabytes = file.metadata().map_or(0.0, |it| it.len() as f64 / 1e6);
        println!("\n{} ({megabytes:.1} MB)", file.display());
        measure(file);
        if let Some(peer) = &peer {
            peer.measure(file);
        }
    }
}

/// The corpus, our firmware and big libraries, those that are there.
fn default_files() -> Vec<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let elves = |folder: PathBuf, is_it: fn(&str) -> bool| {
        let entries = folder.read_dir().into_iter().flatten().flatten().map(|it| it.path());
        let mut files: Vec<PathBuf> = entries
            .filter(|it| it.is_file() && it.file_name().is_some_and(|it| is_it(&it.to_string_lossy())))
            .collect();
        files.sort();
        files
    };
    let mut files = elves(here.join("../shared/corpus"), |it| it.ends_with(".elf"));
    files.extend(["blink", "logger"].map(|it| here.join("target/thumbv6m-none-eabi/firmware").join(it)));
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().map(|it| it.stdout);
    let sysroot = PathBuf::from(String::from_utf8_lossy(&sysroot.unwrap_or_default()).trim());
    files.extend(elves(sysroot.join("lib"), |it| it.starts_with("librustc_driver") || it.contains(".so.")));
    files
}

/// Starts the process for one file; it prints.
fn measure(file: &Path) {
    let Ok(this) = std::env::current_exe() else { return };
    let status = Command::new(this).arg(ONE).arg(file).status();
    if !status.is_ok_and(|it| it.success()) {
        println!("  failed");
    }
}

/// What one stage took.
#[derive(Debug, Clone, Copy)]
struct Stage {
    name: &'static str,
    processor: Duration,
    wall: Duration,
    /// The most that the process had so far, in kilobytes.
    peak_kb: u64,
}

/// Analyses one file as often as there is time for, and prints the best run.
fn one(file: &Path) {
    let start = Instant::now();
    let mut best: Option<Vec<Stage>> = None;
    let total = |stages: &[Stage]| stages.iter().map(|it| it.processor).sum::<Duration>();
    while best.is_none() || start.elapsed() < ENOUGH {
        let stages = run(file);
        // Memory is honest in the first run only: later ones find the room that it left.
        let first = best.as_deref().unwrap_or(&stages).to_vec();
        let mut better = if total(&stages) <= total(&first) { stages } else { first.clone() };
        better.iter_mut().zip(&first).for_each(|(it, first)| it.peak_kb = first.peak_kb);
        best = Some(better);
    }
    let stages = best.unwrap_or_default();
    let shown = |name: &str, processor: Duration, wall: Duration, peak_kb: u64| {
        let milliseconds = |it: Duration| it.as_secs_f64() * 1e3;
        let (processor, wall) = (milliseconds(processor), milliseconds(wall));
        println!("  {processor:9.2} ms {wall:9.2} ms {:8.1} MB  {name}", peak_kb as f64 / 1e3);
    };
    println!("  processor    wall         peak so far");
    stages.iter().for_each(|it| shown(it.name, it.processor, it.wall, it.peak_kb));
    let report = stages.iter().filter(|it| it.name != "JSON");
    let sum = |duration: fn(&Stage) -> Duration| report.clone().map(duration).sum();
    let peak_kb = report.clone().map(|it| it.peak_kb).max().unwrap_or(0);
    shown("= one full report", sum(|it| it.processor), sum(|it| it.wall), peak_kb);
}

fn run(file: &Path) -> Vec<Stage> {
    let mut last = (processor_time(), Instant::now());
    let stages = std::cell::RefCell::new(Vec::new());
    let last = std::cell::RefCell::new(&mut last);
    let done = |name: &'static str| {
        let now = (processor_time(), Instant::now());
        let mut last = last.borrow_mut();
        let stage = Stage { name, processor: now.0 - last.0, wall: now.1 - last.1, peak_kb: peak_kb("self") };
        stages.borrow_mut().push(stage);
        **last = now;
    };
    let content = std::fs::read(file).unwrap_or_default();
    done("read");
    let report = plimsoll_analyzer::analyze_in_stages(black_box(&content), &[], &done);
    if let Ok(report) = report {
        black_box(serde_json::to_vec(&report).map_or(0, |it| it.len()));
        done("JSON");
    }
    stages.into_inner()
}

/// User and system time of this process, all of its threads.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The most memory that a process had resident; 0 where the kernel does not tell.
fn peak_kb(process: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    line.and_then(|it| it.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Another program that reads ELF files.
struct Peer {
    program: &'static str,
    arguments: &'static [&'static str],
}

impl Peer {
    /// The first that is there; `bloaty` is the one to compare with.
    fn find() -> Option<Self> {
        let peers = [
            Self { program: "bloaty", arguments: &["-d", "compileunits"] },
            Self { program: "llvm-dwarfdump", arguments: &["--statistics"] },
            Self { program: "readelf", arguments: &["--debug-dump=info,decodedline", "--symbols", "--wide"] },
        ];
        let runs = |it: &Peer| {
            let quiet = Command::new(it.program).arg("--version").stdout(Stdio::null()).status();
            quiet.is_ok_and(|it| it.success())
        };
        peers.into_iter().find(runs)
    }

    /// Runs it once on a file, which the reading before has warmed up.
    fn measure(&self, file: &Path) {
        let before = children_ticks();
        let start = Instant::now();
        let mut command = Command::new(self.program);
        command.args(self.arguments).arg(file).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(mut child) = command.spawn() else { return };
        let mut peak = 0;
        while let Ok(None) = child.try_wait() {
            peak = peak.max(peak_kb(&child.id().to_string()));
            std::thread::sleep(Duration::from_micros(200));
        }
        let processor = (children_ticks() - before) * 10;
        let wall = start.elapsed().as_secs_f64() * 1e3;
        let command = format!("{} {}", self.program, self.arguments.join(" "));
        println!(
            "  {processor:6} ms    {wall:9.2} ms {:8.1} MB  for comparison: {command}",
            peak as f64 / 1e3
        );
    }
}

/// User and system time of all processes that this one has waited for, in hundredths of a second.
fn children_ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(13).take(2).filter_map(|it| it.parse::<u64>().ok()).sum()
}
