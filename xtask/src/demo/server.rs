//! The server as the demo runs it: started, awaited, stopped, with its log kept in the data folder.

use super::options::Options;
use crate::command::{find, terminate};
use crate::signals;
use crate::workspace::{built, root};
use anyhow::{Context as _, Result, bail};
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The first start makes a database cluster, which takes long on a slow disk.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// The server lets requests finish and stops Postgres; longer than this it has hung.
const STOP_TIMEOUT: Duration = Duration::from_secs(40);

const GLANCE: Duration = Duration::from_millis(50);

/// A running server. Dropped, it is stopped.
pub struct Server {
    child: Child,
    log: PathBuf,
    /// `http://127.0.0.1:7070`.
    pub url: String,
    /// The administrator's token.
    pub admin_token: String,
}

impl Server {
    /// Starts it and waits until it and its database answer.
    pub fn start(options: &Options) -> Result<Self> {
        let log = options.data.join("server.log");
        let admin_token = admin_token(&options.data)?;
        let mut command = command();
        let data = options.data.join("server");
        command.arg("--listen").arg(format!("127.0.0.1:{}", options.port)).arg("--data").arg(&data);
        command.env("PLIMSOLL_ADMIN_TOKEN", &admin_token).env_remove("DATABASE_URL").current_dir(root());
        let file = File::create(&log).with_context(|| format!("writing {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        // Its own group: Ctrl-C reaches us alone, and we stop it once and in order.
        command.process_group(0);
        let child = command.spawn().context("starting the server")?;
        let url = format!("http://127.0.0.1:{}", options.port);
        let mut server = Self { child, log, url, admin_token };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Returns when somebody wants us to stop, or with an error when the server ends by itself.
    pub fn wait_for_stop(&mut self) -> Result<()> {
        while !signals::stop_wanted() {
            self.must_live()?;
            std::thread::sleep(GLANCE);
        }
        Ok(())
    }

    /// Stops it, and its Postgres with it.
    pub fn stop(mut self) -> Result<()> {
        self.end()
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let start = Instant::now();
        let ready = format!("{}/readyz", self.url);
        while ureq::get(&ready).call().is_err() {
            self.must_live()?;
            if signals::stop_wanted() {
                bail!("stopped");
            }
            if start.elapsed() > START_TIMEOUT {
                bail!(
                    "the server does not get ready; its log is {}:\n{}",
                    self.log.display(),
                    self.last_words()
                );
            }
            std::thread::sleep(GLANCE);
        }
        Ok(())
    }

    fn must_live(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => {
                bail!("the server ended ({status}); {} ends with:\n{}", self.log.display(), self.last_words())
            }
        }
    }

    /// The end of its log.
    pub fn last_words(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }

    fn end(&mut self) -> Result<()> {
        if self.child.try_wait()?.is_some() {
            return Ok(());
        }
        terminate(&self.child)?;
        let start = Instant::now();
        while self.child.try_wait()?.is_none() {
            if start.elapsed() > STOP_TIMEOUT {
                self.child.kill()?;
                self.child.wait()?;
                bail!("the server did not stop within {} s and was killed", STOP_TIMEOUT.as_secs());
            }
            std::thread::sleep(GLANCE);
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            crate::terminal::say(format!("warning: {error:#}"));
        }
    }
}

/// Where util-linux's `setpriv` is, the server ends even if we are killed.
fn command() -> Command {
    let program = built("plimsoll-server");
    if find("setpriv").is_none() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM", "--"]).arg(program);
    command
}

/// Made at the first start and kept, readable for its owner only.
fn admin_token(data: &Path) -> Result<String> {
    let path = data.join("admin-token");
    if let Ok(token) = fs::read_to_string(&path) {
        return Ok(token.trim().to_owned());
    }
    let token = format!("plimadm_{}", random_hex()?);
    write_secret(&path, &token)?;
    Ok(token)
}

/// Writes a file that only its owner can read.
pub fn write_secret(path: &Path, text: &str) -> Result<()> {
    let open = File::options().create_new(true).write(true).mode(0o600).open(path);
    let mut file = open.with_context(|| format!("writing {}", path.display()))?;
    file.write_all(text.as_bytes())?;
    Ok(())
}

fn random_hex() -> Result<String> {
    let mut bytes = [0; 32];
    let mut source = File::open("/dev/urandom").context("opening the system's source of random numbers")?;
    source.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|it| format!("{it:02x}")).collect())
}
