//! One figure over the builds of a branch: the graph's points and the choice of figures.

use crate::db::views::targets::{BudgetRow, RegionRow};
use crate::db::views::trend::{Line, PointRow, points};
use crate::domain::Project;
use crate::error::AppResult;
use crate::state::AppState;
use crate::urls::{self, ProjectView};
use crate::web::commit::{Change, Commit, size};
use crate::web::format::{Bytes, counted};
use plimsoll_analyzer::report::STATIC;
use uuid::Uuid;

/// More points than these are not drawn: the newest count.
const MAX_POINTS: i64 = 300;

/// A figure that can be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Metric {
    /// All bytes that are stored.
    Flash,
    /// All bytes of RAM.
    Ram,
    /// Formatting machinery.
    Formatting,
    /// The use of a region.
    Region(String),
    /// Use without what is only set aside: `static`, or of a region.
    Static(String),
}

/// A figure to choose.
pub struct MetricLink {
    /// Its name.
    pub label: String,
    /// The page that draws it.
    pub url: String,
    /// Whether it is drawn now.
    pub current: bool,
}

/// The graph.
pub struct Trend {
    /// The figure's name.
    pub label: String,
    /// What the graph shows, for those who cannot see it.
    pub summary: String,
    /// Its points, oldest first.
    pub points: Vec<Point>,
}

/// A point of the graph.
pub struct Point {
    /// The build.
    pub commit: Commit,
    /// The figure.
    pub value: Bytes,
    /// The budget that the build was judged by: later budgets say nothing about it.
    pub limit: Option<Bytes>,
    /// How far it was above that.
    pub over: Option<Bytes>,
    /// Whether the build did not link, and the figure is what the linker would have needed.
    pub unlinked: bool,
    /// Against the point before.
    pub change: Option<Change>,
    /// The comparison with the point before, or with the baseline.
    pub compare_url: Option<String>,
    /// Where a click leads: there, or to the build where there is nothing to compare with.
    pub follow_url: String,
}

impl Metric {
    /// From the address.
    pub fn parse(text: &str) -> Self {
        match (text, text.strip_prefix("region:")) {
            (name, _) if plimsoll_protocol::verdict::is_static(name) => Metric::Static(name.to_owned()),
            ("ram", _) => Metric::Ram,
            ("formatting", _) => Metric::Formatting,
            (_, Some(name)) => Metric::Region(name.to_owned()),
            _ => Metric::Flash,
        }
    }

    /// Where nothing is said, the region that is over its load line, or the first that has one; else the
    /// whole flash.
    pub fn usual(regions: &[RegionRow], budgets: &[BudgetRow]) -> Self {
        let limit = |it: &RegionRow| budgets.iter().find(|budget| budget.subject == it.name);
        let is_over = |it: &&RegionRow| limit(it).is_some_and(|budget| it.value_bytes > budget.limit_bytes);
        let has_line = |it: &&RegionRow| limit(it).is_some();
        let wanted = regions.iter().find(is_over).or_else(|| regions.iter().find(has_line));
        wanted.map_or(Metric::Flash, |it| Metric::Region(it.name.clone()))
    }

    /// As it stands in the address.
    pub fn key(&self) -> String {
        match self {
            Metric::Flash => "flash".to_owned(),
            Metric::Ram => "ram".to_owned(),
            Metric::Formatting => "formatting".to_owned(),
            Metric::Region(name) => format!("region:{name}"),
            Metric::Static(name) => name.clone(),
        }
    }

    fn label(&self) -> String {
        match self {
            Metric::Flash => "All flash".to_owned(),
            Metric::Ram => "All RAM".to_owned(),
            Metric::Formatting => "Formatting".to_owned(),
            Metric::Region(name) => name.clone(),
            Metric::Static(name) => match name.split_once('-') {
                Some((_, region)) => format!("{region}, static"),
                None => "Static RAM".to_owned(),
            },
        }
    }

    fn column(&self) -> (&str, Option<&str>) {
        match self {
            Metric::Flash => ("flash", None),
            Metric::Ram => ("ram", None),
            Metric::Formatting => ("formatting", None),
            Metric::Region(name) => ("region", Some(name)),
            Metric::Static(name) => ("static", Some(name)),
        }
    }
}

/// The figures that a target has: its totals, its regions in use, formatting.
pub fn links(
    project: &Project,
    view: ProjectView<'_>,
    regions: &[RegionRow],
    current: &Metric,
) -> Vec<MetricLink> {
    let used = regions.iter().filter(|it| it.value_bytes > 0).map(|it| Metric::Region(it.name.clone()));
    let totals = [Metric::Flash, Metric::Ram, Metric::Static(STATIC.to_owned())];
    let all = totals.into_iter().chain(used).chain([Metric::Formatting]);
    let link = |metric: Metric| {
        let key = metric.key();
        let view = ProjectView { metric: Some(&key), ..view };
        let url = format!("{}#trend", urls::project_view(&project.name, view));
        MetricLink { label: metric.label(), url, current: metric == *current }
    };
    all.map(link).collect()
}

/// Loads the graph.
pub async fn load(
    state: &AppState,
    project: &Project,
    (target_id, line): (Uuid, &Line),
    metric: &Metric,
) -> AppResult<Trend> {
    let key = (project.project_id, target_id);
    let mut rows = points(&state.db, key, line, metric.column(), MAX_POINTS).await?;
    rows.reverse();
    let label = metric.label();
    let points = shape(project, &rows);
    Ok(Trend { summary: summary(&label, &points), label, points })
}

fn shape(project: &Project, rows: &[PointRow]) -> Vec<Point> {
    let mut before = None;
    let point = |row| {
        let point = point(project, row, before);
        // Nothing can be compared with what did not link.
        before = if row.is_unlinked { before } else { Some(row) };
        point
    };
    rows.iter().map(point).collect()
}

fn point(project: &Project, row: &PointRow, before: Option<&PointRow>) -> Point {
    let value = size(row.value_bytes);
    let limit = row.limit_bytes.map(size);
    let commit = Commit::new(&project.name, row.build_id, &row.commit_id, row.committed_at)
        .said(row.message.clone(), row.author.clone());
    let other = before.map(|it| it.build_id).or(row.baseline_build_id);
    let compare_url =
        other.filter(|_| !row.is_unlinked).map(|it| urls::compare(&project.name, it, row.build_id));
    Point {
        value: Bytes(value),
        limit: limit.map(Bytes),
        over: limit.and_then(|it| value.checked_sub(it)).filter(|it| *it > 0).map(Bytes),
        change: Change::known(before.map(|it| size(it.value_bytes)), value),
        follow_url: compare_url.clone().unwrap_or_else(|| commit.url.clone()),
        compare_url,
        unlinked: row.is_unlinked,
        commit,
    }
}

fn summary(label: &str, points: &[Point]) -> String {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return label.to_owned() };
    let budget = last.limit.map_or_else(String::new, |it| format!(", budget {it}"));
    format!("{label} over {}: from {} to {}{budget}", counted(points.len(), "build"), first.value, last.value)
}

impl Trend {
    /// Whether any of the builds was judged by a budget on this figure.
    pub fn has_limits(&self) -> bool {
        self.points.iter().any(|it| it.limit.is_some())
    }

    /// How many points there are, in words.
    pub fn counted(&self) -> String {
        counted(self.points.len(), "build")
    }
}
