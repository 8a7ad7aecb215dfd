//! What a file must say, and what no file may say.

use super::{Finding, Source};

/// Each module of a crate opens with one sentence of what it is for.
pub fn modules_open_with_a_sentence(sources: &[Source]) -> Vec<Finding> {
    let modules = sources.iter().filter(|it| it.is_rust() && (it.path.contains("src/") || it.is_test()));
    let modules = modules.filter(|it| !it.path.contains("/tests/ui/"));
    let mute = modules.filter(|it| !it.text.starts_with("//! "));
    mute.map(|it| it.whole("opens without a `//!` sentence")).collect()
}

/// Words of unfinished work, cut in two so that this file does not complain about itself.
const UNFINISHED: [(&str, &str); 9] = [
    ("TO", "DO"),
    ("FIX", "ME"),
    ("XX", "X"),
    ("to", "do!("),
    ("unimple", "mented!("),
    ("not imple", "mented"),
    ("for n", "ow"),
    ("simpli", "fied"),
    ("place", "holder"),
];

/// No file speaks of work that is left.
pub fn nothing_is_left_undone(sources: &[Source]) -> Vec<Finding> {
    // A `.stderr` holds the compiler's words.
    let is_ours = |it: &str| !it.contains("/vendor/") && !is_lock(it) && !it.ends_with(".stderr");
    let ours = |it: &&Source| is_ours(&it.path);
    each_line(sources.iter().filter(ours), |line| {
        let word = UNFINISHED.iter().map(|(a, b)| format!("{a}{b}")).find(|word| speaks_of(line, word))?;
        Some(format!("`{word}`: finish it, or say what is so and why"))
    })
}

/// Whether the word stands in the line as a word. HTML's attribute of that name is no confession.
fn speaks_of(line: &str, word: &str) -> bool {
    let is_letter = |it: char| it.is_alphanumeric() || it == '_';
    line.match_indices(word).any(|(start, _)| {
        let (before, after) = (&line[..start], &line[start + word.len()..]);
        let is_whole = !before.ends_with(is_letter) && (word.ends_with('(') || !after.starts_with(is_letter));
        is_whole && !after.starts_with('=') && !before.ends_with([':', '\'', '"'])
    })
}

/// Folders that exist on one machine only; cut in two for the same reason.
const MACHINE_FOLDERS: [(&str, &str); 5] =
    [("/wo", "rk/"), ("/fa", "rm/"), ("/ro", "ot/"), ("/ho", "me/"), ("/Us", "ers/")];

/// No file names a folder of one machine.
pub fn no_path_of_one_machine(sources: &[Source]) -> Vec<Finding> {
    each_line(sources.iter().filter(|it| !is_lock(&it.path)), |line| {
        let folder = MACHINE_FOLDERS.iter().map(|(a, b)| format!("{a}{b}")).find(|folder| {
            let is_path = |it: char| it.is_ascii_alphanumeric() || "._-}~$/".contains(it);
            line.match_indices(folder.as_str()).any(|(start, _)| !line[..start].ends_with(is_path))
        })?;
        Some(format!("`{folder}…` is a path of one machine"))
    })
}

/// No test is switched off, and none passes because it panics somewhere.
pub fn no_test_is_switched_off(sources: &[Source]) -> Vec<Finding> {
    each_line(sources.iter().filter(|it| it.is_rust()), |line| {
        let line = line.trim_start();
        let is_off = line.starts_with("#[ignore");
        let is_vague = line.starts_with("#[should_panic");
        (is_off || is_vague).then(|| "a test that always runs and says what it expects, please".to_owned())
    })
}

fn is_lock(path: &str) -> bool {
    path.ends_with(".lock") || path.ends_with("package-lock.json")
}

fn each_line<'a>(
    sources: impl Iterator<Item = &'a Source>,
    complaint: impl Fn(&str) -> Option<String>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        for (idx, line) in source.text.lines().enumerate() {
            findings.extend(complaint(line).map(|it| source.finding(idx, it)));
        }
    }
    findings
}
