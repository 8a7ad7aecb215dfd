//! `plimsoll upload`: sends the planned builds and tells what came of them.

mod answers;

pub(crate) use answers::Answers;

use crate::args::{BudgetFlag, UploadArgs};
use crate::client::{self, Api, Files, compress};
use crate::environment::Environment;
use crate::plan::{self, Destination, Upload, UploadPlan};
use crate::{Outcome, failure, files, judge, linker_map, markdown, output};
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use plimsoll_analyzer::{Besides, map_file};
use plimsoll_protocol::{BuildAnswer, BuildState, NewBuild, Verdict};
use serde::Serialize;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// Plans, sends, reports.
pub(crate) fn run(args: &UploadArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let plan = plan::upload(args, environment)?;
    for warning in &plan.warnings {
        failure::warn(warning);
    }
    if let Some(warning) = &plan.other_checkout {
        tell_other_checkout(environment, warning);
    }
    let Some(destination) = &plan.destination else { return dry_run(&plan, args) };
    let (answers, only_failure) = client::block_on(send_all(destination, &plan))?;
    if let Some(path) = &args.answer_file {
        answers.write(&environment.current_dir().join(path))?;
    }
    if plan.wait.is_some() {
        write_step_summary(environment, &markdown::document(&answers));
        annotate(environment, &answers);
    }
    if let Some(error) = only_failure {
        return Err(error);
    }
    for failed in &answers.failures {
        failure::complain(&format!("{}: {}", failed.target, failed.error));
    }
    report(&answers, args.json)?;
    Ok(outcome(&answers, plan.wait))
}

/// One after the other: a CI machine's uplink is the bottleneck, not the waiting. What fails for one
/// target does not keep the others from being measured; of a single one the failure is returned too,
/// with its hint, since it is the whole story.
async fn send_all(
    destination: &Destination,
    plan: &UploadPlan,
) -> anyhow::Result<(Answers, Option<anyhow::Error>)> {
    let api = Api::new(destination)?;
    let mut answers = Answers::new(&destination.project, &plan.uploads);
    let mut only_failure = None;
    for upload in &plan.uploads {
        let bar = progress_bar(upload.build.target.as_str())?;
        match send(&api, upload, plan.wait, &bar).await {
            Ok(answer) => answers.answers.push(answer),
            Err(error) => {
                answers.fail(&upload.build.target, &failure::chain(&error));
                only_failure = (plan.uploads.len() == 1).then_some(error);
            }
        }
    }
    Ok((answers, only_failure))
}

/// Uploads one image, or why there is none; waits so long for it to be measured.
pub(crate) async fn send(
    api: &Api<'_>,
    upload: &Upload,
    wait: Option<Duration>,
    bar: &ProgressBar,
) -> anyhow::Result<BuildAnswer> {
    let files = match &upload.elf {
        Some(path) => Some(packed(path, upload.map.as_deref())?),
        None => None,
    };
    let deadline = wait.map(|it| Instant::now() + it);
    let answer = api.upload(&upload.build, files, deadline, bar).await;
    bar.finish_and_clear();
    answer
}

fn packed(path: &Path, map: Option<&Path>) -> anyhow::Result<Files> {
    let elf = plan::read_elf(path)?;
    plimsoll_analyzer::check(&elf).with_context(|| format!("cannot upload {}", path.display()))?;
    warn_of_split(path, &elf);
    let map = map.map(|it| linker_map::of_image(it, &elf)).transpose()?.flatten();
    let map_zstd = map.map(|it| compress(it.as_bytes())).transpose()?;
    Ok(Files { elf_zstd: compress(&elf)?.into(), map_zstd: map_zstd.map(Into::into) })
}

/// What is in other files is not sent.
fn warn_of_split(path: &Path, elf: &[u8]) {
    let n_files = files::missing_files(elf).len();
    if n_files > 0 {
        failure::warn(&format!(
            "{}: {n_files} units have split debug information, which is not sent: the server knows their lines, \
             but not their functions; link without -gsplit-dwarf",
            path.display()
        ));
    }
}

/// Hidden by itself where standard error is no terminal.
fn progress_bar(target: &str) -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {binary_bytes}/{binary_total_bytes} {eta}")?;
    Ok(ProgressBar::new(0).with_style(style).with_message(crate::text::visible(target)))
}

fn report(answers: &Answers, json: bool) -> anyhow::Result<()> {
    if json {
        return output::print_json(answers);
    }
    let width = output::width();
    let texts: Vec<String> = answers.answers.iter().map(|it| output::answer(it, width)).collect();
    output::print(&texts.concat())
}

