//! Who formats and who may panic, and what goes without them, held against rebuilt programs.

use plimsoll_analyzer::report::Blame;
use plimsoll_analyzer::{PredictError, SourceLine, Without, fmt_blame, predict};
use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::support::corpus;
use crate::support::elf::build;

/// A program, lines that were removed, and what a rebuild without them really saved.
struct Case {
    elf: String,
    cut: Vec<SourceLine>,
    true_bytes: u64,
}

/// Measured cases. Without them there is none, and a message.
fn cases() -> Vec<Case> {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "..", "..", "shared", "fmt-truth", "cases.json"].iter().collect();
    let Ok(text) = std::fs::read(&path) else {
        eprintln!("skipped: there is no {}", path.display());
        return Vec::new();
    };
    let cases: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let case = |it: &serde_json::Value| Case {
        elf: it["elf"].as_str().unwrap().to_owned(),
        cut: it["cut"].as_array().unwrap().iter().map(|it| line(it.as_str().unwrap())).collect(),
        true_bytes: it["true_saving_bytes"].as_u64().unwrap(),
    };
    cases.as_array().unwrap().iter().map(case).collect()
}

fn line(text: &str) -> SourceLine {
    let (file, line) = text.rsplit_once(':').unwrap();
    SourceLine { file: file.into(), line: line.parse().unwrap() }
}

/// Programs by name.
fn programs() -> BTreeMap<String, Vec<u8>> {
    corpus::truths().into_iter().collect()
}

#[test]
fn predictions_hold_when_one_really_rebuilds() {
    let programs = programs();
    let mut errors: Vec<f64> = Vec::new();
    for case in cases() {
        let Some(elf) = programs.get(&case.elf) else { continue };
        let predicted = predict(elf, &Without::Lines(case.cut.clone())).unwrap().saves_at_least_bytes;
        let error = predicted.abs_diff(case.true_bytes) as f64;
        let tolerance = (0.05 * case.true_bytes as f64).max(64.0);
        let Case { elf, cut, true_bytes } = case;
        assert!(error <= tolerance, "{elf} without {cut:?}: predicted {predicted}, really {true_bytes}");
        errors.push(error / true_bytes as f64);
    }
    errors.sort_by(f64::total_cmp);
    let median = errors.get(errors.len() / 2).copied().unwrap_or(0.0);
    assert!(median <= 0.02, "half of the predictions are further off than {median}");
}

#[test]
fn a_file_is_found_by_its_whole_path_and_by_what_the_report_calls_it() {
    let Some(elf) = corpus::file("m0p-rust-rp2040-embassy.elf") else { return };
    let without = |file: &str| {
        let line = SourceLine { file: file.into(), line: 381 };
        predict(&elf, &Without::Lines(vec![line])).ok().filter(|it| it.saves_at_least_bytes > 1_000)
    };
    let found = without("src/lib.rs").unwrap();
    assert_eq!(found.lines.iter().map(|it| it.file.as_str()).collect::<Vec<_>>(), ["src/lib.rs"]);
    let whole = format!("/{}/jacknoppe/dev/debug/probe-rs-debugger-test/src/lib.rs", "Users");
    assert_eq!(without(&whole), Some(found.clone()));
    assert_eq!(without("probe-rs-debugger-test/src/lib.rs"), Some(found));
    assert_eq!(without("test/src/lib.rs"), None, "half of a folder's name is no suffix");
}

#[test]
fn all_formatting_together_is_predicted_within_three_percent() {
    let programs = programs();
    for case in cases().into_iter().filter(|it| it.cut.len() == 6) {
        let Some(elf) = programs.get(&case.elf) else { continue };
        let predicted = predict(elf, &Without::Lines(case.cut)).unwrap().saves_at_least_bytes as f64;
        let share = predicted / case.true_bytes as f64;
        assert!((0.97..=1.03).contains(&share), "{}: {share}", case.elf);
    }
}

#[test]
fn what_is_blamed_is_what_is_predicted() {
    for (name, elf) in programs() {
        let blame = fmt_blame(&elf).unwrap().formatting.blame;
        assert!(blame.lines.len() >= 6, "{name}");
        for it in &blame.lines {
            let asked = SourceLine { file: it.file.clone(), line: it.line };
            let predicted = predict(&elf, &Without::Lines(vec![asked])).unwrap();
            assert_eq!(
                (predicted.saves_at_least_bytes, predicted.shared_bytes),
                (it.saves_at_least_bytes, it.shared_bytes),
                "{name} {}:{}",
                it.file,
                it.line
            );
        }
        let all = predict(&elf, &Without::AllFormatting).unwrap();
        assert_eq!(all.saves_at_least_bytes, blame.saves_at_least_bytes, "{name}");
        assert_eq!(all.lines.len(), blame.lines.len(), "{name}");
    }
}

