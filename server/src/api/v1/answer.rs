//! Domain values as the protocol says them.

use crate::db;
use crate::domain::build::{Measurement, MeasurementKind};
use crate::domain::{Build, Project};
use crate::error::AppResult;
use crate::state::AppState;
use crate::urls;
use plimsoll_analyzer::report::STATIC;
use plimsoll_protocol::{Baseline, BuildAnswer, BuildState, BuildSummary, Delta, Figures};
use uuid::Uuid;

/// The most symbol changes that an answer lists.
const MAX_SYMBOL_CHANGES: u32 = 20;

/// An address of ours as others reach it.
pub fn absolute(state: &AppState, path: &str) -> String {
    format!("{}{path}", state.settings.public_url.as_str().trim_end_matches('/'))
}

/// A build in a list.
pub fn summary(state: &AppState, project: &Project, build: &Build) -> BuildSummary {
    BuildSummary {
        id: build.build_id,
        url: absolute(state, &urls::build(&project.name, build.build_id)),
        target: build.target.clone(),
        commit: build.commit.clone(),
        branch: build.branch.clone(),
        pull_request: build.pull_request,
        author: build.author.clone(),
        message: build.message.clone(),
        committed_at: build.committed_at,
        state: build.state,
        failure: build.failure.clone(),
        figures: build.figures,
        link_failure: build.link_failure.clone(),
    }
}

/// A build with everything that the client prints.
pub async fn answer(
    state: &AppState,
    project: &Project,
    build: &Build,
    created: bool,
) -> AppResult<BuildAnswer> {
    let mut answer = BuildAnswer {
        build: summary(state, project, build),
        created,
        baseline: None,
        deltas: Vec::new(),
        verdicts: Vec::new(),
        over_budget: false,
        symbol_changes: Vec::new(),
        cause: None,
        compare_url: None,
        measured_by_schema: None,
    };
    if matches!(build.state, BuildState::Measured | BuildState::Unlinked) {
        add_results(state, project, build, &mut answer).await?;
    }
    Ok(answer)
}

async fn add_results(
    state: &AppState,
    project: &Project,
    build: &Build,
    answer: &mut BuildAnswer,
) -> AppResult<()> {
    let baseline = match build.baseline_build_id {
        Some(it) => db::builds::find(&state.db, project.project_id, it).await?,
        None => None,
    };
    answer.deltas = deltas(state, project, build, baseline.as_ref()).await?;
    answer.verdicts = db::budgets::list_verdicts(&state.db, project.project_id, build.build_id).await?;
    answer.measured_by_schema =
        db::reports::find_schema_version(&state.db, project.project_id, build.build_id).await?;
    let has_linked = build.state != BuildState::Unlinked;
    answer.over_budget = !has_linked || answer.verdicts.iter().any(|it| !it.within);
    if let Some(baseline) = baseline {
        let key = (project.project_id, build.build_id);
        answer.symbol_changes =
            db::reports::list_changes(&state.db, key, "symbol", MAX_SYMBOL_CHANGES).await?;
        answer.cause = db::reports::find_cause(&state.db, key.0, key.1).await?;
        let compare = urls::compare(&project.name, baseline.build_id, build.build_id);
        answer.compare_url = has_linked.then(|| absolute(state, &compare));
        answer.baseline = Some(Baseline {
            id: baseline.build_id,
            url: absolute(state, &urls::build(&project.name, baseline.build_id)),
            commit: baseline.commit,
            commits_behind: build.commits_behind.unwrap_or(0),
        });
    }
    Ok(())
}

