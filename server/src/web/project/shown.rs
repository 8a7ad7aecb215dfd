//! The target that a project's page shows in detail.

use super::ProjectQuery;
use super::builds::BuildLine;
use super::trend::{self, Metric, MetricLink, Trend};
use crate::db::views::builds::{BuildRow, find, recent};
use crate::db::views::targets::{BudgetRow, RegionRow, TargetRow, budgets, regions};
use crate::db::views::trend::{Line, LineRow, lines, points};
use crate::domain::Project;
use crate::error::AppResult;
use crate::state::AppState;
use crate::urls::{self, ProjectView};
use crate::web::commit::{Change, Commit, place, size, size_of};
use crate::web::format::Bytes;
use crate::web::gauge::Gauge;
use plimsoll_protocol::budget;
use uuid::Uuid;

const BUILDS_PER_PAGE: u32 = 30;
const MAX_LINES: i64 = 200;

/// A target in detail.
pub struct ShownTarget {
    /// Its name.
    pub name: String,
    /// Its branches and pull requests.
    pub branches: Vec<BranchChoice>,
    /// The figure that is drawn, as in the address.
    pub metric: String,
    /// The newest measured build of the branch.
    pub latest: Option<LatestBuild>,
    /// That build's regions: those with a budget first, then those in use.
    pub gauges: Vec<Gauge>,
    /// Regions that nothing uses, in a sentence.
    pub unused_regions: Option<String>,
    /// The figures that can be drawn.
    pub metrics: Vec<MetricLink>,
    /// The graph.
    pub trend: Trend,
    /// The newest builds of every branch.
    pub builds: Vec<BuildLine>,
    /// The builds before those.
    pub older_url: Option<String>,
}

/// A branch or pull request to choose.
pub struct BranchChoice {
    /// As in the address: a branch, or `#` and a pull request's number.
    pub name: String,
    /// For people.
    pub label: String,
    /// Whether it is shown.
    pub current: bool,
}

/// The newest measured build of a branch.
pub struct LatestBuild {
    /// What was built.
    pub commit: Commit,
    /// Bytes of flash.
    pub flash: Bytes,
    /// Against the baseline.
    pub flash_change: Option<Change>,
    /// Bytes of RAM.
    pub ram: Bytes,
    /// Against the baseline.
    pub ram_change: Option<Change>,
    /// What it changed.
    pub compare_url: Option<String>,
}

/// The newest measured build of a line, if it has one.
#[derive(Default)]
struct Newest {
    build: Option<BuildRow>,
    baseline_id: Option<Uuid>,
    regions: Vec<RegionRow>,
}

/// Loads the target's part of the page.
pub async fn load(
    state: &AppState,
    project: &Project,
    target: &TargetRow,
    query: &ProjectQuery,
) -> AppResult<ShownTarget> {
    let key = (project.project_id, target.target_id);
    let known = lines(&state.db, key, MAX_LINES).await?;
    let line = choose_line(query.branch.as_deref(), &known, &project.default_branch);
    let newest = newest(state, key, &line).await?;
    let mut budgets = budgets(&state.db, project.project_id).await?;
    budgets.retain(|it| it.target_id == target.target_id);
    let usual = || Metric::usual(&newest.regions, &budgets);
    let metric = query.metric.as_deref().map_or_else(usual, Metric::parse);
    let branch = line_key(&line);
    let view = ProjectView { target: Some(&target.name), branch: Some(&branch), metric: None };
    let trend = trend::load(state, project, (target.target_id, &line), &metric).await?;
    let (builds, older_url) = builds(state, project, target, (view, query.skip.unwrap_or(0))).await?;
    Ok(ShownTarget {
        name: target.name.clone(),
        branches: choices(&known, &line),
        metric: metric.key(),
        gauges: gauges(&newest, &budgets),
        unused_regions: unused(&newest.regions, &budgets),
        metrics: trend::links(project, view, &newest.regions, &metric),
        latest: latest_build(project, newest),
        trend,
        builds,
        older_url,
    })
}

async fn newest(state: &AppState, key: (Uuid, Uuid), line: &Line) -> AppResult<Newest> {
    let Some(point) = points(&state.db, key, line, ("flash", None), 1).await?.pop() else {
        return Ok(Newest::default());
    };
    Ok(Newest {
        build: find(&state.db, key.0, &[point.build_id]).await?.pop(),
        baseline_id: point.baseline_build_id,
        regions: regions(&state.db, key.0, point.build_id).await?,
    })
}

