//! Installing Debian packages: with sudo where needed, without questions, without a database that nobody asked for.

use super::need::Need;
use crate::command::{find, output, run, shown};
use crate::terminal::say;
use anyhow::{Context as _, Result, bail};
use std::io::{self, IsTerminal as _, Write as _};
use std::process::{Command, Stdio};

/// Debian's Postgres package makes and starts a cluster unless such a file forbids it. It is there only while
/// we install, so that a Postgres which the machine's owner installs later behaves as usual.
const NO_CLUSTER_FILE: &str = "/etc/postgresql-common/createcluster.d/plimsoll-setup.conf";

/// Installs the packages of these needs.
pub fn install(missing: &[Need]) -> Result<()> {
    let packages: Vec<&str> = missing.iter().flat_map(|it| it.apt_packages()).copied().collect();
    if !is_root() && find("sudo").is_none() {
        bail!(
            "packages are missing and there is no sudo: run `apt-get install {}` as root",
            packages.join(" ")
        );
    }
    say(format!("Installing with apt: {}", packages.join(" ")));
    let _guard = missing.contains(&Need::Postgres).then(ClusterGuard::set).transpose()?;
    if !are_known(&packages) {
        apt_get(&["update"])?;
    }
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(&packages);
    if apt_get(&arguments).is_ok() {
        return Ok(());
    }
    say(
        "apt could not fetch everything; its lists may be old, so they are renewed and it is tried once more.",
    );
    apt_get(&["update"])?;
    apt_get(&arguments)
}

/// Keeps Debian from making a database cluster as long as it lives.
struct ClusterGuard;

impl ClusterGuard {
    fn set() -> Result<Self> {
        say("  (Debian's own database cluster is not created: the server brings its private one)");
        run(&mut as_root("mkdir", &["-p", "/etc/postgresql-common/createcluster.d"]))?;
        let mut tee = as_root("tee", &[NO_CLUSTER_FILE]);
        let mut child = tee.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        let mut stdin = child.stdin.take().context("tee takes no input")?;
        stdin.write_all(b"create_main_cluster = false\n")?;
        drop(stdin);
        if !child.wait()?.success() {
            bail!("`{}` failed", shown(&tee));
        }
        Ok(Self)
    }
}

impl Drop for ClusterGuard {
    fn drop(&mut self) {
        if let Err(error) = run(&mut as_root("rm", &["-f", NO_CLUSTER_FILE])) {
            say(format!("warning: please remove {NO_CLUSTER_FILE}: {error:#}"));
        }
    }
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let fixed = ["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"];
    run(&mut as_root("env", &[&fixed, arguments].concat()))
}

/// Whether apt's lists have a version of each; a fresh container has no lists at all.
fn are_known(packages: &[&str]) -> bool {
    let mut policy = Command::new("apt-cache");
    policy.arg("policy").args(packages).env("LC_ALL", "C");
    let Ok(text) = output(&mut policy) else { return false };
    let candidates = text.lines().filter_map(|it| it.trim().strip_prefix("Candidate: "));
    candidates.filter(|it| *it != "(none)").count() == packages.len()
}

fn as_root(program: &str, arguments: &[&str]) -> Command {
    let mut command;
    if is_root() {
        command = Command::new(program);
    } else {
        command = Command::new("sudo");
        if !io::stdin().is_terminal() {
            // Nobody could type a password.
            command.arg("--non-interactive");
        }
        command.arg(program);
    }
    command.args(arguments);
    command
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
