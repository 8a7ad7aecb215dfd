//! What is remembered between walks, in the repository's own folder: which builds failed, why, and their logs.

use crate::environment::Environment;
use anyhow::Context;
use plimsoll_protocol::{CommitId, TargetName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Version of the file's shape.
const SCHEMA_VERSION: u32 = 2;

/// The notes. While they are open no other walk goes through the repository.
#[derive(Debug)]
pub(super) struct Notes {
    folder: PathBuf,
    /// Fingerprint of what builds are given now.
    environment: String,
    failures: BTreeMap<String, Failure>,
    _lock: File,
}

/// Why there is nothing of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Failure {
    /// The command that was run.
    pub build: String,
    /// Fingerprint of the environment that it was run in: what was wrong there says nothing of the commit.
    pub environment: String,
    /// The targets that came to nothing.
    pub targets: Vec<TargetName>,
    /// A clause.
    pub reason: String,
    /// What the build printed.
    pub log: PathBuf,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Document {
    schema_version: u32,
    failures: BTreeMap<String, Failure>,
}

impl Notes {
    /// Opens those of the repository that has this folder.
    pub(super) fn open(common: &Path, environment: &Environment) -> anyhow::Result<Self> {
        let folder = common.join("plimsoll");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let lock = File::create(folder.join("lock")).context("cannot lock the repository's notes")?;
        lock.try_lock().context("another backfill goes through this repository")?;
        let read = fs::read(folder.join("backfill.json")).ok();
        let document: Option<Document> = read.and_then(|it| serde_json::from_slice(&it).ok());
        // Notes of another shape only cost building again.
        let document = document.filter(|it| it.schema_version == SCHEMA_VERSION).unwrap_or_default();
        let environment = environment.fingerprint();
        Ok(Self { folder, environment, failures: document.failures, _lock: lock })
    }

    /// Where the output of a commit's build goes.
    pub(super) fn log(&self, commit: &CommitId) -> PathBuf {
        self.folder.join(format!("{commit}.log"))
    }

    /// Fingerprint of what builds are given now.
    pub(super) fn environment(&self) -> &str {
        &self.environment
    }

    /// Why nothing came of these targets when this command was run in this environment; absent where that
    /// is not known of all.
    pub(super) fn failure(
        &self,
        commit: &CommitId,
        build: &str,
        targets: &[&TargetName],
    ) -> Option<&Failure> {
        let is_same = |it: &&Failure| it.build == build && it.environment == self.environment;
        let failure = self.failures.get(commit.as_str()).filter(is_same)?;
        targets.iter().all(|it| failure.targets.contains(it)).then_some(failure)
    }

    /// Remembers what failed of a commit, or that nothing did.
    pub(super) fn set(&mut self, commit: &CommitId, failure: Option<Failure>) -> anyhow::Result<()> {
        let before = match failure {
            Some(it) => self.failures.insert(commit.to_string(), it),
            None => {
                let _ = fs::remove_file(self.log(commit));
                self.failures.remove(commit.as_str())
            }
        };
        if before.as_ref() == self.failures.get(commit.as_str()) {
            return Ok(());
        }
        self.write()
    }

    /// In one go, so that whoever is killed leaves the old file or the new one.
    fn write(&self) -> anyhow::Result<()> {
        let document = Document { schema_version: SCHEMA_VERSION, failures: self.failures.clone() };
        let (path, new) = (self.folder.join("backfill.json"), self.folder.join("backfill.json.new"));
        let written = fs::write(&new, serde_json::to_vec_pretty(&document)?);
        written
            .and_then(|()| fs::rename(&new, &path))
            .with_context(|| format!("cannot write {}", path.display()))
    }
}
