//! Arguments of `plimsoll backfill`.

use super::{BudgetFlag, CommitArgs, MemoryArgs, ServerArgs, UploadArgs};
use clap::Args;
use std::path::PathBuf;

const BACKFILL_HELP: &str = "\
Example, in a repository with a plimsoll.toml:

  PLIMSOLL_TOKEN=… plimsoll backfill -n 50 --build 'cargo build --release'

The walk follows first parents and goes from the oldest commit to the newest, so that each build is \
compared with the one before it. Commits are checked out into a work tree of their own, outside of \
yours; what is built there is kept from commit to commit, so that builds are incremental, and removed \
at the end. Targets, budgets and server come from today's plimsoll.toml; linker scripts from the \
commit, or from today where it has none. An image, and the `map` of its target, are deleted before they \
are built, so that no commit is measured by another's.

Not built are commits that are on the server already, commits that change nothing but \
documentation and CI (*.md, *.rst, *.adoc, LICENSE*, COPYING*, docs/, .github/, .gitlab-ci.yml), \
and commits whose build failed before with the same command in the same environment: --retry-failed \
builds those again. So the same command goes on where it was stopped, by Ctrl-C too. The oldest commit \
is built even if it changes nothing, unless its parent is on the server: what follows needs a baseline.

A build that fails does not end the walk. Where a region was too small, the server is told by how \
much; other failures are named at the end and kept in .git/plimsoll/backfill.json, with the log of \
the build beside it.

The command runs in the shell, in the folder of the work tree that you are in, without input and \
without the variables PLIMSOLL_*, so that no old build script sees the token. Submodules are checked \
out as each commit has them, which may fetch from where .gitmodules says. It \
builds into the work tree: where CARGO_TARGET_DIR is set, write --build 'CARGO_TARGET_DIR=target …'.

Exit codes:
  0  all commits are on the server, or change nothing
     (over budget or not: that is history)
  2  some could not be built or measured, or the walk was stopped";

/// Arguments of `plimsoll backfill`.
#[derive(Debug, Args)]
#[command(after_long_help = BACKFILL_HELP)]
pub struct BackfillArgs {
    /// How many commits to go back
    #[arg(long = "number", short = 'n', value_name = "N", default_value_t = 20,
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub number: u32,
    /// The newest commit, or a range as git writes it, e.g. v1.0..main
    #[arg(long, value_name = "COMMIT", default_value = "HEAD")]
    pub from: String,
    /// Shell command that builds the images
    #[arg(long, value_name = "CMD")]
    pub build: String,
    /// An image that the command builds; repeatable. Without any, all targets of plimsoll.toml
    #[arg(long = "elf", value_name = "PATH")]
    pub elfs: Vec<PathBuf>,
    /// Name of the target. With --elf: one for each, in order, where plimsoll.toml does not tell.
    /// Without: only these targets of plimsoll.toml
    #[arg(long = "target", short = 't', value_name = "NAME")]
    pub targets: Vec<String>,
    /// Limit on a region or on the total, e.g. FLASH=16K; repeatable, goes before plimsoll.toml
    #[arg(long = "budget", value_name = "REGION=LIMIT", value_parser = BudgetFlag::parse)]
    pub budgets: Vec<BudgetFlag>,
    /// The branch of the commits; else the one that is named by --from or checked out
    #[arg(long, value_name = "NAME")]
    pub branch: Option<String>,
    /// Skip commits that change nothing there, e.g. src; repeatable, and may be any pathspec of git's
    #[arg(long, value_name = "PATH")]
    pub only: Vec<String>,
    /// Build also commits that change nothing but documentation and CI
    #[arg(long)]
    pub every: bool,
    /// Build again what failed before with this command in this environment
    #[arg(long)]
    pub retry_failed: bool,
    /// Keep the work tree, with what was built in it, for the next run
    #[arg(long)]
    pub keep: bool,
    /// Build and send nothing: list the commits and what would be done with them
    #[arg(long)]
    pub dry_run: bool,
    /// Server and project.
    #[command(flatten)]
    pub server: ServerArgs,
    /// Where the regions of all targets are; the scripts go before those of plimsoll.toml.
    #[command(flatten)]
    pub layout: MemoryArgs,
}

impl BackfillArgs {
    /// What would be typed to upload the images of one commit.
    pub(crate) fn as_upload(&self) -> UploadArgs {
        UploadArgs {
            elfs: self.elfs.clone(),
            targets: self.targets.clone(),
            budgets: self.budgets.clone(),
            link_error: None,
            map: None,
            wait: None,
            json: false,
            answer_file: None,
            dry_run: false,
            server: self.server.clone(),
            layout: self.layout.clone(),
            commit: CommitArgs::default(),
        }
    }
}
