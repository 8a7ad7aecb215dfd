//! `cargo xtask demo`: the whole product on our own firmware, from nothing to a page in the browser.

mod api;
mod firmware;
mod history;
mod legs;
mod options;
mod preflight;
mod repository;
mod server;
mod upload;
mod verify;

use crate::command::run;
use crate::setup::{self, need::Need};
use crate::terminal::{heading, say};
use crate::voyage::LEGS;
use crate::workspace::build_programs;
use anyhow::{Context as _, Result};
use options::{Options, Wish};
use repository::Repository;
use server::Server;
use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

pub use legs::{build_all as build_firmware, image};

/// Help of `cargo xtask demo`.
pub const DETAILS: &str = "cargo xtask demo [--port N] [--data FOLDER] [--fresh]
cargo xtask demo --check [--port N] [--data FOLDER]

Sets this machine up, builds server, command and firmware, starts the server on http://127.0.0.1:7070 with a
private Postgres, uploads a voyage of real firmware builds, and runs until Ctrl-C. The history stays in the
data folder: the next start takes seconds.

  --port N        listen there instead of on 7070
  --data FOLDER   keep everything there [default: /var/lib/plimsoll-demo for root,
                  else ~/.local/share/plimsoll-demo]
  --fresh         forget an earlier history first
  --check         unattended, with fresh data on a free port: upload, verify over HTTP that pages and API show
                  what was uploaded, stop; exit 0 or a reason";

/// The demo's project.
const PROJECT: &str = "plimsoll/voyage";

/// What running the demo needs.
pub const NEEDS: &[Need] =
    &[Need::CCompiler, Need::Git, Need::Postgres, Need::ArmCompiler, Need::FirmwareTarget];

/// `cargo xtask demo`.
pub fn run_task(arguments: lexopt::Parser) -> Result<()> {
    match Wish::parse(arguments)? {
        Wish::Sail { options, fresh } => sail(&options, fresh),
        Wish::Check { port, data } => check(port, data),
    }
}

fn sail(options: &Options, fresh: bool) -> Result<()> {
    let _lock = preflight::check(options)?;
    if fresh {
        forget(options)?;
    }
    let mut demo = Demo::launch(options)?;
    demo.point_out();
    demo.server.wait_for_stop()?;
    say("\nStopping the server and its Postgres …");
    demo.server.stop()?;
    say(format!("Stopped. The history stays in {}.", options.data.display()));
    Ok(())
}

/// Launches a fresh demo and verifies it over HTTP.
pub fn check(port: Option<u16>, data: Option<std::path::PathBuf>) -> Result<()> {
    with_fresh_demo(port, data, |demo| {
        verify::check(&demo.server.url, &demo.repository)?;
        history::check(&demo.server, &demo.options.data)
    })
}

/// Runs what visits a fresh demo: the browser tests, the screenshots. Server, project and token are told by
/// the environment.
pub fn visit(command: &mut Command) -> Result<()> {
    with_fresh_demo(None, None, |demo| {
        command.env("PLIMSOLL_URL", &demo.server.url).env("PLIMSOLL_PROJECT", PROJECT);
        command.env("PLIMSOLL_ADMIN_TOKEN", &demo.server.admin_token);
        run(command)
    })
}

/// Launches a demo in a fresh folder and on a free port unless they are named, and stops it afterwards.
fn with_fresh_demo(
    port: Option<u16>,
    data: Option<std::path::PathBuf>,
    visit: impl FnOnce(&Demo) -> Result<()>,
) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("plimsoll-check-").tempdir()?;
    // Postgres may run as a user of its own, which must be able to get there.
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755))?;
    let data = data.unwrap_or_else(|| folder.path().to_path_buf());
    let port = port.map_or_else(free_port, Ok)?;
    let options = Options { port, data };
    let _lock = preflight::check(&options)?;
    let demo = Demo::launch(&options)?;
    let outcome = visit(&demo);
    demo.server.stop()?;
    outcome
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("looking for a free port")?;
    Ok(listener.local_addr()?.port())
}

/// Removes what an earlier demo left, and nothing else that may lie in the folder.
fn forget(options: &Options) -> Result<()> {
    for name in ["server", "repository", "admin-token", "upload-token", "server.log", "firmware-fingerprint"]
    {
        let path = options.data.join(name);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("removing {}", path.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A server that shows the whole voyage.
struct Demo {
    options: Options,
    server: Server,
    repository: Repository,
}

impl Demo {
    /// From whatever is there already to a server that shows the whole voyage.
    fn launch(options: &Options) -> Result<Self> {
        setup::ensure(NEEDS)?;
        heading("Building the server and the command");
        build_programs()?;
        heading(format!("Starting the server, with its data in {}", options.data.display()));
        let server = Server::start(options)?;
        let repository = Repository::open(options.data.join("repository"))?;
        upload::all_missing(&server, &repository, &options.data)?;
        Ok(Self { options: options.clone(), server, repository })
    }

    fn point_out(&self) {
        heading(format!("\nThe voyage is at {}/{PROJECT}", self.server.url));
        say(format!(
            "  {} commits of real firmware; data, log and administrator's token: {}",
            LEGS.len(),
            self.options.data.display()
        ));
        say(format!("  its git repository: {}", self.repository.folder().display()));
        say("  Ctrl-C stops the server and its Postgres; the history stays.");
    }
}