/// Totals and regions of a build beside its baseline's.
async fn deltas(
    state: &AppState,
    project: &Project,
    build: &Build,
    baseline: Option<&Build>,
) -> AppResult<Vec<Delta>> {
    let ids: Vec<Uuid> = std::iter::once(build.build_id).chain(baseline.map(|it| it.build_id)).collect();
    let regions =
        db::reports::list_measurements(&state.db, project.project_id, &ids, MeasurementKind::Region).await?;
    let (new, old): (Vec<_>, Vec<_>) = regions.into_iter().partition(|it| it.0 == build.build_id);
    let new: Vec<Measurement> = new.into_iter().map(|it| it.1).collect();
    let old: Vec<Measurement> = old.into_iter().map(|it| it.1).collect();
    if build.state == BuildState::Unlinked {
        let mut deltas = region_deltas(&old, &new, baseline.is_some());
        // The others are not gone, nobody knows how full they are.
        deltas.retain(|it| it.new_bytes.is_some());
        return Ok(deltas);
    }
    let mut deltas = total_deltas(baseline.and_then(|it| it.figures), build.figures);
    deltas.extend(region_deltas(&old, &new, baseline.is_some()));
    deltas.extend(static_deltas(state, project, (build, baseline), &deltas).await?);
    Ok(deltas)
}

/// Static use, where something is only set aside, and where both builds know it: those of before did not measure it.
async fn static_deltas(
    state: &AppState,
    project: &Project,
    (build, baseline): (&Build, Option<&Build>),
    used: &[Delta],
) -> AppResult<Vec<Delta>> {
    let ids: Vec<Uuid> = std::iter::once(build.build_id).chain(baseline.map(|it| it.build_id)).collect();
    let rows =
        db::reports::list_measurements(&state.db, project.project_id, &ids, MeasurementKind::Static).await?;
    let (new, old): (Vec<_>, Vec<_>) = rows.into_iter().partition(|it| it.0 == build.build_id);
    let sides = |row: &Delta| (row.old_bytes, row.new_bytes);
    let is_known = |it: &Measurement| baseline.is_none() || old.iter().any(|(_, old)| old.name == it.name);
    let deltas = new.iter().map(|it| &it.1).filter(|it| is_known(it)).map(|it| {
        let before = old.iter().find(|(_, old)| old.name == it.name).map(|it| it.1.value_bytes);
        delta(("static", &it.name), (before, Some(it.value_bytes)), None, baseline.is_some())
    });
    let says_more = |it: &Delta| {
        let name = it.name.strip_prefix(STATIC).map_or("", |it| it.trim_start_matches('-'));
        let is_same = |row: &Delta| match name {
            "" => row.kind == "total" && row.name == "ram",
            region => row.kind == "region" && row.name == region,
        };
        used.iter().find(|row| is_same(row)).is_none_or(|row| sides(row) != sides(it))
    };
    Ok(deltas.filter(says_more).collect())
}

fn total_deltas(old: Option<Figures>, new: Option<Figures>) -> Vec<Delta> {
    let row = |name, part: fn(Figures) -> u64| {
        delta(("total", name), (old.map(part), new.map(part)), None, old.is_some())
    };
    vec![
        row("flash", |it| it.flash_bytes),
        row("ram", |it| it.ram_bytes),
        row("formatting", |it| it.formatting_bytes),
    ]
}

/// In the order of the new build; regions that only the old one has come last.
fn region_deltas(old: &[Measurement], new: &[Measurement], has_baseline: bool) -> Vec<Delta> {
    let find = |side: &[Measurement], name: &str| side.iter().find(|it| it.name == name).cloned();
    let gone = old.iter().filter(|it| find(new, &it.name).is_none());
    let names = new.iter().chain(gone).map(|it| it.name.as_str());
    let row = |name| {
        let (old, new) = (find(old, name), find(new, name));
        let length_bytes = new.as_ref().or(old.as_ref()).and_then(|it| it.length_bytes);
        let sizes = (old.map(|it| it.value_bytes), new.map(|it| it.value_bytes));
        delta(("region", name), sizes, length_bytes, has_baseline)
    };
    names.map(row).collect()
}

/// The change is told only where there is something to compare with.
fn delta(
    (kind, name): (&str, &str),
    (old_bytes, new_bytes): (Option<u64>, Option<u64>),
    length_bytes: Option<u64>,
    has_baseline: bool,
) -> Delta {
    let signed = |it: Option<u64>| db::to_i64(it.unwrap_or(0));
    Delta {
        kind: kind.into(),
        name: name.into(),
        old_bytes,
        new_bytes,
        length_bytes,
        delta_bytes: has_baseline.then(|| signed(new_bytes) - signed(old_bytes)),
    }
}
