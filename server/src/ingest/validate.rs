//! What a build says of itself, checked once. Names and commit ids are checked by their types.

use crate::error::{AppError, AppResult};
use plimsoll_analyzer::MemoryRegion;
use plimsoll_protocol::upload::MAX_ANCESTRY;
use plimsoll_protocol::{Budget, LinkFailure, NewBuild, link};
use url::Url;

const MAX_PARENTS: usize = 64;
const MAX_BUDGETS: usize = 100;
const MAX_SCRIPT_BYTES: usize = 256 * 1024;
const MAX_NAME_CHARS: usize = 255;
const MAX_MESSAGE_CHARS: usize = 500;
const MAX_URL_CHARS: usize = 2000;

/// Checks what has rules and tidies what has none.
pub fn validate(mut build: NewBuild) -> AppResult<NewBuild> {
    check_length("ancestry", build.ancestry.len(), MAX_ANCESTRY)?;
    check_length("parents", build.parents.len(), MAX_PARENTS)?;
    check_budgets(&build.budgets)?;
    check_branch("branch", build.branch.as_deref())?;
    check_branch(
        "pull_request.base_branch",
        build.pull_request.as_ref().and_then(|it| it.base_branch.as_deref()),
    )?;
    check_ci_url(build.ci_url.as_deref())?;
    let layout = check_memory(&build)?;
    check_link_failure(&mut build, &layout)?;
    build.author = build.author.and_then(|it| tidy(&it, MAX_NAME_CHARS));
    build.message =
        build.message.and_then(|it| tidy(it.lines().next().unwrap_or_default(), MAX_MESSAGE_CHARS));
    Ok(build)
}

fn check_length(field: &'static str, n_entries: usize, most: usize) -> AppResult<()> {
    if n_entries > most {
        return Err(AppError::invalid(field, format!("has {n_entries} entries; at most {most} are taken")));
    }
    Ok(())
}

/// Subjects are region names or `total`, each once, with limits that can be kept.
pub fn check_budgets(budgets: &[Budget]) -> AppResult<()> {
    check_length("budgets", budgets.len(), MAX_BUDGETS)?;
    for (idx, budget) in budgets.iter().enumerate() {
        let refused = |why: &str| Err(AppError::invalid(format!("budgets[{idx}]"), why));
        if !is_name(&budget.subject) {
            return refused("its subject is not 1 to 255 printable characters");
        }
        if i64::try_from(budget.limit_bytes).is_err() {
            return refused("its limit is larger than any memory");
        }
        if budgets[..idx].iter().any(|it| it.subject == budget.subject) {
            return refused("its subject has a budget already");
        }
    }
    Ok(())
}

/// Git allows no control characters in a branch's name either.
fn check_branch(field: &'static str, branch: Option<&str>) -> AppResult<()> {
    match branch {
        Some(it) if !is_name(it) => Err(AppError::invalid(field, "is not 1 to 255 printable characters")),
        _ => Ok(()),
    }
}

/// The page links to it, so it must be a web address and nothing that runs.
fn check_ci_url(ci_url: Option<&str>) -> AppResult<()> {
    let Some(text) = ci_url else { return Ok(()) };
    let is_web = Url::parse(text).is_ok_and(|it| matches!(it.scheme(), "http" | "https"));
    if !is_web || text.len() > MAX_URL_CHARS || text.chars().any(char::is_control) {
        return Err(AppError::invalid(
            "ci_url",
            "is not an http or https address of at most 2000 characters",
        ));
    }
    Ok(())
}

fn check_memory(build: &NewBuild) -> AppResult<Vec<MemoryRegion>> {
    let Some(memory) = &build.memory else { return Ok(Vec::new()) };
    if !is_name(&memory.path) {
        return Err(AppError::invalid("memory.path", "is not 1 to 255 printable characters"));
    }
    if memory.text.len() > MAX_SCRIPT_BYTES || memory.text.contains('\0') {
        return Err(AppError::invalid("memory.text", "is not a text of at most 256 KiB"));
    }
    plimsoll_analyzer::parse_memory(&memory.text)
        .map_err(|it| AppError::invalid(format!("memory script {}", memory.path), it))
}

/// Checks the linker's words, and completes them by what the memory script knows better.
fn check_link_failure(build: &mut NewBuild, layout: &[MemoryRegion]) -> AppResult<()> {
    let Some(failure) = &mut build.link_failure else { return Ok(()) };
    check_length("link_failure.overflows", failure.overflows.len(), link::MAX_OVERFLOWS)?;
    check_length("link_failure.sections", failure.sections.len(), link::MAX_SECTIONS)?;
    check_length("link_failure.objects", failure.objects.len(), link::MAX_OBJECTS)?;
    let mut names: Vec<&str> = failure.overflows.iter().map(|it| it.region.as_str()).collect();
    names.sort_unstable();
    if names.is_empty() || names.windows(2).any(|it| it[0] == it[1]) {
        return Err(AppError::invalid(
            "link_failure.overflows",
            "does not name each region that is too small once",
        ));
    }
    names.extend(failure.sections.iter().map(|it| it.name.as_str()));
    names.extend(failure.objects.iter().map(|it| it.file.as_str()));
    for overflow in &failure.overflows {
        check_length("link_failure.overflows.sections", overflow.sections.len(), link::MAX_SECTIONS)?;
        names.extend(overflow.sections.iter().map(String::as_str));
    }
    if !names.iter().all(|it| is_printable(it, link::MAX_NAME_CHARS)) {
        return Err(AppError::invalid(
            "link_failure",
            "has a name that is not 1 to 256 printable characters",
        ));
    }
    for overflow in &mut failure.overflows {
        let known = layout.iter().find(|it| it.name == overflow.region).map(|it| it.length_bytes);
        overflow.length_bytes = known.or(overflow.length_bytes);
    }
    check_sizes(failure)
}

/// What the database keeps.
fn check_sizes(failure: &LinkFailure) -> AppResult<()> {
    let overflows = failure.overflows.iter().flat_map(|it| [it.over_bytes, it.length_bytes, it.used_bytes()]);
    let sections = failure.sections.iter().map(|it| Some(it.size_bytes));
    let objects = failure.objects.iter().map(|it| Some(it.size_bytes));
    if overflows.chain(sections).chain(objects).flatten().any(|it| i64::try_from(it).is_err()) {
        return Err(AppError::invalid("link_failure", "has a size that is larger than any memory"));
    }
    Ok(())
}

fn is_name(text: &str) -> bool {
    is_printable(text, MAX_NAME_CHARS)
}

fn is_printable(text: &str, max_chars: usize) -> bool {
    let n_chars = text.chars().count();
    (1..=max_chars).contains(&n_chars) && !text.chars().any(char::is_control)
}

/// Text that is only shown: shortened and without control characters rather than refused.
fn tidy(text: &str, max_chars: usize) -> Option<String> {
    let short: String = text.chars().filter(|it| !it.is_control()).take(max_chars).collect();
    let short = short.trim();
    (!short.is_empty()).then(|| short.to_owned())
}
