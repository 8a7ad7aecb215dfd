//! The table of docs/CONFORMANCE.md.

use super::Image;
use super::oracle::Figures;

/// What came of one image.
pub struct Row {
    line: String,
    key: String,
    is_wrong: bool,
    remark: String,
}

impl Row {
    /// Both sides are known.
    pub fn new(image: &Image, theirs: Figures, ours: Figures) -> Self {
        let differs = |theirs: Option<u64>, ours: Option<u64>| theirs.is_some() && theirs != ours;
        let has_difference =
            differs(theirs.flash_bytes, ours.flash_bytes) || differs(theirs.ram_bytes, ours.ram_bytes);
        let remark = match (has_difference, &image.reason) {
            (false, _) => "same".to_owned(),
            (true, Some(reason)) => reason.clone(),
            (true, None) => "**differs**".to_owned(),
        };
        let key = key(image);
        let cells = [
            image.family.clone(),
            key.clone(),
            image.oracle.name().to_owned(),
            pair(theirs),
            pair(ours),
            remark.clone(),
        ];
        Self {
            line: format!("| {} |", cells.map(|it| it.replace('|', "\\|")).join(" | ")),
            key,
            is_wrong: has_difference && image.reason.is_none(),
            remark,
        }
    }

    /// The image is not at hand or cannot be read: its earlier line stays, and the cause is told.
    pub fn without_figures(image: &Image, earlier: &str, cause: &str) -> Self {
        let key = key(image);
        let line = earlier.lines().find(|it| it.contains(&key)).unwrap_or_default().to_owned();
        Self { is_wrong: line.is_empty(), line, key, remark: format!("not measured: {cause}") }
    }

    /// For the terminal.
    pub fn told(&self) -> String {
        format!("{}  {}", self.key, self.remark)
    }

    /// Whether Plimsoll says something else than the oracle, without a reason.
    pub fn is_wrong(&self) -> bool {
        self.is_wrong
    }
}

fn key(image: &Image) -> String {
    let commit = image.commit.get(..10).unwrap_or(&image.commit);
    format!("{} {commit} `{}`", image.repository, image.path)
}

fn pair(figures: Figures) -> String {
    let shown = |it: Option<u64>| it.map_or("–".to_owned(), |it| it.to_string());
    format!("{} / {}", shown(figures.flash_bytes), shown(figures.ram_bytes))
}

/// The whole document.
pub fn document(rows: &[Row], date: &str) -> String {
    let lines: Vec<&str> = rows.iter().map(|it| it.line.as_str()).filter(|it| !it.is_empty()).collect();
    let n_same = rows.iter().filter(|it| it.remark == "same").count();
    format!(
        "# Conformance\n\n\
         Images of public repositories, each against another source of its size. None of them is part of this\n\
         repository; `docs/conformance.json` says where they are. Written by `cargo xtask conformance FOLDER`,\n\
         whose help says how to do it again.\n\n\
         Measured on {date}: {} images, {n_same} the same to the byte. Figures are flash / RAM in bytes; – where\n\
         the other source says nothing. A remark that begins with \"ours:\" names a fault of Plimsoll that is not mended yet.\n\n\
         | Toolchain | Repository, commit, image | Other source | says | Plimsoll | |\n\
         |---|---|---|---|---|---|\n{}\n",
        lines.len(),
        lines.join("\n"),
    )
}
