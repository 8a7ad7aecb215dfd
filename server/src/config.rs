//! What the operator decides: options, each also an environment variable. Nothing else reads the environment.
#![expect(clippy::disallowed_methods, reason = "this is the one that reads the environment")]

use crate::postgres::{PostgresArgs, PostgresConfig};
use anyhow::Context as _;
use clap::{Args, Parser, Subcommand, ValueEnum};
use plimsoll_protocol::{ByteCount, ProjectName};
use std::net::SocketAddr;
use std::path::PathBuf;
use url::Url;

/// Keeps the history of firmware sizes, explains and guards them.
///
/// Without DATABASE_URL the server runs a private Postgres of its own under the data folder.
/// At its first start it prints an administrator's token, once.
#[derive(Debug, Parser)]
#[command(name = "plimsoll-server", version)]
pub struct Cli {
    /// What to do; `serve` when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The options, the same for every command.
    #[command(flatten)]
    pub config: Config,
}

/// The things the program can do.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Run the server (the default)
    Serve,
    /// Print the OpenAPI document of the API and stop
    Openapi,
    /// Replace the administrator's token and print the new one; ends the administrator's sessions
    AdminToken {
        /// Confirms that the present token shall stop working
        #[arg(long, required = true)]
        renew: bool,
    },
    /// Measure anew, from their stored ELF files, the builds that an older version measured
    ///
    /// Puts them into the queue behind all new uploads; a running server does the work in the background, and
    /// goes on with it after a restart. Until its turn comes, a build shows what was measured before.
    Remeasure(RemeasureArgs),
    /// Run a command with DATABASE_URL, PGHOST and their kin naming the private Postgres
    ///
    /// Uses the one of a running server, else starts it for as long as the command runs. Without a
    /// command, prints the URL and keeps Postgres running until ctrl-C.
    /// For example: plimsoll-server postgres -- pg_dump --file backup.sql
    Postgres(PostgresArgs),
}

/// Which builds are measured anew.
#[derive(Debug, Clone, Args)]
pub struct RemeasureArgs {
    /// Only the builds of this project [default: of all]
    #[arg(long, value_name = "OWNER/NAME", value_parser = ProjectName::parse)]
    pub project: Option<ProjectName>,
    /// Also those that this version has measured
    #[arg(long)]
    pub all: bool,
    /// Stay and show progress until the queue is empty; needs a running server
    #[arg(long)]
    pub wait: bool,
}