/// Whoever goes alone takes no more than all together, and nobody takes more than there is.
fn law(blame: &Blame, name: &str, image_bytes: u64) {
    let sum_of_crates: u64 = blame.crates.iter().map(|it| it.n_lines).sum();
    assert_eq!(sum_of_crates, blame.lines.len() as u64 + blame.n_lines_left_out, "{name}");
    assert!(blame.saves_at_least_bytes <= image_bytes, "{name}");
    let singles = blame.lines.iter().map(|it| it.saves_at_least_bytes);
    let crates = blame.crates.iter().map(|it| it.saves_at_least_bytes);
    assert!(singles.chain(crates).all(|it| it <= blame.saves_at_least_bytes), "{name}");
}

/// Formats a number; nothing else.
const PROGRAM: &str = "
    #![no_std]
    #![no_main]
    use core::fmt::Write;
    struct Port;
    impl Write for Port {
        fn write_str(&mut self, text: &str) -> core::fmt::Result {
            text.bytes().for_each(|it| unsafe { core::ptr::write_volatile(0x4000_0000 as *mut u8, it) });
            Ok(())
        }
    }
    #[inline(never)]
    fn greet(number: u32) { let _ = write!(Port, \"hello {number}\"); }
    #[unsafe(no_mangle)]
    extern \"C\" fn _start() -> ! { loop { greet(unsafe { core::ptr::read_volatile(0x4000_0004 as *const u32) }) } }
    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }";

#[test]
fn line_tables_alone_tell_the_crate_by_the_symbol() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("port.rs"), PROGRAM).unwrap();
    let flags = "--edition 2024 -C panic=abort -C opt-level=s -C debuginfo=line-tables-only";
    let mut command = std::process::Command::new("rustc");
    command.current_dir(&folder).args(flags.split(' ')).args(["--target", "thumbv6m-none-eabi"]);
    let output = command.args(["-o", "port.elf", "port.rs"]).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    if message.contains("can't find crate for `core`") {
        eprintln!("skipped: there is no thumbv6m-none-eabi");
        return;
    }
    assert!(output.status.success(), "{message}");
    let blame = fmt_blame(&std::fs::read(folder.path().join("port.elf")).unwrap()).unwrap().formatting.blame;
    assert!(!blame.lines.is_empty());
    assert!(blame.lines.iter().all(|it| it.krate.as_deref() == Some("port")), "{:?}", blame.lines);
}

#[test]
fn no_line_saves_more_than_all_lines_together() {
    for (name, elf) in corpus::all().into_iter().chain(corpus::truths()) {
        let report = plimsoll_analyzer::analyze(&elf, &[]).unwrap();
        let image_bytes = report.sections.iter().filter(|it| it.allocated).map(|it| it.size_bytes).sum();
        for blame in [&report.formatting.blame, &report.panics.blame].into_iter().flatten() {
            law(blame, &name, image_bytes);
        }
        assert!(report.formatting.retained_bytes.is_none_or(|it| it >= report.formatting.total_bytes));
    }
}

#[test]
fn files_match_by_whole_names_at_the_end_of_their_path() {
    for (name, elf) in programs() {
        let ask = |file: &str| predict(&elf, &Without::Lines(vec![line(file)]));
        assert_eq!(ask("app.rs:25"), ask("src/app.rs:25"), "{name}");
        let refused = ask("pp.rs:25").unwrap_err();
        assert!(matches!(refused, PredictError::NoSuchLine { .. }), "{name}: {refused}");
        match ask("app.rs:1").unwrap_err() {
            PredictError::NoSuchLine { formatting_lines, .. } => assert!(formatting_lines.contains(&25)),
            other => panic!("{name}: {other}"),
        }
    }
}

#[test]
fn without_line_tables_or_a_graph_nobody_is_blamed() {
    let elf = build("section .text 0x100 32 x\n func main 0x101 8");
    assert_eq!(fmt_blame(&elf).unwrap_err(), PredictError::NoDebug);
    let elf = build("kind rel\nsection .text 0 32 x\n func main 0 8");
    assert!(matches!(fmt_blame(&elf).unwrap_err(), PredictError::NoGraph(_)));
}
