//! A folder with a git repository whose commits are the same each time, and the binary run in it.

use expect_test::Expect;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// The folder.
#[derive(Debug)]
pub(crate) struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// A repository with this many commits on `main`, and an image at `fw.elf`.
    pub(crate) fn with_commits(n_commits: usize) -> Self {
        let sandbox = Self::empty();
        sandbox.git(&["init", "--quiet", "--initial-branch=main"]);
        for number in 1..=n_commits {
            sandbox.commit(&format!("Commit {number}"));
        }
        sandbox.file("fw.elf", super::elf(&[("main", 64), ("core::fmt::write", 128)]));
        sandbox
    }

    /// A repository with so many commits that making them one by one would take long.
    pub(crate) fn with_history(n_commits: usize) -> Self {
        let sandbox = Self::with_commits(0);
        let commit = "commit refs/heads/main\ncommitter Ada <ada@example.org> 1700000000 +0000\ndata 0\n\n";
        sandbox.file("history", commit.repeat(n_commits));
        let mut import = isolated("git", &sandbox.path());
        import
            .args(["fast-import", "--quiet"])
            .stdin(fs::File::open(sandbox.path().join("history")).unwrap());
        assert!(import.status().unwrap().success());
        sandbox
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// Runs git and returns what it prints.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = isolated("git", &self.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Makes an empty commit and returns its id.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.head()
    }

    pub(crate) fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    /// The binary with its arguments, yet to be run.
    pub(crate) fn plimsoll(&self, arguments: &[&str]) -> Run {
        self.tool(env!("CARGO_BIN_EXE_plimsoll"), arguments)
    }

    /// Another program with its arguments, yet to be run.
    pub(crate) fn tool(&self, program: &str, arguments: &[&str]) -> Run {
        let mut command = isolated(program, &self.path());
        command.args(arguments);
        Run { command, folder: self.path(), url: None }
    }

    /// The same with server, project and token in the environment.
    pub(crate) fn plimsoll_with(&self, stub: &super::Stub, arguments: &[&str]) -> Run {
        let mut run = self.plimsoll(arguments);
        run.url = Some(stub.url.clone());
        let url = stub.url.clone();
        run.env("PLIMSOLL_URL", &url)
            .env("PLIMSOLL_PROJECT", "ada/engine")
            .env("PLIMSOLL_TOKEN", "plm_secret")
    }
}

/// A command line.
#[derive(Debug)]
pub(crate) struct Run {
    command: Command,
    folder: PathBuf,
    url: Option<String>,
}

impl Run {
    /// With that variable. The address of a server of ours is shown as `http://SERVER`: its port is another each time.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        if name == "PLIMSOLL_URL" && value.starts_with("http://127.0.0.1:") {
            self.url = Some(value.to_owned());
        }
        self
    }

    pub(crate) fn within(mut self, folder: &str) -> Self {
        self.command.current_dir(self.folder.join(folder));
        self
    }

    /// Starts it.
    pub(crate) fn spawn(mut self) -> Child {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Runs it.
    pub(crate) fn output(mut self) -> Output {
        self.command.output().unwrap()
    }

    /// Runs it with a reader of standard output that is gone already, and returns the exit code.
    pub(crate) fn exit_code_unread(mut self) -> Option<i32> {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        self.command.stdout(writer).stderr(Stdio::null()).status().unwrap().code()
    }

    /// Runs it and compares exit code, standard output and standard error together.
    #[track_caller]
    pub(crate) fn check(mut self, expected: Expect) {
        let output = self.command.output().unwrap();
        let mut text = format!("exit {}\n", output.status.code().unwrap());
        for (name, bytes) in [("stdout", output.stdout), ("stderr", output.stderr)] {
            let part = String::from_utf8(bytes).unwrap();
            if !part.is_empty() {
                text.push_str(&format!("--- {name}\n{part}"));
            }
        }
        let mut text = text.replace(&self.folder.display().to_string(), "DIR");
        if let Some(url) = &self.url {
            text = text.replace(url, "http://SERVER");
        }
        expected.assert_eq(&text);
    }
}

/// A command that knows nothing of the machine it runs on but where programs are.
fn isolated(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().current_dir(folder);
    command.envs(std::env::var_os("PATH").map(|it| ("PATH", it)));
    command.env("HOME", folder).env("GIT_CONFIG_NOSYSTEM", "1").env("NO_PROXY", "*");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Ada Lovelace");
        command.env(format!("GIT_{role}_EMAIL"), "ada@example.org");
        command.env(format!("GIT_{role}_DATE"), "2026-01-31T12:00:00+0100");
    }
    command
}