/// One page of the table of builds, and the address of the next.
async fn builds(
    state: &AppState,
    project: &Project,
    target: &TargetRow,
    (view, skip): (ProjectView<'_>, u32),
) -> AppResult<(Vec<BuildLine>, Option<String>)> {
    let key = (project.project_id, target.target_id);
    let n_wanted = BUILDS_PER_PAGE as usize;
    let rows = recent(&state.db, key, i64::from(skip), i64::from(BUILDS_PER_PAGE) + 1).await?;
    let next = skip.saturating_add(BUILDS_PER_PAGE);
    let older_url = (rows.len() > n_wanted).then(|| urls::project_older(&project.name, view, next));
    let lines = rows.iter().take(n_wanted).map(|it| BuildLine::new(&project.name, it));
    Ok((lines.collect(), older_url))
}

/// The branch asked for; without a wish the default branch, or where it has no builds the newest line.
fn choose_line(wanted: Option<&str>, known: &[LineRow], default_branch: &str) -> Line {
    if let Some(wanted) = wanted {
        let number = wanted.strip_prefix('#').and_then(|it| it.parse().ok());
        return number.map_or_else(|| Line::Branch(wanted.to_owned()), Line::PullRequest);
    }
    let of_row = |row: &LineRow| match (row.pull_request, &row.branch) {
        (Some(number), _) => Line::PullRequest(number),
        (None, branch) => Line::Branch(branch.clone().unwrap_or_default()),
    };
    let default = Line::Branch(default_branch.to_owned());
    let mut all = known.iter().map(of_row);
    if all.clone().any(|it| it == default) { default } else { all.next().unwrap_or(default) }
}

fn line_key(line: &Line) -> String {
    match line {
        Line::Branch(name) => name.clone(),
        Line::PullRequest(number) => format!("#{number}"),
    }
}

fn choices(known: &[LineRow], shown: &Line) -> Vec<BranchChoice> {
    let shown = line_key(shown);
    let choice = |row: &LineRow| {
        let name = place(row.branch.as_deref(), row.pull_request).unwrap_or_default();
        let label = row.pull_request.map_or_else(|| name.clone(), |it| format!("pull request #{it}"));
        BranchChoice { current: name == shown, label, name }
    };
    known.iter().map(choice).collect()
}

fn limit_of(budgets: &[BudgetRow], subject: &str) -> Option<u64> {
    budgets.iter().find(|it| it.subject == subject).map(|it| size(it.limit_bytes))
}

/// The regions that have a budget, then those in use.
fn gauges(newest: &Newest, budgets: &[BudgetRow]) -> Vec<Gauge> {
    let limit = |it: &RegionRow| limit_of(budgets, &it.name);
    let shown = newest.regions.iter().filter(|it| it.value_bytes > 0 || limit(it).is_some());
    let gauge =
        |it: &RegionRow| Gauge::new(&it.name, size(it.value_bytes), size_of(it.length_bytes), limit(it));
    let flash = newest.build.as_ref().and_then(|it| size_of(it.flash_bytes));
    let total = limit_of(budgets, budget::TOTAL).zip(flash);
    let total = total.map(|(limit, used)| Gauge::new("total flash", used, None, Some(limit)));
    let mut gauges: Vec<Gauge> = shown.map(gauge).chain(total).collect();
    gauges.sort_by_key(|it| it.limit.is_none());
    gauges
}

fn unused(regions: &[RegionRow], budgets: &[BudgetRow]) -> Option<String> {
    let is_unused = |it: &&RegionRow| it.value_bytes == 0 && limit_of(budgets, &it.name).is_none();
    let names: Vec<&str> = regions.iter().filter(is_unused).map(|it| it.name.as_str()).collect();
    (!names.is_empty()).then(|| format!("Nothing lies in {}.", names.join(", ")))
}

fn latest_build(project: &Project, newest: Newest) -> Option<LatestBuild> {
    let row = newest.build?;
    let figures = super::builds::BuildFigures::of(&row)?;
    Some(LatestBuild {
        commit: Commit::of(&project.name, &row),
        flash: figures.flash,
        flash_change: figures.flash_change,
        ram: figures.ram,
        ram_change: figures.ram_change,
        compare_url: newest.baseline_id.map(|it| urls::compare(&project.name, it, row.build_id)),
    })
}