/// The operator's decisions as typed.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Address and port to listen on; port 0 picks a free one
    #[arg(
        long,
        env = "PLIMSOLL_LISTEN",
        default_value = "127.0.0.1:7070",
        value_name = "ADDRESS",
        global = true
    )]
    pub listen: SocketAddr,

    /// Folder for everything that is kept: the private Postgres, ELF files, unfinished uploads
    /// [default: /var/lib/plimsoll for root, else ~/.local/share/plimsoll]
    #[arg(long, env = "PLIMSOLL_DATA", value_name = "FOLDER", global = true)]
    pub data: Option<PathBuf>,

    /// Folder of the `postgres` and `initdb` that run the private Postgres
    /// [default: found on PATH, by pg_config, in the usual places]
    #[arg(long, env = "PG_BINDIR", value_name = "FOLDER", global = true)]
    pub pg_bindir: Option<PathBuf>,

    /// Use this Postgres instead of a private one
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL", global = true)]
    pub database_url: Option<String>,

    /// How browsers reach the server, for links; https makes cookies secure
    /// [default: http://ADDRESS as listened on]
    #[arg(long, env = "PLIMSOLL_PUBLIC_URL", value_name = "URL", value_parser = parse_public_url, global = true)]
    pub public_url: Option<Url>,

    /// Where ELF files and linker maps are kept: a folder, or s3://BUCKET/PREFIX with AWS_* variables for access
    /// [default: `blobs` in the data folder]
    #[arg(long, env = "PLIMSOLL_BLOBS", value_name = "FOLDER|URL", global = true)]
    pub blobs: Option<String>,

    /// The biggest ELF, and the biggest linker map, that is accepted, both compressed and not (e.g. 64M)
    #[arg(long, env = "PLIMSOLL_MAX_UPLOAD_BYTES", default_value = "256M", value_parser = parse_byte_count, value_name = "BYTES", global = true)]
    pub max_upload_bytes: u64,

    /// How many builds are analysed at the same time [default: one per core, at most 4]
    #[arg(long, env = "PLIMSOLL_WORKERS", value_parser = clap::value_parser!(u16).range(1..=64), value_name = "N", global = true)]
    pub workers: Option<u16>,

    /// Most connections to Postgres
    #[arg(long, env = "PLIMSOLL_DB_CONNECTIONS", default_value_t = 16, value_parser = clap::value_parser!(u16).range(4..=1000), value_name = "N", global = true)]
    pub db_connections: u16,

    /// Seconds in which a connection must bring a whole request's head, also one kept open for the next
    /// request: longer than a proxy in front keeps it idle
    #[arg(long, env = "PLIMSOLL_IDLE_SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3600), value_name = "N", global = true)]
    pub idle_seconds: u64,

    /// The server stands behind a proxy that sets X-Forwarded-For; its last entry is the client
    #[arg(long, env = "PLIMSOLL_BEHIND_PROXY", global = true)]
    pub behind_proxy: bool,

    /// How log lines look
    #[arg(long, env = "PLIMSOLL_LOG_FORMAT", value_enum, default_value_t = LogFormat::Human, value_name = "FORMAT", global = true)]
    pub log_format: LogFormat,

    /// What is logged, as `level` or `module=level,…`; `info,tower_http=debug` logs every request
    #[arg(
        long,
        env = "PLIMSOLL_LOG",
        default_value = "info,memory_serve=warn",
        value_name = "FILTER",
        global = true
    )]
    pub log: String,

    /// The administrator's token to set at the first start in place of a random one: `plimadm_` and at
    /// least 24 letters, digits, `-` or `_`. Better given by the variable than on the command line
    #[arg(long, env = "PLIMSOLL_ADMIN_TOKEN", hide_env_values = true, value_name = "TOKEN", global = true)]
    pub admin_token: Option<String>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object per line.
    Json,
}

impl Config {
    /// The data folder: as said, or the usual one for this user.
    pub fn data_folder(&self) -> anyhow::Result<PathBuf> {
        if let Some(folder) = &self.data {
            return std::path::absolute(folder).context("the data folder has no absolute path");
        }
        if rustix::process::geteuid().is_root() {
            return Ok(PathBuf::from("/var/lib/plimsoll"));
        }
        let base = std::env::var_os("XDG_DATA_HOME").filter(|it| !it.is_empty()).map(PathBuf::from);
        let home = || std::env::var_os("HOME").map(|it| PathBuf::from(it).join(".local/share"));
        let base = base.or_else(home).context("HOME is not set: name a data folder with --data")?;
        Ok(base.join("plimsoll"))
    }

    /// How the private Postgres is run.
    pub fn postgres(&self) -> anyhow::Result<PostgresConfig> {
        Ok(PostgresConfig {
            data_dir: self.data_folder()?,
            pg_bindir: self.pg_bindir.clone(),
            search_path: std::env::var_os("PATH"),
        })
    }

    /// How many builds are analysed at once.
    pub fn n_workers(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, |it| it.get().min(4));
        self.workers.map_or_else(cores, usize::from)
    }
}

fn parse_byte_count(text: &str) -> Result<u64, String> {
    ByteCount::parse(text).map(|it| it.0).map_err(|it| it.to_string())
}

fn parse_public_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|it| it.to_string())?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !is_bare {
        return Err("write scheme, host and port only, for example https://plimsoll.example.org".into());
    }
    Ok(url)
}
