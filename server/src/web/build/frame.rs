//! What all pages of one build have in common: its head, its tabs, its state, and its report.

use crate::auth::ReadProject;
use crate::db::views::builds::{BuildFacts, BuildRow, facts, find};
use crate::domain::Project;
use crate::error::{AppError, AppResult};
use crate::state::AppState;
use crate::urls::{self, BuildPart, ProjectView};
use crate::web::commit::{Commit, short, size_of};
use crate::web::format::{Bytes, Moment};
use crate::web::gauge::Standing;
use crate::web::project::build_verdict;
use crate::web::shell::{ProjectHead, Shell, Tab};
use crate::web::stored;
use plimsoll_analyzer::Report;
use plimsoll_analyzer::report::SCHEMA_VERSION;
use plimsoll_protocol::{ProjectName, paths};
use uuid::Uuid;

/// A build's page before its content.
pub struct Frame {
    /// The frame of every page.
    pub shell: Shell,
    /// The project's name and tabs.
    pub project: ProjectHead,
    /// The build's name, state and tabs.
    pub build: BuildCard,
    /// Its result, once measured.
    pub report: Option<Report>,
    /// It in lists.
    pub row: BuildRow,
    /// The rest that the database knows of it.
    pub facts: BuildFacts,
}

/// Who a build is, on top of all its pages.
pub struct BuildCard {
    /// What was built.
    pub commit: Commit,
    /// Its configuration.
    pub target: String,
    /// That configuration's history.
    pub target_url: String,
    /// When it came.
    pub uploaded_at: Moment,
    /// Whether the work tree had uncommitted changes.
    pub dirty: bool,
    /// The run that built it.
    pub ci_url: Option<String>,
    /// `queued`, `measured`, `failed` or `unlinked`.
    pub state: String,
    /// Why it failed.
    pub failure: Option<String>,
    /// How it stands against its budgets.
    pub verdict: Standing,
    /// The same in words.
    pub verdict_text: String,
    /// What it is compared with.
    pub baseline: Option<BaselineLink>,
    /// What changed.
    pub compare_url: Option<String>,
    /// Where another build is chosen.
    pub compare_form_url: String,
    /// The file, where there is one.
    pub elf_url: Option<String>,
    /// Its size.
    pub elf_bytes: Bytes,
    /// The linker's map, where one was sent.
    pub map_url: Option<String>,
    /// Its size.
    pub map_bytes: Bytes,
    /// By which version of the report it was measured, where that is not this server's.
    pub old_version: Option<String>,
    /// Everything as JSON.
    pub report_url: Option<String>,
    /// Its pages.
    pub tabs: Vec<BuildTab>,
}

/// The build that this one is compared with.
pub struct BaselineLink {
    /// Its page.
    pub url: String,
    /// Its commit.
    pub id: String,
    /// The first digits of that.
    pub short: String,
    /// How near it is.
    pub words: String,
}

/// One of a build's pages.
pub struct BuildTab {
    /// Its text.
    pub label: &'static str,
    /// Its address.
    pub url: String,
    /// Whether this is the page.
    pub current: bool,
}

const TABS: [(&str, BuildPart); 6] = [
    ("Formatting and panics", BuildPart::Formatting),
    ("Stack", BuildPart::Stack),
    ("Symbols", BuildPart::Symbols),
    ("Source", BuildPart::Source),
    ("Duplicates", BuildPart::Duplicates),
    ("Advice", BuildPart::Advice),
];

impl Frame {
    /// Of the build of that id, for its first page or a part of it.
    pub async fn load(
        state: &AppState,
        read: ReadProject,
        build_id: Uuid,
        part: Option<BuildPart>,
    ) -> AppResult<Self> {
        let project_id = read.project.project_id;
        let mut frame = Self::without_report(state, read, build_id, part).await?;
        frame.report = stored::report(state, project_id, build_id).await?;
        Ok(frame)
    }

    /// The same for a page that needs no report.
    pub async fn without_report(
        state: &AppState,
        read: ReadProject,
        build_id: Uuid,
        part: Option<BuildPart>,
    ) -> AppResult<Self> {
        let project = &read.project;
        let id = project.project_id;
        let row = find(&state.db, id, &[build_id]).await?.pop().ok_or(AppError::NotFound("build"))?;
        let facts = facts(&state.db, id, build_id).await?.ok_or(AppError::NotFound("build"))?;
        let head = ProjectHead::load(state, &read, Tab::None).await?;
        let build = card(project, (&row, &facts), part);
        let title = title(&project.name, &build, part);
        let here =
            part.map_or_else(|| build.commit.url.clone(), |it| urls::build_part(&project.name, build_id, it));
        let json = match (part, &build.report_url) {
            (Some(_), Some(report)) => report.clone(),
            _ => paths::build(&project.name, build_id),
        };
        let shell = Shell::new(title, read.viewer, here).with_json(json);
        Ok(Self { shell, project: head, build, report: None, row, facts })
    }

