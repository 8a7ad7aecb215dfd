//! The answers of `llvm-symbolizer` and GNU `addr2line`, address by address.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use plimsoll_analyzer::debug::{DebugInfo, DebugSections, Frame};

use crate::support::corpus;

/// Function and place, as text.
type Chain = Vec<(String, String)>;

/// What `tool` says of `addresses`; `None` where it is not installed.
fn ask(tool: &str, file: &std::path::Path, addresses: &[u64]) -> Option<Vec<Chain>> {
    let mut command = Command::new(tool);
    command.args(["-a", "-i", "-f", "-e"]).arg(file);
    let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = spawned else {
        eprintln!("skipped: there is no {tool}");
        return None;
    };
    let mut stdin = child.stdin.take().unwrap();
    let mut questions = String::new();
    addresses.iter().for_each(|it| writeln!(questions, "{it:#x}").unwrap());
    let writer = std::thread::spawn(move || stdin.write_all(questions.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    Some(chains(&String::from_utf8_lossy(&output.stdout)))
}

/// Groups of an address and pairs of lines: function, place.
fn chains(text: &str) -> Vec<Chain> {
    let mut chains: Vec<Chain> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("0x") && !line.contains(' ') {
            chains.push(Vec::new());
        } else if let (Some(chain), Some(place)) = (chains.last_mut(), lines.next()) {
            chain.push((demangled(line), place_text(place)));
        }
    }
    chains
}

fn demangled(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}

/// `path:line`, without detours. A file without a line is no place: what it is then called differs.
fn place_text(place: &str) -> String {
    let place = place.split(" (discriminator").next().unwrap();
    let place = place.replace('\\', "/");
    let (path, line) = place.rsplit_once(':').unwrap();
    let line = line.parse::<u32>().unwrap_or(0);
    if line == 0 {
        return "?".into();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if !parts.is_empty() => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}:{line}", parts.join("/"))
}

fn our_chain(frames: &[Frame]) -> Chain {
    let place = |it: &Frame| {
        let line = |line: Option<u32>| line.unwrap_or(0);
        it.place.as_ref().map_or("?".into(), |it| place_text(&format!("{}:{}", it.path, line(it.line))))
    };
    frames.iter().map(|it| (it.function.clone().unwrap_or("??".into()), place(it))).collect()
}

/// Addresses in functions, evenly spread.
fn addresses(content: &[u8], n: usize) -> Vec<u64> {
    let report = plimsoll_analyzer::analyze(content, &[]).unwrap();
    let functions = report.symbols.iter().filter(|it| it.section.contains("text") && it.size_bytes >= 2);
    let mut all: Vec<u64> =
        functions.flat_map(|it| (it.run_address..it.run_address + it.size_bytes).step_by(2)).collect();
    all.sort_unstable();
    let step = all.len().div_ceil(n).max(1);
    all.into_iter().step_by(step).collect()
}

/// The same places and, of what is inlined, the same names: the outermost name is one of the symbol
/// table's aliases there.
fn is_same(ours: &Chain, theirs: &Chain) -> bool {
    let names = |it: &Chain| it.iter().rev().skip(1).map(|it| it.0.clone()).collect::<Vec<_>>();
    let places = |it: &Chain| it.iter().map(|it| it.1.clone()).collect::<Vec<_>>();
    names(ours) == names(theirs) && places(ours) == places(theirs)
}

/// Asks both sides about `n` addresses and prints where they differ; the share that agrees, per mille.
fn agreement(tool: &str, name: &str, content: &[u8], n: usize) -> Option<u64> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    let sections = DebugSections::parse(content).unwrap();
    let info = DebugInfo::new(&sections);
    let addresses: Vec<u64> =
        addresses(content, n).into_iter().filter(|it| !info.frames_at(*it).is_empty()).collect();
    let theirs = ask(tool, file.path(), &addresses)?;
    assert_eq!(theirs.len(), addresses.len(), "{name}: {tool} answers each question");
    let mut n_same = 0_u64;
    let mut shown = 0;
    for (address, theirs) in addresses.iter().zip(&theirs) {
        let ours = our_chain(&info.frames_at(*address));
        if is_same(&ours, theirs) {
            n_same += 1;
        } else if shown < 4 {
            shown += 1;
            let n_shared = ours.iter().zip(theirs).take_while(|it| it.0 == it.1).count();
            eprintln!("{name} {address:#x}, frame {n_shared}");
            eprintln!("  ours   {:?}\n  {tool} {:?}", ours.get(n_shared), theirs.get(n_shared));
        }
    }
    eprintln!("{name}: {n_same} of {} agree with {tool}", addresses.len());
    (1000 * n_same).checked_div(addresses.len() as u64)
}

#[test]
fn llvm_gives_the_same_answers_for_every_compiler_and_machine() {
    for (name, content) in corpus::all() {
        let per_mille = agreement("llvm-addr2line", &name, &content, 4_000);
        assert!(per_mille.is_none_or(|it| it == 1000), "{name}: {per_mille:?}");
    }
}

#[test]
fn gnu_binutils_give_the_same_answers_where_they_read_the_file() {
    // It knows no TASKING, and takes functions of one name in two files for each other.
    const ELSEWHERE_WRONG: [&str; 2] = ["tricore-c-tasking-blinky.elf", "xtensa-c-esp32-dw245.elf"];
    for (name, content) in corpus::files().into_iter().filter(|it| !ELSEWHERE_WRONG.contains(&it.0.as_str()))
    {
        let per_mille = agreement("addr2line", &name, &content, 4_000);
        assert!(per_mille.is_none_or(|it| it >= 999), "{name}: {per_mille:?}");
    }
}
