//! Running other programs, with failures that say what was run.

use crate::signals;
use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// How often a child is looked at: often enough that Ctrl-C feels immediate.
const GLANCE: Duration = Duration::from_millis(30);

/// Runs it to its end with its output passed through.
pub fn run(command: &mut Command) -> Result<()> {
    let mut child = command.spawn().with_context(|| format!("starting `{}`", shown(command)))?;
    let status = wait_or_stop(&mut child)?;
    check(command, status)
}

/// Runs it and gives what it printed; its complaints are shown only if it fails.
pub fn output(command: &mut Command) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("starting `{}`", shown(command)))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return check(command, output.status)
            .map(|()| String::new())
            .with_context(|| complaint.trim_end().to_owned());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{}` printed no text", shown(command)))
}

/// Waits for a child; a wish to stop is passed on to it, once.
pub fn wait_or_stop(child: &mut Child) -> Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if signals::stop_wanted() {
            terminate(child)?;
            child.wait()?;
            bail!("stopped");
        }
        std::thread::sleep(GLANCE);
    }
}

/// Asks a child to end.
pub fn terminate(child: &Child) -> Result<()> {
    let pid =
        i32::try_from(child.id()).ok().and_then(Pid::from_raw).context("a child without a process id")?;
    match kill_process(pid, Signal::TERM) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(error) => Err(error).context("stopping a child"),
    }
}

/// Where a program is on PATH.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|it| it.join(program)).find(|it| is_executable(it))
}

/// The command line as one would type it.
pub fn shown(command: &Command) -> String {
    let program = command.get_program();
    // Cargo is called by its whole path, and nobody types that.
    let is_cargo = Path::new(program).file_name().is_some_and(|it| it == "cargo");
    let words = std::iter::once(if is_cargo { "cargo".as_ref() } else { program }).chain(command.get_args());
    words.map(|it| quoted(&it.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

fn check(command: &Command, status: ExitStatus) -> Result<()> {
    if signals::stop_wanted() {
        bail!("stopped");
    }
    if !status.success() {
        bail!("`{}` failed ({status})", shown(command));
    }
    Ok(())
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

fn quoted(word: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_./:=,@+%".contains(it);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = Command::new("git");
        command.args(["commit", "-m", "it's a leg", ""]);
        assert_eq!(shown(&command), r"git commit -m 'it'\''s a leg' ''");
    }

    #[test]
    fn a_failure_names_the_command_and_what_it_said() {
        let error = output(Command::new("sh").args(["-c", "echo no ship >&2; exit 3"])).unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains("no ship") && text.contains("exit 3") && text.contains("status: 3"), "{text}");
    }

    #[test]
    fn a_program_is_found_on_the_path_or_not_at_all() {
        assert!(find("sh").is_some());
        assert_eq!(find("a-program-that-nobody-has"), None);
    }
}
