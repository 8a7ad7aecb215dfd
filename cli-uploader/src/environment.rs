//! The process's environment, read once: the only place that asks for variables and the current folder.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// What these begin with is meant for Plimsoll alone; the token is among them.
const OWN: &str = "PLIMSOLL_";

/// Set by terminals, logins and shells: they differ from one window to the next, and no image is built from them.
/// Prefixes.
const SESSION: [&str; 13] = [
    "COLORTERM",
    "COLUMNS",
    "DBUS_",
    "DISPLAY",
    "LINES",
    "OLDPWD",
    "PWD",
    "SHLVL",
    "SSH_",
    "TERM",
    "TMUX",
    "WINDOWID",
    "XDG_SESSION",
];

/// Variables and the current folder. A variable that is set but empty counts as unset, because CI
/// systems set absent secrets to nothing.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
    current_dir: PathBuf,
}

impl Environment {
    /// What this process was started with.
    pub fn of_this_process() -> Self {
        let current_dir = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        Self { variables: std::env::vars_os().collect(), current_dir }
    }

    /// The folder that relative paths start from.
    pub fn current_dir(&self) -> &Path {
        &self.current_dir
    }

    /// A variable as text; absent when unset, empty or not Unicode.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.raw(name).and_then(OsStr::to_str)
    }

    /// A variable as a path; absent when unset or empty.
    pub fn path(&self, name: &str) -> Option<&Path> {
        self.raw(name).map(Path::new)
    }

    /// Names of the variables that no other program is to see.
    pub(crate) fn own_names(&self) -> impl Iterator<Item = &OsStr> {
        self.variables.keys().map(OsString::as_os_str).filter(|it| begins(it, OWN))
    }

    /// Stands for all that a build is given: another one where a variable that it may read is another.
    pub(crate) fn fingerprint(&self) -> String {
        let is_session = |name: &OsStr| name == "_" || SESSION.iter().any(|it| begins(name, it));
        let mut hasher = DefaultHasher::new();
        for (name, value) in &self.variables {
            if !begins(name, OWN) && !is_session(name) {
                (name, value).hash(&mut hasher);
            }
        }
        format!("{:016x}", hasher.finish())
    }

    fn raw(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str).filter(|it| !it.is_empty())
    }

    /// For tests: exactly these variables.
    #[cfg(test)]
    pub(crate) fn of(variables: &[(&str, &str)]) -> Self {
        let variables = variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables, current_dir: PathBuf::from("/nowhere") }
    }
}

fn begins(name: &OsStr, prefix: &str) -> bool {
    name.as_encoded_bytes().starts_with(prefix.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_minds_what_a_build_is_given_and_nothing_else() {
        let print = |variables: &[(&str, &str)]| Environment::of(variables).fingerprint();
        let plain = print(&[("PATH", "/bin")]);
        assert_eq!(
            print(&[("PATH", "/bin"), ("PLIMSOLL_TOKEN", "plm_a"), ("SHLVL", "2"), ("_", "x")]),
            plain
        );
        assert_ne!(print(&[("PATH", "/bin"), ("CARGO_TARGET_DIR", "/t")]), plain);
        assert_ne!(print(&[("PATH", "/bin"), ("_SDK", "/t")]), plain);
        assert_ne!(print(&[("PATH", "/opt/bin")]), plain);
    }
}
