//! Set-up: what a chore needs on this machine, whether it is there, and how to get it.

pub mod apt;
pub mod need;

use crate::command::{find, run};
use crate::terminal::{heading, say};
use anyhow::{Result, bail};
use need::Need;
use std::process::Command;

/// Installs what is missing, saying what and why; on systems without apt says what to install.
pub fn ensure(needs: &[Need]) -> Result<()> {
    let missing = missing(needs)?;
    if missing.is_empty() {
        return Ok(());
    }
    heading("Set-up: this machine lacks");
    for need in &missing {
        say(format!("  {} ({})", need.name(), need.reason()));
    }
    install_rust_parts(&missing)?;
    let packaged: Vec<Need> = missing.iter().copied().filter(|it| !it.apt_packages().is_empty()).collect();
    if !packaged.is_empty() {
        install_packages(&packaged)?;
    }
    match self::missing(needs)?.as_slice() {
        [] => Ok(()),
        [need, ..] => bail!("{} was installed and still cannot be found", need.name()),
    }
}

fn missing(needs: &[Need]) -> Result<Vec<Need>> {
    let mut missing = Vec::new();
    for need in needs {
        if !need.is_met()? && !missing.contains(need) {
            missing.push(*need);
        }
    }
    Ok(missing)
}

fn install_rust_parts(missing: &[Need]) -> Result<()> {
    for need in missing {
        let Some(arguments) = need.rustup_arguments() else { continue };
        if find("rustup").is_none() {
            bail!(
                "{} comes with rustup, which is not here: install Rust from https://rustup.rs, or let your \
                 distribution's Rust provide it",
                need.name()
            );
        }
        say(format!("Installing: rustup {}", arguments.join(" ")));
        run(Command::new("rustup").args(arguments))?;
    }
    Ok(())
}

fn install_packages(missing: &[Need]) -> Result<()> {
    if find("apt-get").is_some() {
        return apt::install(missing);
    }
    bail!("{}", advice(missing, System::detect()))
}

/// Systems whose package names we know without installing anything there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    MacOs,
    Fedora,
    Arch,
    Other,
}

impl System {
    fn detect() -> Self {
        if cfg!(target_os = "macos") {
            Self::MacOs
        } else if find("dnf").is_some() {
            Self::Fedora
        } else if find("pacman").is_some() {
            Self::Arch
        } else {
            Self::Other
        }
    }
}

fn advice(missing: &[Need], system: System) -> String {
    let packages = |pick: fn(&Need) -> &'static str| {
        missing.iter().map(pick).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ")
    };
    let names = || missing.iter().map(|it| it.name()).collect::<Vec<_>>().join(", ");
    let install = match system {
        System::MacOs => format!("run `brew install {}`", packages(|it| it.packages().brew)),
        System::Fedora => format!("run `sudo dnf install {}`", packages(|it| it.packages().dnf)),
        System::Arch => format!("run `sudo pacman -S --needed {}`", packages(|it| it.packages().pacman)),
        System::Other => format!("install {} with your system's package manager", names()),
    };
    format!("only Debian and Ubuntu are set up automatically: {install}, then start again")
}

#[cfg(test)]
mod tests;
