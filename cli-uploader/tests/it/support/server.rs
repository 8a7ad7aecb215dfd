//! The real server with a Postgres of its own, where it was built: `cargo xtask unit` builds it first.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

const TOKEN: &str = "plimadm_the-administrator-of-the-tests";

/// A running server with the project `ada/engine`. Dropped, it ends in order, and its Postgres with it.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    _data: TempDir,
}

impl Server {
    /// Starts it; absent, with a word about it, where it was not built.
    pub(crate) fn start() -> Option<Self> {
        let program = Path::new(env!("CARGO_BIN_EXE_plimsoll")).with_file_name("plimsoll-server");
        if !program.is_file() {
            eprintln!("skipped: {} is not built", program.display());
            return None;
        }
        let data = TempDir::new().unwrap();
        // Postgres may run as a user of its own, which must be able to get there.
        std::fs::set_permissions(data.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let mut command = Command::new(program);
        command.args(["--listen", "127.0.0.1:0", "--data"]).arg(data.path().join("server"));
        command.env("PLIMSOLL_ADMIN_TOKEN", TOKEN).env_remove("DATABASE_URL");
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines.find_map(|it| it.unwrap().strip_prefix("listening on ").map(str::to_owned)).unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        let server = Self { child, url, _data: data };
        server.ask("PUT", "", "{\"description\": \"\", \"public\": true}");
        Some(server)
    }

    /// `GET` below the project.
    pub(crate) fn get(&self, path: &str) -> Value {
        self.ask("GET", path, "")
    }

    /// Lets the command know of it.
    pub(crate) fn known_to(&self, run: super::Run) -> super::Run {
        run.env("PLIMSOLL_URL", &self.url).env("PLIMSOLL_PROJECT", "ada/engine").env("PLIMSOLL_TOKEN", TOKEN)
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Value {
        let url = format!("{}/api/v1/projects/ada/engine{path}", self.url);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = http.request(method.parse().unwrap(), url).bearer_auth(TOKEN);
        let request = request.header("content-type", "application/json").body(body.to_owned());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let answer = request.send().await.unwrap();
            assert!(answer.status().is_success(), "{method} {path}: {}", answer.status());
            serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default()
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).ok();
        self.child.wait().ok();
    }
}

/// A folder for what is built, outside of any repository.
#[derive(Debug)]
pub(crate) struct Yard(TempDir);

impl Yard {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().canonicalize().unwrap()
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(name), content).unwrap();
    }
}