    /// The project's name.
    pub fn name(&self) -> &ProjectName {
        &self.project.name
    }
}

impl BuildCard {
    /// The commit's message, or its name.
    pub fn title(&self) -> String {
        self.commit.message.clone().unwrap_or_else(|| format!("Build of {}", self.commit.short))
    }

    /// Whether its result is still to come.
    pub fn is_queued(&self) -> bool {
        self.state == "queued"
    }

    /// Whether this is the build's own page, which shows all that is known of where it comes from.
    pub fn is_first_page(&self) -> bool {
        self.tabs.first().is_some_and(|it| it.current)
    }
}

fn title(project: &ProjectName, build: &BuildCard, part: Option<BuildPart>) -> String {
    let label = TABS.iter().find(|it| Some(it.1) == part).map(|it| format!("{} · ", it.0));
    format!("{}{} of {project}", label.unwrap_or_default(), build.commit.short)
}

fn card(project: &Project, (row, facts): (&BuildRow, &BuildFacts), part: Option<BuildPart>) -> BuildCard {
    let (verdict, verdict_text) = build_verdict(row);
    let view = ProjectView { target: Some(&row.target), ..ProjectView::default() };
    let name = &project.name;
    let is_measured = row.state == "measured";
    BuildCard {
        commit: Commit::of(name, row),
        target: row.target.clone(),
        target_url: urls::project_view(name, view),
        uploaded_at: Moment(facts.uploaded_at),
        dirty: facts.is_dirty,
        ci_url: facts.ci_url.clone().filter(|it| is_web_address(it)),
        state: row.state.clone(),
        failure: row.failure.clone().filter(|_| row.state == "failed"),
        verdict,
        verdict_text,
        baseline: baseline(project, facts),
        compare_url: facts
            .baseline_build_id
            .filter(|_| row.link_failure.is_none())
            .map(|it| urls::compare(name, it, row.build_id)),
        compare_form_url: urls::compare_from(name, row.build_id),
        elf_url: row.link_failure.is_none().then(|| urls::api_elf(name, row.build_id)),
        elf_bytes: Bytes(size_of(Some(facts.elf_bytes)).unwrap_or(0)),
        map_url: facts.map_bytes.map(|_| urls::api_map(name, row.build_id)),
        map_bytes: Bytes(size_of(facts.map_bytes).unwrap_or(0)),
        old_version: facts.schema_version.and_then(old_version),
        report_url: is_measured.then(|| urls::api_report(name, row.build_id)),
        tabs: tabs(name, row, part),
    }
}

/// Figures of different versions may differ without a change of the firmware.
fn old_version(measured_by: i32) -> Option<String> {
    let present = i64::from(SCHEMA_VERSION);
    (i64::from(measured_by) < present).then(|| {
        format!("version {measured_by} of the report; this server measures by version {present}, and older builds anew where its operator runs `plimsoll-server remeasure`")
    })
}

fn tabs(project: &ProjectName, row: &BuildRow, current: Option<BuildPart>) -> Vec<BuildTab> {
    let build_id = row.build_id;
    let overview =
        BuildTab { label: "Overview", url: urls::build(project, build_id), current: current.is_none() };
    let part = |(label, part): &(&'static str, BuildPart)| BuildTab {
        label,
        url: urls::build_part(project, build_id, *part),
        current: current == Some(*part),
    };
    // What did not link has nothing for the others to show.
    let n_parts = if row.link_failure.is_some() { 0 } else { TABS.len() };
    std::iter::once(overview).chain(TABS.iter().take(n_parts).map(part)).collect()
}

fn baseline(project: &Project, facts: &BuildFacts) -> Option<BaselineLink> {
    let id = facts.baseline_commit_id.clone()?;
    let words = match facts.commits_behind.unwrap_or(0) {
        ..=0 => "the commit it builds on".to_owned(),
        1 => "1 commit behind: the one between was not measured".to_owned(),
        n => format!("{n} commits behind: those between were not measured"),
    };
    Some(BaselineLink {
        url: urls::build(&project.name, facts.baseline_build_id?),
        short: short(&id).to_owned(),
        id,
        words,
    })
}

/// Whether a text that somebody sent may become a link.
fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|it| matches!(it.scheme(), "http" | "https") && it.has_host())
}
