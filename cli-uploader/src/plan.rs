//! What was typed, the environment, `plimsoll.toml` and git become a checked plan; running it decides nothing more.

mod budget;
mod commit;
mod history;
mod server;
mod target;

pub(crate) use budget::refuse_unknown;
pub(crate) use history::{BackfillPlan, backfill};
pub(crate) use server::{Connection, Secret};

use crate::args::{CommentArgs, UploadArgs};
use crate::ci::{self, CiFacts};
use crate::config::Config;
use crate::environment::Environment;
use crate::failure::{WithHint, hinted};
use crate::git::Git;
use anyhow::{Context, anyhow};
use plimsoll_analyzer::OtherFile;
use plimsoll_protocol::{CommitId, NewBuild, ProjectName};
use std::path::PathBuf;
use std::time::Duration;

/// Everything that `plimsoll upload` does.
#[derive(Debug)]
pub(crate) struct UploadPlan {
    /// Absent only for a dry run.
    pub destination: Option<Destination>,
    pub uploads: Vec<Upload>,
    pub wait: Option<Duration>,
    /// What is odd about the commit's facts.
    pub warnings: Vec<String>,
    /// That another commit is checked out than the one that is named.
    pub other_checkout: Option<String>,
}

/// Where to.
#[derive(Debug)]
pub(crate) struct Destination {
    pub connection: Connection,
    pub project: ProjectName,
}

impl Destination {
    /// Address of the project's page.
    pub(crate) fn page(&self) -> String {
        format!("{}/{}", self.connection.url, self.project)
    }
}

/// One image and what is said of it.
#[derive(Debug)]
pub(crate) struct Upload {
    /// Absent where the build did not link, and its `link_failure` says why.
    pub elf: Option<PathBuf>,
    /// What the linker wrote beside the ELF.
    pub map: Option<PathBuf>,
    pub build: NewBuild,
}

/// Everything that `plimsoll comment` needs to get the sizes from the server.
#[derive(Debug)]
pub(crate) struct CommentPlan {
    pub destination: Destination,
    pub commit: CommitId,
}

/// The plan of `plimsoll upload`.
pub(crate) fn upload(args: &UploadArgs, environment: &Environment) -> anyhow::Result<UploadPlan> {
    let config = Config::load(args.server.config.as_deref(), environment.current_dir())?;
    let ci = ci::detect(environment)?;
    let targets = target::resolve(args, &config, environment.current_dir())?;
    let git = Git::open(environment.current_dir());
    let facts = commit::resolve(&args.commit, &ci, git)?;
    let destination = match args.dry_run {
        true => None,
        false => {
            let project = project(args.server.project.as_deref(), environment, &config, &ci)?;
            let connection = server::resolve(&args.server, environment, &config)?.with_token()?;
            Some(Destination { connection, project })
        }
    };
    let mut warnings = facts.warnings.clone();
    warnings.extend(destination.as_ref().and_then(|it| it.connection.warning()));
    Ok(UploadPlan {
        destination,
        uploads: targets.into_iter().map(|it| it.upload(&facts.build)).collect(),
        wait: args.wait.map(Duration::from_secs),
        warnings,
        other_checkout: facts.other_checkout,
    })
}

/// The plan of `plimsoll comment` where it asks the server.
pub(crate) fn comment(
    args: &CommentArgs,
    environment: &Environment,
    ci: &CiFacts,
) -> anyhow::Result<CommentPlan> {
    let config = Config::load(args.server.config.as_deref(), environment.current_dir())?;
    let project = project(args.server.project.as_deref(), environment, &config, ci)?;
    // Public projects can be read without a token.
    let connection = server::resolve(&args.server, environment, &config)?;
    let git = Git::open(environment.current_dir());
    let commit = commit::head(args.commit.as_deref(), ci, &git)?;
    Ok(CommentPlan { destination: Destination { connection, project }, commit })
}

fn project(
    flag: Option<&str>,
    environment: &Environment,
    config: &Config,
    ci: &CiFacts,
) -> anyhow::Result<ProjectName> {
    if let Some(text) = flag {
        return project_name(text).context("--project");
    }
    if let Some(text) = environment.text("PLIMSOLL_PROJECT") {
        return project_name(text).context("PLIMSOLL_PROJECT");
    }
    config.project.clone().or_else(|| ci.project.clone()).ok_or_else(|| {
        hinted(
            anyhow!("no project is named"),
            "write `project = \"owner/name\"` into plimsoll.toml, or use --project or PLIMSOLL_PROJECT",
        )
    })
}

/// Reads a file that the user named.
pub(crate) fn read_file(path: &std::path::Path, what: &str) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {what} {}", path.display()))
}

/// Reads an image that the user named; what is known to be something else is refused.
pub(crate) fn read_elf(path: &std::path::Path) -> anyhow::Result<Vec<u8>> {
    let content = match std::fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(error)
            .context(format!("cannot read {}", path.display()))
            .hint("build it first, or check the path"),
        other => other.with_context(|| format!("cannot read {}", path.display())),
    }?;
    match other_file(path, &content) {
        Some(other) => {
            Err(anyhow!("{}: not an ELF file but {other}", path.display())).hint(instead_of(other))
        }
        None => Ok(content),
    }
}

/// By content, else by name.
fn other_file(path: &std::path::Path, content: &[u8]) -> Option<OtherFile> {
    let is_elf = content.starts_with(b"\x7fELF");
    let named = || path.file_name().and_then(|it| OtherFile::named(&it.to_string_lossy()));
    OtherFile::of(content).or_else(|| named().filter(|_| !is_elf && !content.is_empty()))
}

/// What to do with a file that is no ELF.
fn instead_of(other: OtherFile) -> &'static str {
    match other {
        OtherFile::Archive | OtherFile::ThinArchive => {
            "link it and give the ELF that the linker wrote; `plimsoll size` lists the sizes of an archive's members"
        }
        OtherFile::LinkerMap => "give the ELF of the same link; `--map` takes maps of GNU ld and lld besides",
        _ => "give the ELF that it was made from",
    }
}

/// A name without its owner is the likely mistake, told in the words that were typed.
fn project_name(text: &str) -> anyhow::Result<ProjectName> {
    if !text.contains('/') {
        return Err(anyhow!("a project is named `owner/name`; `{text}` has no `/`"));
    }
    Ok(ProjectName::parse(text)?)
}
