//! The server's answers for one commit, as `--json` prints them and `plimsoll comment --answers` reads them.

use crate::failure::WithHint;
use crate::plan::Upload;
use anyhow::{Context, bail};
use plimsoll_protocol::{BuildAnswer, CommitId, ProjectName, TargetName};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Version of this document's shape.
const SCHEMA_VERSION: u32 = 1;

/// What came of the uploads of one commit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Answers {
    pub schema_version: u32,
    pub project: ProjectName,
    /// Absent where nothing was uploaded.
    pub commit: Option<CommitId>,
    pub pull_request: Option<u32>,
    pub answers: Vec<BuildAnswer>,
    /// Targets that could not be uploaded.
    #[serde(default)]
    pub failures: Vec<TargetFailure>,
}

/// A target without an answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TargetFailure {
    pub target: TargetName,
    /// The chain of causes, one line.
    pub error: String,
}

impl Answers {
    /// Nothing is answered yet.
    pub(crate) fn new(project: &ProjectName, uploads: &[Upload]) -> Self {
        let build = uploads.first().map(|it| &it.build);
        Self {
            schema_version: SCHEMA_VERSION,
            project: project.clone(),
            commit: build.map(|it| it.commit.clone()),
            pull_request: build.and_then(|it| it.pull_request.as_ref()).map(|it| it.number),
            answers: Vec::new(),
            failures: Vec::new(),
        }
    }

    /// What the server has of a commit.
    pub(crate) fn of_commit(project: &ProjectName, commit: &CommitId, answers: Vec<BuildAnswer>) -> Self {
        let pull_request = answers.iter().find_map(|it| it.build.pull_request);
        Self { commit: Some(commit.clone()), pull_request, answers, ..Self::new(project, &[]) }
    }

    pub(crate) fn fail(&mut self, target: &TargetName, error: &str) {
        self.failures.push(TargetFailure { target: target.clone(), error: error.to_owned() });
    }

    /// Adds the answers of another job for the same commit.
    pub(crate) fn join(&mut self, other: Self) -> anyhow::Result<()> {
        if self.project != other.project || self.commit != other.commit {
            bail!("the answer files belong to different commits");
        }
        self.answers.extend(other.answers);
        self.failures.extend(other.failures);
        Ok(())
    }

    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = crate::plan::read_file(path, "the answers")?;
        let answers: Self = serde_json::from_slice(&bytes)
            .with_context(|| format!("{} holds no answers", path.display()))
            .hint("`plimsoll upload --wait --answer-file FILE` writes them")?;
        if answers.schema_version != SCHEMA_VERSION {
            bail!(
                "{} has the shape {}, this program knows {SCHEMA_VERSION}",
                path.display(),
                answers.schema_version
            );
        }
        Ok(answers)
    }
}
