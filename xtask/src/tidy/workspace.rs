//! The top folder is the table of contents.

use super::{Finding, Source};
use std::collections::BTreeSet;

/// Everything that may stand at the top. A newcomer reads this first, so it stays short.
const ROOT: [&str; 28] = [
    ".cargo",
    ".ci",
    ".dockerignore",
    ".gitattributes",
    ".github",
    ".gitignore",
    ".sqlx",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "Dockerfile",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "analyzer",
    "cli-uploader",
    "clippy.toml",
    "deny.toml",
    "docker-compose.yml",
    "docs",
    "firmware",
    "migrations",
    "plimsoll.toml",
    "protocol",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "server",
    "xtask",
];

/// Nothing else appears at the top.
pub fn the_root_holds_only_what_belongs_there(sources: &[Source]) -> Vec<Finding> {
    let tops: BTreeSet<&str> = sources.iter().filter_map(|it| it.path.split('/').next()).collect();
    let strangers = tops.into_iter().filter(|it| !ROOT.contains(it));
    strangers
        .map(|it| Finding {
            path: it.to_owned(),
            line: 0,
            complaint: "does not belong at the top: put it into a crate's folder or docs/".into(),
        })
        .collect()
}
