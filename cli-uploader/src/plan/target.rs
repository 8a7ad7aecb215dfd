//! Which images, under which names, with which memory layout and budgets.

use super::budget;
use crate::args::{BudgetFlag, UploadArgs};
use crate::config::{self, Config};
use crate::failure::hinted;
use crate::link_error::{self, LinkError};
use crate::memory;
use crate::plan::Upload;
use anyhow::{Context, anyhow};
use plimsoll_protocol::{Budget, LinkFailure, MemoryScript, NewBuild, TargetName};
use std::path::{Path, PathBuf};

/// One target as it will be sent.
#[derive(Debug)]
pub(super) struct TargetPlan {
    /// Absent where the build did not link.
    elf: Option<PathBuf>,
    /// What the linker wrote beside the ELF.
    map: Option<PathBuf>,
    name: TargetName,
    memory: Option<MemoryScript>,
    /// Of the scripts; none where there are no scripts.
    regions: Vec<String>,
    budgets: Vec<Budget>,
    link_failure: Option<LinkFailure>,
}

impl TargetPlan {
    /// With what is known of its commit.
    pub(super) fn upload(self, facts: &NewBuild) -> Upload {
        let Self { elf, map, name: target, memory, budgets, link_failure, .. } = self;
        Upload { elf, map, build: NewBuild { target, memory, budgets, link_failure, ..facts.clone() } }
    }

    /// Refuses budgets on regions that the scripts do not have. Without scripts only the image knows.
    fn check_budgets(&self, flags: &[BudgetFlag]) -> anyhow::Result<()> {
        let Some(script) = &self.memory else { return Ok(()) };
        let regions: Vec<&str> = self.regions.iter().map(String::as_str).collect();
        budget::refuse_unknown((&self.name, &self.budgets), flags, (&script.path, &regions))
    }
}

/// The targets that were asked for.
pub(super) fn resolve(
    args: &UploadArgs,
    config: &Config,
    current_dir: &Path,
) -> anyhow::Result<Vec<TargetPlan>> {
    let link_error = link_error::read(args, current_dir)?;
    let wanted = match &link_error {
        Some(_) => vec![of_log(&args.targets, config)?],
        None => wanted(args, config, current_dir)?,
    };
    if args.map.is_some() && wanted.len() != 1 {
        let error = anyhow!("--map is of one image, and {} are to be uploaded", wanted.len());
        return Err(hinted(
            error,
            "write `map` into each [[target]] of plimsoll.toml, or name one `--target`",
        ));
    }
    let config_dir = config.path.as_deref().and_then(Path::parent).unwrap_or(current_dir);
    let mut plans: Vec<TargetPlan> = Vec::new();
    for target in wanted {
        if plans.iter().any(|it| it.name == target.name) {
            return Err(anyhow!("target `{}` is given twice", target.name));
        }
        let plan = plan(args, (target, link_error.as_ref()), current_dir, config_dir)?;
        plan.check_budgets(&args.budgets)?;
        plans.push(plan);
    }
    Ok(plans)
}

/// The targets whose images are at hand, or will be.
pub(super) fn wanted(
    args: &UploadArgs,
    config: &Config,
    current_dir: &Path,
) -> anyhow::Result<Vec<config::Target>> {
    if args.elfs.is_empty() { of_file(&args.targets, config) } else { of_elfs(args, config, current_dir) }
}

/// No ELF was typed: all targets of the file, or those of the names given.
fn of_file(names: &[String], config: &Config) -> anyhow::Result<Vec<config::Target>> {
    if config.targets.is_empty() {
        let place = config.path.as_ref().map_or("there is no plimsoll.toml".to_owned(), |it| {
            format!("{} has no [[target]]", it.display())
        });
        return Err(hinted(
            anyhow!("nothing to upload: no ELF was given and {place}"),
            "try `plimsoll upload ELF --target NAME`; `plimsoll upload --help` shows the file's format",
        ));
    }
    if names.is_empty() {
        return Ok(config.targets.clone());
    }
    names.iter().map(|it| config.target(it).cloned().ok_or_else(|| unknown_target(it, config))).collect()
}