/// Over budget wins over not knowing: who tolerates exit code 2 must not overlook a broken budget.
/// Who does not wait asks only whether the upload arrived, however quick the server happens to be.
fn outcome(answers: &Answers, wait: Option<Duration>) -> Outcome {
    let refused = if answers.failures.is_empty() { Outcome::Fine } else { Outcome::Unknown };
    // That it does not fit is known before anybody has judged it.
    if answers.answers.iter().any(|it| it.build.link_failure.is_some()) {
        return Outcome::OverBudget;
    }
    let Some(wait) = wait else { return refused };
    if answers.answers.iter().any(|it| it.over_budget) {
        return Outcome::OverBudget;
    }
    // Said where errors are looked for, and last: in a list of targets the line above it is easily missed.
    for answer in answers.answers.iter().filter(|it| it.build.state == BuildState::Failed) {
        let why = answer.build.failure.as_deref().unwrap_or("for an unknown reason");
        failure::complain(&format!("{} could not be analysed: {why}", answer.build.target));
    }
    for answer in answers.answers.iter().filter(|it| it.build.state == BuildState::Queued) {
        failure::warn(&format!("{} was not measured within {} s", answer.build.target, wait.as_secs()));
    }
    let is_known = answers.answers.iter().all(|it| it.build.state == BuildState::Measured);
    if is_known { refused } else { Outcome::Unknown }
}

/// The job's page on GitHub; where it cannot be written the result stands in the log all the same.
fn write_step_summary(environment: &Environment, text: &str) {
    let Some(path) = environment.path("GITHUB_STEP_SUMMARY") else { return };
    let written = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .and_then(|mut it| it.write_all(text.as_bytes()));
    if let Err(error) = written {
        failure::warn(&format!("cannot write the step summary {}: {error}", path.display()));
    }
}

/// Wrong numbers are worse than none, so this is said wherever somebody may look.
fn tell_other_checkout(environment: &Environment, warning: &str) {
    failure::warn(warning);
    write_step_summary(environment, &markdown::warning(warning));
    if environment.text("GITHUB_ACTIONS") == Some("true") {
        let _ = write!(std::io::stderr(), "{}", output::warning_annotation(warning));
    }
}

fn annotate(environment: &Environment, answers: &Answers) {
    if environment.text("GITHUB_ACTIONS") != Some("true") {
        return;
    }
    for answer in &answers.answers {
        if let Some(failure) = &answer.build.link_failure {
            let _ = write!(std::io::stderr(), "{}", output::link_annotation(answer, failure));
        }
        for verdict in answer.verdicts.iter().filter(|it| !it.within && it.used_bytes.is_some()) {
            // On standard error, where it does not disturb --json; the runner reads both.
            let _ = write!(std::io::stderr(), "{}", output::annotation(answer, verdict));
        }
    }
}

/// What a dry run says in JSON.
#[derive(Serialize)]
struct DryRun<'a> {
    would_send: &'a NewBuild,
    /// This and what follows is absent where the build did not link.
    elf_bytes: Option<usize>,
    report: Option<plimsoll_analyzer::Report>,
    verdicts: Vec<Verdict>,
}

fn dry_run(plan: &UploadPlan, args: &UploadArgs) -> anyhow::Result<Outcome> {
    let runs =
        plan.uploads.iter().map(|it| measure(it, &args.budgets)).collect::<anyhow::Result<Vec<_>>>()?;
    if args.json {
        output::print_json(&runs)?;
    } else {
        let texts = runs.iter().map(|it| match (&it.report, it.elf_bytes) {
            (Some(report), Some(elf_bytes)) => {
                output::dry_run(it.would_send, report, &it.verdicts, elf_bytes)
            }
            _ => output::dry_run_unlinked(it.would_send),
        });
        output::print(&texts.collect::<String>())?;
    }
    let is_over = |it: &DryRun<'_>| it.report.is_none() || it.verdicts.iter().any(|it| !it.within);
    let is_over = runs.iter().any(is_over);
    Ok(if is_over { Outcome::OverBudget } else { Outcome::Fine })
}

fn measure<'a>(upload: &'a Upload, flags: &[BudgetFlag]) -> anyhow::Result<DryRun<'a>> {
    let would_send = &upload.build;
    let Some(path) = &upload.elf else {
        return Ok(DryRun { would_send, elf_bytes: None, report: None, verdicts: Vec::new() });
    };
    let elf = plan::read_elf(path)?;
    let regions = match &upload.build.memory {
        Some(script) => plimsoll_analyzer::parse_memory(&script.text).with_context(|| script.path.clone())?,
        None => Vec::new(),
    };
    let map = upload.map.as_deref().map(|it| linker_map::of_image(it, &elf)).transpose()?.flatten();
    let map = map.as_deref().map(map_file::parse).transpose()?;
    let besides = Besides { map: map.as_ref(), ..Besides::default() };
    let report = plimsoll_analyzer::analyze_with(&elf, &regions, besides)
        .with_context(|| path.display().to_string())?;
    let names: Vec<&str> = report.regions.iter().map(|it| it.name.as_str()).collect();
    let place = would_send.memory.as_ref().map_or_else(|| path.display().to_string(), |it| it.path.clone());
    plan::refuse_unknown((&would_send.target, &would_send.budgets), flags, (&place, &names))?;
    let verdicts = judge::verdicts(&report, &would_send.budgets);
    Ok(DryRun { would_send, elf_bytes: Some(elf.len()), report: Some(report), verdicts })
}

/// The answers that earlier uploads of one commit wrote, together.
pub(crate) fn read_answers(paths: &[impl AsRef<Path>], current_dir: &Path) -> anyhow::Result<Answers> {
    let mut all: Option<Answers> = None;
    for path in paths {
        let read = Answers::read(&current_dir.join(path))?;
        match &mut all {
            None => all = Some(read),
            Some(all) => all.join(read)?,
        }
    }
    all.context("no answers were given")
}
