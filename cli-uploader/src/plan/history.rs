//! The plan of `plimsoll backfill`: which commits, and what is uploaded of each.

use super::target;
use super::{Destination, Upload, commit, project, server};
use crate::args::{BackfillArgs, CommitArgs, UploadArgs};
use crate::ci::{self, CiFacts};
use crate::config::{self, Config};
use crate::environment::Environment;
use crate::failure::{self, hinted};
use crate::git::Git;
use crate::link_error::{self, LinkError};
use anyhow::{Context, anyhow};
use plimsoll_protocol::{CommitId, NewBuild};
use std::path::{Component, Path, PathBuf};

/// Everything that `plimsoll backfill` does.
#[derive(Debug)]
pub(crate) struct BackfillPlan {
    /// A dry run may do without.
    pub destination: Option<Destination>,
    pub git: Git,
    /// Oldest first.
    pub commits: Vec<CommitId>,
    pub recipe: Recipe,
    pub warnings: Vec<String>,
}

/// What is uploaded of each commit. All paths are in the user's work tree; another one's are made of them.
#[derive(Debug)]
pub(crate) struct Recipe {
    /// Each with its ELF.
    pub targets: Vec<config::Target>,
    upload: UploadArgs,
    branch: Option<String>,
    top: PathBuf,
    current_dir: PathBuf,
}

/// The plan of `plimsoll backfill`.
pub(crate) fn backfill(args: &BackfillArgs, environment: &Environment) -> anyhow::Result<BackfillPlan> {
    // Without links, as git tells the top folder.
    let current_dir = environment.current_dir().canonicalize().context("cannot find the current folder")?;
    let git = Git::open(&current_dir).context("there is no history to walk")?;
    let config = Config::load(args.server.config.as_deref(), &current_dir)?;
    let mut commits = git.history(&args.from, args.number)?;
    commits.reverse();
    let mut warnings = Vec::new();
    let destination = match destination(args, environment, &config) {
        Err(error) if args.dry_run => {
            let why = failure::chain(&error);
            warnings.push(format!("{why}: what a server has already is not known"));
            None
        }
        other => Some(other?),
    };
    warnings.extend(destination.as_ref().and_then(|it| it.connection.warning()));
    if git.is_shallow()? {
        warnings
            .push("this is a shallow clone: what it lacks cannot be built; `git fetch --unshallow`".into());
    }
    let upload = args.as_upload();
    let recipe = Recipe {
        targets: target::wanted(&upload, &config, &current_dir)?,
        upload,
        branch: branch(args, &git)?,
        top: git.top_folder()?,
        current_dir,
    };
    recipe.check()?;
    Ok(BackfillPlan { destination, git, commits, recipe, warnings })
}

fn destination(
    args: &BackfillArgs,
    environment: &Environment,
    config: &Config,
) -> anyhow::Result<Destination> {
    let ci = ci::detect(environment)?;
    let project = project(args.server.project.as_deref(), environment, config, &ci)?;
    let connection = server::resolve(&args.server, environment, config)?;
    // A dry run only reads, and public projects can be read without a token.
    let connection = if args.dry_run { connection } else { connection.with_token()? };
    Ok(Destination { connection, project })
}

/// The branch that the newest commit is named by.
fn branch(args: &BackfillArgs, git: &Git) -> anyhow::Result<Option<String>> {
    if args.branch.is_some() {
        return Ok(args.branch.clone());
    }
    let newest = args.from.rsplit("..").next().unwrap_or_default().trim_start_matches('.');
    if newest.is_empty() || newest == "HEAD" {
        return git.branch();
    }
    let is_branch = git.resolve(&format!("refs/heads/{newest}"))?.is_some();
    Ok(is_branch.then(|| newest.to_owned()))
}

impl Recipe {
    /// Mistakes that would fail each commit are told before anything is built.
    fn check(&self) -> anyhow::Result<()> {
        for target in &self.targets {
            let n_same = self.targets.iter().filter(|it| it.name == target.name).count();
            if n_same > 1 {
                return Err(anyhow!("target `{}` is given twice", target.name));
            }
            if self.within(&target.elf).is_none() {
                let error = anyhow!("{} is not in this repository", target.elf.display());
                return Err(hinted(error, "each commit is built in a work tree of its own: build into it"));
            }
        }
        Ok(())
    }

    /// The folder to build in.
    pub(crate) fn folder(&self, tree: &Path) -> PathBuf {
        self.rebased(&self.current_dir, tree)
    }

    /// Where a target's image is in another work tree.
    pub(crate) fn image(&self, target: &config::Target, tree: &Path) -> PathBuf {
        self.rebased(&target.elf, tree)
    }

    /// Where a target's map is in another work tree; one outside of the repository is of another link.
    pub(crate) fn map(&self, target: &config::Target, tree: &Path) -> Option<PathBuf> {
        self.within(target.map.as_ref()?).map(|it| tree.join(it))
    }

    /// What is known of a commit, whatever its target.
    pub(crate) fn facts(&self, git: &Git, commit: &CommitId) -> anyhow::Result<NewBuild> {
        let args = CommitArgs { commit: Some(commit.to_string()), ..CommitArgs::default() };
        let facts = commit::resolve(&args, &CiFacts::default(), Ok(git.clone()))?;
        Ok(NewBuild { branch: self.branch.clone(), ..facts.build })
    }

    /// What is sent of a target that was built.
    pub(crate) fn built(
        &self,
        target: &config::Target,
        facts: &NewBuild,
        tree: &Path,
    ) -> anyhow::Result<Upload> {
        self.upload(target, facts, (tree, None))
    }

    /// What is sent of a target that did not fit; absent where the log shows no such thing.
    pub(crate) fn unlinked(
        &self,
        target: &config::Target,
        facts: &NewBuild,
        (tree, log): (&Path, &Path),
    ) -> anyhow::Result<Option<Upload>> {
        let Some(link_error) = link_error::of_log(log)? else { return Ok(None) };
        self.upload(target, facts, (tree, Some(&link_error))).map(Some)
    }

    fn upload(
        &self,
        target: &config::Target,
        facts: &NewBuild,
        (tree, link_error): (&Path, Option<&LinkError>),
    ) -> anyhow::Result<Upload> {
        let elf = self.image(target, tree);
        let memory = target.memory.iter().map(|it| self.script(it, tree)).collect();
        let mut args = self.upload.clone();
        args.layout.memory = args.layout.memory.iter().map(|it| self.script(it, tree)).collect();
        let map = self.map(target, tree).filter(|it| it.is_file());
        let target = (config::Target { elf, memory, map, ..target.clone() }, link_error);
        Ok(target::plan(&args, target, &self.folder(tree), tree)?.upload(facts))
    }

    /// A linker script belongs to its commit; one that came later is better than none.
    fn script(&self, path: &Path, tree: &Path) -> PathBuf {
        let today = self.current_dir.join(path);
        let then = self.rebased(&today, tree);
        if then.is_file() { then } else { today }
    }

    /// The same place in another work tree; what is outside of ours stays where it is.
    fn rebased(&self, path: &Path, tree: &Path) -> PathBuf {
        self.within(path).map_or_else(|| path.to_owned(), |it| tree.join(it))
    }

    fn within(&self, path: &Path) -> Option<PathBuf> {
        plain(&self.current_dir.join(path)).strip_prefix(&self.top).ok().map(Path::to_owned)
    }
}

/// Without `.` and `..`, of files that need not exist.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    plain
}
