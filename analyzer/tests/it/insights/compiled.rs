//! Advice that rests on debug information: little programs, compiled here.

use std::path::Path;
use std::process::Command;

use plimsoll_analyzer::{Report, analyze};

use super::advice;
use crate::support::laws;

const MAIN: &str = "int feature(int);\nint old(int);\nint main(void) {\n    return feature(3) + old(4);\n}\n";
/// Big enough to be worth a word: a table of 2 KiB that only it reads.
const FEATURE: &str = "static const int table[512] = {[0 ... 511] = 7};\n\
                       int feature(int n) { return table[n & 511] * n; }\n";
const OLD: &str = "int old(int n) {\n    volatile int sum = n;\n    sum += n;\n    return sum;\n}\n";

/// Compiles `sources` for a Cortex-M4 into one image. `None`, with a message, without a compiler.
fn compiled(sources: &[(&str, &str)], option: &str) -> Option<Report> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in sources {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let names: Vec<&str> = sources.iter().map(|it| it.0).collect();
    run(folder.path(), &[&names[..], &[option]].concat())?;
    Some(image(folder.path()))
}

/// What [`run`] made.
pub(crate) fn image(folder: &Path) -> Report {
    let report = analyze(&std::fs::read(folder.join("image")).unwrap(), &[]).unwrap();
    laws::check(&report);
    report
}

/// Compiles and links with more arguments into `folder/image`. `None`, with a message, without a compiler.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Option<()> {
    const OPTIONS: [&str; 11] = [
        "-g",
        "-mcpu=cortex-m4",
        "-mthumb",
        "-nostdlib",
        "-ffreestanding",
        "-fno-unwind-tables",
        "-fno-asynchronous-unwind-tables",
        "-Wl,--entry=main",
        "-Wl,--discard-none",
        "-o",
        "image",
    ];
    let mut compiler = Command::new("arm-none-eabi-gcc");
    let Ok(output) = compiler.args(OPTIONS).args(arguments).current_dir(folder).output() else {
        eprintln!("skipped: there is no arm-none-eabi-gcc");
        return None;
    };
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(())
}

/// The same with two hundred times as much to do.
fn longer(source: &str) -> String {
    source.replacen("sum += n;", &"sum += n;".repeat(200), 1)
}

fn sources<'a>(feature: &'a str, old: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("app/src/main.c", MAIN), (feature, FEATURE), (old, OLD)]
}

#[test]
fn a_feature_that_one_line_leads_to_is_named_with_that_line() {
    let Some(report) = compiled(&sources("lib/feature.c", "app/src/old.c"), "-Os") else { return };
    let feature = report.insights.iter().find(|it| it.kind == "single_path").unwrap();
    let of = |name: &str| report.symbols.iter().find(|it| it.name == name).unwrap();
    let growth_bytes = of("main").size_bytes / 8 + 8;
    assert_eq!(feature.flash_bytes, of("feature").retained_flash_bytes - growth_bytes, "{feature:?}");
    assert!(of("feature").retained_flash_bytes > 2048, "with its table: {feature:?}");
    assert_eq!(feature.evidence[1], format!("{growth_bytes} B less for what the rest of it may grow by"));
    assert!(feature.advice.contains("app/src/main.c:4 calls feature"), "{feature:?}");
}

#[test]
fn a_part_of_the_program_itself_is_no_feature() {
    let Some(report) = compiled(&sources("app/src/feature.c", "app/src/old.c"), "-Os") else { return };
    assert_eq!(advice(&report), "");
}

#[test]
fn a_feature_that_two_functions_use_does_not_hang_on_one_call() {
    let mut sources = sources("lib/feature.c", "app/src/old.c");
    sources[2].1 = "int feature(int);\nint old(int n) { return feature(n) - feature(2 * n); }\n";
    let Some(report) = compiled(&sources, "-Os") else { return };
    assert_eq!(advice(&report), "");
}

#[test]
fn versions_of_one_crate_are_told_by_their_folders() {
    let long = longer(OLD);
    let again = longer(&long).replace("old", "feature");
    let new = ("thing-0.8.0/src/a.c", again.as_str());
    let Some(report) = compiled(&[("main.c", MAIN), new, ("thing-0.7.17/src/b.c", &long)], "-Os") else {
        return;
    };
    let versions = report.insights.iter().find(|it| it.kind == "crate_versions").unwrap();
    assert!(versions.evidence[0].ends_with("B thing 0.8.0"), "{versions:?}");
    assert_eq!(versions.evidence[1].replace(',', ""), format!("{} B thing 0.7.17", versions.saves_bytes));
    let report = compiled(&[("main.c", MAIN), new, ("thing-0.8.0/src/b.c", &long)], "-Os").unwrap();
    assert!(!advice(&report).contains("crate_versions"), "{:?}", report.insights);
}

#[test]
fn the_newest_version_stays_and_what_only_the_others_lead_to_goes() {
    let long = longer(OLD);
    let new = ("thing-0.10.0/src/a.c", long.as_str());
    let Some(report) = compiled(&[("main.c", MAIN), new, ("thing-0.9.2/src/b.c", FEATURE)], "-Os") else {
        return;
    };
    let versions = report.insights.iter().find(|it| it.kind == "crate_versions").unwrap();
    assert!(versions.advice.contains("take 0.10.0, the rest goes"), "{versions:?}");
    // The function and its table.
    assert!((2048..2100).contains(&versions.flash_bytes), "{versions:?}");
    assert!(versions.evidence[0].ends_with("B thing 0.10.0"), "{versions:?}");
    assert_eq!(versions.evidence[2], "2,048 B more that may be there only for what is older than 0.10.0");
}

#[test]
fn c_that_was_not_optimised_shows_in_the_options_of_its_compiler() {
    let long = longer(OLD);
    let all = [("app/src/main.c", MAIN), ("app/src/feature.c", FEATURE), ("app/src/old.c", &long)];
    for (option, part) in [("-O0", 4), ("-Og", 10)] {
        let Some(report) = compiled(&all, option) else { return };
        let code: u64 = report.sections.iter().find(|it| it.name == ".text").unwrap().symbol_bytes;
        let unoptimised = report.insights.iter().find(|it| it.kind == "unoptimised_c");
        assert_eq!(unoptimised.map(|it| it.flash_bytes), Some(code / part), "{option}: {code}");
    }
    let report = compiled(&all, "-Os").unwrap();
    assert_eq!(advice(&report), "");
}
