//! Budgets, verdicts and alerts of a build that has just been measured.

use crate::db;
use crate::domain::Recipe;
use crate::domain::build::{Measurement, MeasurementKind};
use crate::domain::judgement::{SetBudget, alert_changes, effective, judge};
use crate::state::AppState;
use plimsoll_protocol::{Budget, Figures, Verdict};
use sqlx::PgTransaction;
use time::OffsetDateTime;
use uuid::Uuid;

/// What a build is judged by.
pub struct Evidence<'a> {
    /// The totals; absent where the build did not link.
    pub figures: Option<Figures>,
    /// Its regions, and static use.
    pub measurements: &'a [Measurement],
}

/// Judges the build. On the default branch its budgets become the target's and alerts open and resolve,
/// unless a later commit has been measured already: an upload that comes late must not rewrite the present.
pub async fn judge_build(
    tx: &mut PgTransaction<'_>,
    recipe: &Recipe,
    evidence: &Evidence<'_>,
    now: OffsetDateTime,
) -> sqlx::Result<()> {
    let target = (recipe.project_id, recipe.target_id);
    db::targets::lock(tx, target.0, target.1).await?;
    let is_present = recipe.is_mainline && db::builds::is_newest(&mut **tx, recipe).await?;
    if is_present {
        db::budgets::set_from_file(tx, target, &recipe.budgets, now).await?;
    }
    let kept = db::budgets::list(&mut **tx, target.0, target.1).await?;
    let verdicts = verdicts(recipe, effective(&recipe.budgets, &kept), evidence);
    db::budgets::insert_verdicts(tx, (recipe.project_id, recipe.build_id), &verdicts).await?;
    if is_present {
        change_alerts(tx, recipe, &verdicts, now).await?;
    }
    Ok(())
}

async fn change_alerts(
    tx: &mut PgTransaction<'_>,
    recipe: &Recipe,
    verdicts: &[Verdict],
    now: OffsetDateTime,
) -> sqlx::Result<()> {
    let open = db::alerts::list_open(&mut **tx, recipe.project_id, recipe.target_id).await?;
    let mut changes = alert_changes(verdicts, &open);
    if recipe.link_failure.is_some() {
        // What does not link brings nothing back below its line.
        changes.resolved.clear();
    }
    db::alerts::apply(tx, recipe, &changes, now).await
}

/// What the budgets say. Of a build that did not link only those that watch a region that was too small: of the
/// others nobody knows.
fn verdicts(recipe: &Recipe, mut budgets: Vec<Budget>, evidence: &Evidence<'_>) -> Vec<Verdict> {
    if let Some(failure) = &recipe.link_failure {
        budgets.retain(|it| failure.overflow(&it.subject).is_some());
    }
    judge(&budgets, evidence.figures, evidence.measurements)
}

/// Sets a budget by hand, and has the newest build judged by it.
pub async fn set_budget(state: &AppState, target: (Uuid, Uuid), budget: &SetBudget) -> sqlx::Result<()> {
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    db::budgets::set(&mut *tx, target, budget, now).await?;
    judge_again(&mut tx, target, now).await?;
    tx.commit().await
}

/// Drops a budget, and has the newest build judged without it; false if there is none.
pub async fn drop_budget(state: &AppState, target: (Uuid, Uuid), subject: &str) -> sqlx::Result<bool> {
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    let dropped = db::budgets::delete(&mut *tx, target, subject).await?;
    if dropped {
        judge_again(&mut tx, target, now).await?;
    }
    tx.commit().await?;
    Ok(dropped)
}

/// Judges the newest build of the default branch again, from what was measured.
async fn judge_again(
    tx: &mut PgTransaction<'_>,
    target: (Uuid, Uuid),
    now: OffsetDateTime,
) -> sqlx::Result<()> {
    db::targets::lock(tx, target.0, target.1).await?;
    let Some(build_id) = db::builds::find_newest(&mut **tx, target.0, target.1).await? else { return Ok(()) };
    let recipe = db::builds::find_recipe(&mut **tx, target.0, build_id).await?;
    let build = db::builds::find(&mut **tx, target.0, build_id).await?;
    let (Some(recipe), Some(build)) = (recipe, build) else { return Ok(()) };
    let mut measured = Vec::new();
    for kind in [MeasurementKind::Region, MeasurementKind::Static] {
        measured.extend(db::reports::list_measurements(&mut **tx, target.0, &[build_id], kind).await?);
    }
    let measurements: Vec<Measurement> = measured.into_iter().map(|it| it.1).collect();
    let kept = db::budgets::list(&mut **tx, target.0, target.1).await?;
    let budgets: Vec<Budget> = kept.into_iter().map(|it| it.budget).collect();
    let evidence = Evidence { figures: build.figures, measurements: &measurements };
    let verdicts = verdicts(&recipe, budgets, &evidence);
    db::budgets::delete_verdicts(tx, (target.0, build_id)).await?;
    db::budgets::insert_verdicts(tx, (target.0, build_id), &verdicts).await?;
    change_alerts(tx, &recipe, &verdicts, now).await
}