/// A log is of one link, so of one target: the one that is named, or the file's only one.
fn of_log(names: &[String], config: &Config) -> anyhow::Result<config::Target> {
    match (names, config.targets.as_slice()) {
        ([name], _) => named(name, PathBuf::new(), config),
        ([], [only]) => Ok(only.clone()),
        ([], []) => Err(hinted(anyhow!("no target is named for --link-error"), "add `--target NAME`")),
        ([], _) => {
            let error = anyhow!("--link-error is about one target");
            Err(hinted(error, format!("add `--target NAME`: plimsoll.toml has {}", self::names(config))))
        }
        _ => Err(anyhow!("--link-error is about one target, and {} are named", names.len())),
    }
}

fn of_elfs(args: &UploadArgs, config: &Config, current_dir: &Path) -> anyhow::Result<Vec<config::Target>> {
    if !args.targets.is_empty() && args.targets.len() != args.elfs.len() {
        let (names, elfs) = (args.targets.len(), args.elfs.len());
        return Err(anyhow!("{names} --target for {elfs} ELF: give one for each, in order, or none"));
    }
    let mut targets = Vec::new();
    for (idx, elf) in args.elfs.iter().enumerate() {
        let path = current_dir.join(elf);
        targets.push(match args.targets.get(idx) {
            Some(name) => named(name, path, config)?,
            None => config.target_of(&path).cloned().ok_or_else(|| unmatched(elf, &path, config))?,
        });
    }
    Ok(targets)
}

/// A name that the file knows brings its layout and budgets along; the ELF is the one that was typed.
fn named(name: &str, elf: PathBuf, config: &Config) -> anyhow::Result<config::Target> {
    if let Some(known) = config.target(name) {
        return Ok(config::Target { elf, ..known.clone() });
    }
    let name = TargetName::parse(name).context("--target")?;
    Ok(config::Target { name, elf, memory: Vec::new(), map: None, budgets: Vec::new() })
}

/// How one target is sent.
pub(super) fn plan(
    args: &UploadArgs,
    (target, link_error): (config::Target, Option<&LinkError>),
    current_dir: &Path,
    config_dir: &Path,
) -> anyhow::Result<TargetPlan> {
    let scripts = match args.layout.memory.as_slice() {
        [] => target.memory,
        scripts => scripts.iter().map(|it| current_dir.join(it)).collect(),
    };
    let bases = [current_dir, config_dir];
    // Read here, so that a mistake is told before anything is sent.
    let layout = memory::read(&args.layout, &scripts, &bases)?;
    let budgets = budget::merged(&target.budgets, &args.budgets, &layout);
    let memory = memory::script(&layout, &scripts, &bases);
    let link_failure = link_error.map(|it| it.failure(&layout)).transpose()?;
    // That of plimsoll.toml may be of an earlier link than the one that failed.
    let map =
        args.map.as_ref().map(|it| current_dir.join(it)).or(target.map).filter(|_| link_failure.is_none());
    let elf = link_failure.is_none().then_some(target.elf);
    let regions = layout.regions.into_iter().map(|it| it.name).collect();
    Ok(TargetPlan { elf, map, name: target.name, memory, regions, budgets, link_failure })
}

fn unknown_target(name: &str, config: &Config) -> anyhow::Error {
    hinted(anyhow!("plimsoll.toml has no target `{name}`"), format!("it has {}", names(config)))
}

fn unmatched(elf: &Path, path: &Path, config: &Config) -> anyhow::Error {
    // A name would not help it.
    if let Err(error) = path.metadata()
        && error.kind() == std::io::ErrorKind::NotFound
    {
        let error = anyhow!("{} does not exist", elf.display());
        return hinted(error, "build it first, or check the path; then name its target with `--target NAME`");
    }
    let error = anyhow!("no target is named for {}", elf.display());
    if config.targets.is_empty() {
        return hinted(error, "add `--target NAME`, or a [[target]] with this `elf` to plimsoll.toml");
    }
    hinted(
        error,
        format!("no [[target]] of plimsoll.toml has this `elf`; add `--target NAME`, e.g. {}", names(config)),
    )
}

fn names(config: &Config) -> String {
    let names: Vec<String> = config.targets.iter().map(|it| format!("`{}`", it.name)).collect();
    names.join(", ")
}
