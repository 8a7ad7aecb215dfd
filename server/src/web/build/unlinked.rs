//! What a build's page shows where the linker wrote no image: how much was too much, and what it placed.

use super::frame::Frame;
use crate::db::reports;
use crate::db::views::targets::{VerdictRow, verdicts};
use crate::domain::build::{Measurement, MeasurementKind};
use crate::error::AppResult;
use crate::state::AppState;
use crate::web::commit::{Change, size};
use crate::web::format::{Address, Bytes};
use crate::web::gauge::Gauge;
use plimsoll_protocol::{LinkFailure, RegionOverflow};
use sqlx::types::Json;
use uuid::Uuid;

/// What is known of an image that did not fit.
pub struct UnlinkedView {
    /// One sentence per region that was too small.
    pub overflows: Vec<String>,
    /// Those regions, where it is known how big they are.
    pub gauges: Vec<Gauge>,
    /// What the linker's map says.
    pub sections: Vec<PlacedLine>,
    /// What fills them.
    pub objects: Vec<ObjectLine>,
}

/// A section of the map.
pub struct PlacedLine {
    /// Its name.
    pub name: String,
    /// Where it would run.
    pub address: Address,
    /// Its size.
    pub size: Bytes,
    /// Against the last build that linked.
    pub change: Option<Change>,
}

/// An object file.
pub struct ObjectLine {
    /// Its name.
    pub file: String,
    /// What it contributes.
    pub size: Bytes,
}

/// Loads it, and what stands beside it: the sections of the last build that linked.
pub async fn load(
    state: &AppState,
    frame: &Frame,
    (project_id, build_id): (Uuid, Uuid),
) -> AppResult<Option<UnlinkedView>> {
    let failure = frame.row.link_failure.as_ref().filter(|_| frame.row.state == "unlinked");
    let Some(Json(failure)) = failure else { return Ok(None) };
    let verdicts = verdicts(&state.db, project_id, build_id).await?;
    let base: Vec<Uuid> = frame.facts.baseline_build_id.into_iter().collect();
    let old = reports::list_measurements(&state.db, project_id, &base, MeasurementKind::Section).await?;
    let old: Vec<Measurement> = old.into_iter().map(|it| it.1).collect();
    Ok(Some(UnlinkedView {
        overflows: failure.overflows.iter().map(sentence).collect(),
        gauges: failure.overflows.iter().filter_map(|it| gauge(it, &verdicts)).collect(),
        sections: sections(failure, &old),
        objects: objects(failure),
    }))
}

fn sentence(overflow: &RegionOverflow) -> String {
    match overflow.sections.as_slice() {
        [] => format!("{overflow}."),
        names => format!("{overflow}; no room for {}.", names.join(", ")),
    }
}

fn gauge(overflow: &RegionOverflow, verdicts: &[VerdictRow]) -> Option<Gauge> {
    let limit = verdicts.iter().find(|it| it.subject == overflow.region).map(|it| size(it.limit_bytes));
    // Without a budget the region's own end is the line.
    let limit = limit.or(overflow.length_bytes);
    Some(Gauge::new(&overflow.region, overflow.used_bytes()?, overflow.length_bytes, limit))
}

fn sections(failure: &LinkFailure, old: &[Measurement]) -> Vec<PlacedLine> {
    let before = |name: &str| old.iter().find(|it| it.name == name).map(|it| it.value_bytes);
    let lines = failure.sections.iter().map(|it| PlacedLine {
        name: it.name.clone(),
        address: Address(it.address),
        size: Bytes(it.size_bytes),
        change: Change::known(before(&it.name), it.size_bytes),
    });
    lines.collect()
}

fn objects(failure: &LinkFailure) -> Vec<ObjectLine> {
    let lines = failure.objects.iter();
    lines.map(|it| ObjectLine { file: it.file.clone(), size: Bytes(it.size_bytes) }).collect()
}
