//! Arguments of the commands that talk to the server: `upload` and `comment`.

use super::MemoryArgs;
use clap::Args;
use plimsoll_protocol::ByteCount;
use std::path::PathBuf;

const UPLOAD_HELP: &str = "\
plimsoll.toml, searched for from the current folder up to the root of the repository; paths in it are \
relative to it:

  server = \"https://plimsoll.example.org\"
  project = \"owner/name\"

  [[target]]
  name = \"logger/thumbv6m/release\"
  elf = \"target/thumbv6m-none-eabi/release/logger\"
  memory = \"memory.x\"          # optional: linker script with MEMORY, or a list
  map = \"target/logger.map\"    # optional: what the linker wrote with -Map

  [target.budgets]             # optional: regions, or total
  FLASH = \"16K\"
  total = 16384

Environment (flag before variable before file; empty counts as unset):
  PLIMSOLL_URL      the server
  PLIMSOLL_PROJECT  the project
  PLIMSOLL_TOKEN    the upload token

Exit codes:
  0  fine
  1  over budget, or --link-error (wins where another target could not be
     found out about)
  2  could not find out";

const COMMENT_HELP: &str = "\
The sizes come from the server, for the commit at hand, or with --answers from files that \
`plimsoll upload --wait --answer-file FILE` has written.

With a GITHUB_TOKEN (permission `pull-requests: write`) and a pull request, the one comment that \
carries our marker is created or updated; else the Markdown is printed.

Environment: PLIMSOLL_URL, PLIMSOLL_PROJECT, PLIMSOLL_TOKEN, GITHUB_TOKEN, GITHUB_API_URL, \
GITHUB_REPOSITORY, GITHUB_EVENT_PATH.";

/// Arguments of `plimsoll upload`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = UPLOAD_HELP)]
pub struct UploadArgs {
    /// The images; without any, all targets of plimsoll.toml
    #[arg(value_name = "ELF")]
    pub elfs: Vec<PathBuf>,
    /// Name of the target. With ELFs: one for each, in order, where plimsoll.toml does not tell.
    /// Without: only these targets of plimsoll.toml
    #[arg(long = "target", short = 't', value_name = "NAME")]
    pub targets: Vec<String>,
    /// Limit on a region or on the total, e.g. FLASH=16K; repeatable, goes before plimsoll.toml
    #[arg(long = "budget", value_name = "REGION=LIMIT", value_parser = BudgetFlag::parse)]
    pub budgets: Vec<BudgetFlag>,
    /// Log of a link that failed since a region was too small, instead of an ELF; `-` is standard input. Records
    /// by how much, for one target, and exits with 1
    #[arg(long, value_name = "LOG", conflicts_with = "elfs")]
    pub link_error: Option<PathBuf>,
    /// Map that GNU ld or lld wrote when it linked the image (`-Map`), for one target: names the object file of
    /// what debug information does not tell. With --link-error that of the failed link, whose sections and
    /// object files are recorded. Goes before plimsoll.toml
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,
    /// Wait for the result, print it, and exit with 1 if it is over budget
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "300",
          value_parser = clap::value_parser!(u64).range(1..=86400))]
    pub wait: Option<u64>,
    /// Print the server's answers as JSON
    #[arg(long)]
    pub json: bool,
    /// Also write the server's answers, as JSON, into this file, for `plimsoll comment --answers`
    #[arg(long, value_name = "FILE")]
    pub answer_file: Option<PathBuf>,
    /// Send nothing: analyse locally, judge the budgets, print what would be sent
    #[arg(long, short = 'n', conflicts_with_all = ["wait", "answer_file"])]
    pub dry_run: bool,
    /// Server and project.
    #[command(flatten)]
    pub server: ServerArgs,
    /// Where the regions of all targets are; the scripts go before those of plimsoll.toml.
    #[command(flatten)]
    pub layout: MemoryArgs,
    /// Facts of the commit.
    #[command(flatten)]
    pub commit: CommitArgs,
}

