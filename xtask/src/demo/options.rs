//! What was typed after `cargo xtask demo`.

use anyhow::{Context as _, Result};
use lexopt::Arg::Long;
use lexopt::ValueExt as _;
use std::path::PathBuf;

const DEFAULT_PORT: u16 = 7070;

/// How the demo shall run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Where the server listens.
    pub port: u16,
    /// Where everything is kept.
    pub data: PathBuf,
}

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Wish {
    /// Run until somebody says stop; forget an earlier history first if `fresh`.
    Sail { options: Options, fresh: bool },
    /// Run, verify, stop; in a fresh folder and on a free port unless they are named.
    Check { port: Option<u16>, data: Option<PathBuf> },
}

impl Wish {
    /// Understands the options.
    pub fn parse(mut arguments: lexopt::Parser) -> Result<Self> {
        let (mut port, mut data, mut fresh, mut check) = (None, None, false, false);
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("port") => port = Some(arguments.value()?.parse().context("--port")?),
                Long("data") => data = Some(std::path::absolute(arguments.value()?).context("--data")?),
                Long("fresh") => fresh = true,
                Long("check") => check = true,
                other => return Err(other.unexpected().into()),
            }
        }
        if check {
            return Ok(Self::Check { port, data });
        }
        let data = data.map_or_else(default_data, Ok)?;
        Ok(Self::Sail { options: Options { port: port.unwrap_or(DEFAULT_PORT), data }, fresh })
    }
}

/// Apart from `target`, so that `cargo clean` does not sink the history. Root's home is closed to the user
/// that Postgres runs as, so root's demo lives where services live.
fn default_data() -> Result<PathBuf> {
    if rustix::process::geteuid().is_root() {
        return Ok(PathBuf::from("/var/lib/plimsoll-demo"));
    }
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|it| it.is_absolute());
    let home = || absolute("HOME").map(|it| it.join(".local/share"));
    let base =
        absolute("XDG_DATA_HOME").or_else(home).context("HOME is not set: name a folder with --data")?;
    Ok(base.join("plimsoll-demo"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_and_folder_can_be_chosen() {
        let wish = Wish::parse(lexopt::Parser::from_args(["--port=8080", "--data", "/srv/demo", "--fresh"]))
            .unwrap();
        let options = Options { port: 8080, data: "/srv/demo".into() };
        assert_eq!(wish, Wish::Sail { options, fresh: true });
    }

    #[test]
    fn a_check_chooses_port_and_folder_itself() {
        let wish = Wish::parse(lexopt::Parser::from_args(["--check"])).unwrap();
        assert_eq!(wish, Wish::Check { port: None, data: None });
    }

    #[test]
    fn a_wrong_port_is_refused() {
        let error = Wish::parse(lexopt::Parser::from_args(["--port", "99999"])).unwrap_err();
        assert!(format!("{error:#}").starts_with("--port: "), "{error:#}");
    }
}