/// Arguments of `plimsoll comment`.
#[derive(Debug, Args)]
#[command(after_long_help = COMMENT_HELP)]
pub struct CommentArgs {
    /// Answers written by `plimsoll upload --answer-file`, instead of asking the server; repeatable
    #[arg(long, value_name = "FILE")]
    pub answers: Vec<PathBuf>,
    /// The commit; else from the CI system or git
    #[arg(long, value_name = "COMMIT", help_heading = "Commit")]
    pub commit: Option<String>,
    /// Number of the pull request; else from GITHUB_EVENT_PATH
    #[arg(long, value_name = "NUMBER", help_heading = "Commit")]
    pub pull_request: Option<u32>,
    /// The GitHub repository; else GITHUB_REPOSITORY
    #[arg(long, value_name = "OWNER/NAME")]
    pub repository: Option<String>,
    /// Wait for builds that are not measured yet
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "300",
          value_parser = clap::value_parser!(u64).range(1..=86400))]
    pub wait: Option<u64>,
    /// Only print the Markdown
    #[arg(long)]
    pub print: bool,
    /// Make no new comment where nothing changed and nothing is over budget
    #[arg(long)]
    pub skip_unchanged: bool,
    /// Succeed where GitHub forbids commenting, as it does for pull requests from forks
    #[arg(long)]
    pub allow_forbidden: bool,
    /// Server and project.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Where to.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Server")]
pub struct ServerArgs {
    /// The server, e.g. https://plimsoll.example.org
    #[arg(long = "server", value_name = "URL")]
    pub url: Option<String>,
    /// The project, as owner/name
    #[arg(long, value_name = "OWNER/NAME")]
    pub project: Option<String>,
    /// File that holds the upload token (never given as a flag: others can read those)
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// plimsoll.toml, instead of searching for it
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How often to try again on network trouble and when the server is overloaded
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub retries: u32,
}

/// What was built; whatever is not said comes from the CI system or from git.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Commit (else from the CI system or git)")]
pub struct CommitArgs {
    /// The commit that was built (of a pull request: its head)
    #[arg(long, value_name = "COMMIT")]
    pub commit: Option<String>,
    /// Its branch
    #[arg(long, value_name = "NAME")]
    pub branch: Option<String>,
    /// A parent of the commit; repeatable, first parent first
    #[arg(long = "parent", value_name = "COMMIT")]
    pub parents: Vec<String>,
    /// A commit to look for the baseline at; repeatable, nearest first
    #[arg(long = "ancestor", value_name = "COMMIT")]
    pub ancestors: Vec<String>,
    /// Number of the pull request
    #[arg(long, value_name = "NUMBER")]
    pub pull_request: Option<u32>,
    /// The branch that the pull request wants to be merged into
    #[arg(long, value_name = "NAME")]
    pub base_branch: Option<String>,
    /// Where the pull request left its base branch
    #[arg(long, value_name = "COMMIT")]
    pub merge_base: Option<String>,
    /// Author's name
    #[arg(long, value_name = "NAME")]
    pub author: Option<String>,
    /// First line of the commit message
    #[arg(long, value_name = "TEXT")]
    pub message: Option<String>,
    /// When it was committed, e.g. 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    pub committed_at: Option<String>,
    /// The CI run that built it
    #[arg(long, value_name = "URL")]
    pub ci_url: Option<String>,
    /// The work tree had uncommitted changes
    #[arg(long)]
    pub dirty: bool,
}

/// `REGION=LIMIT`.
#[derive(Debug, Clone)]
pub struct BudgetFlag {
    /// A region's name, or `total`.
    pub subject: String,
    /// The most it may use.
    pub limit: ByteCount,
}

impl BudgetFlag {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (subject, limit) = text
            .split_once('=')
            .filter(|(it, _)| !it.is_empty())
            .ok_or("write REGION=LIMIT, e.g. FLASH=16K")?;
        let limit = ByteCount::parse(limit).map_err(|it| it.to_string())?;
        Ok(Self { subject: subject.to_owned(), limit })
    }
}
