//! `GET /{owner}/{name}/builds/{build_id}/why?symbol=…`: the way that leads to a symbol, and who keeps it
//! alive; answered from the stored ELF.

use super::frame::{BuildCard, Frame};
use crate::auth::ReadProject;
use crate::error::AppResult;
use crate::extract::{Path, Query};
use crate::jobs::question::ask;
use crate::state::AppState;
use crate::urls::{self, BuildPart};
use crate::web::Page;
use crate::web::format::{Address, Bytes, counted};
use crate::web::shell::{ProjectHead, Shell};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use plimsoll_analyzer::graph::{KeptBy, Link, RootKind, SourceLine};
use plimsoll_analyzer::{ReferenceKind, Why, WhyError};
use plimsoll_protocol::ProjectName;
use serde::Deserialize;
use uuid::Uuid;

/// Which symbol.
#[derive(Debug, Clone, Deserialize)]
pub struct WhyQuery {
    symbol: Option<String>,
}

/// The page.
#[derive(Template)]
#[template(path = "pages/build_why.html")]
pub struct WhyPage {
    shell: Shell,
    project: ProjectHead,
    build: BuildCard,
    form_url: String,
    asked: String,
    answer: Option<WhyView>,
    problem: Option<Problem>,
}

/// Why there is no answer, and what else could be asked.
struct Problem {
    words: String,
    candidates: Vec<LinkView>,
}

struct WhyView {
    name: String,
    history_url: String,
    words: String,
    size: Bytes,
    retained: Bytes,
    retained_flash: Bytes,
    retained_ram: Bytes,
    path: Vec<StepView>,
    dominators: Vec<LinkView>,
    kept_by: Vec<KeeperView>,
    kept_words: String,
}

struct LinkView {
    name: String,
    url: Option<String>,
}

struct StepView {
    link: LinkView,
    address: Address,
    /// How it leads to the next step.
    onward: Option<String>,
}

struct KeeperView {
    link: LinkView,
    /// Source lines, or addresses where there are none.
    at: Vec<String>,
}

/// Shows the page.
pub async fn show(
    State(state): State<AppState>,
    read: ReadProject,
    Path((_, _, build_id)): Path<(String, String, Uuid)>,
    Query(query): Query<WhyQuery>,
) -> AppResult<(StatusCode, Page<WhyPage>)> {
    let project_id = read.project.project_id;
    let frame = Frame::without_report(&state, read, build_id, Some(BuildPart::Symbols)).await?;
    let asked = query.symbol.unwrap_or_default().trim().to_owned();
    let mut page = WhyPage {
        form_url: urls::build_why_form(frame.name(), build_id),
        asked: asked.clone(),
        answer: None,
        problem: None,
        shell: frame.shell,
        project: frame.project,
        build: frame.build,
    };
    if asked.is_empty() {
        return Ok((StatusCode::OK, Page(page)));
    }
    page.shell = page.shell.with_json(urls::api_why(&page.project.name, build_id, &asked));
    let status = match ask(&state, (project_id, build_id), move |files| files.why(&asked)).await? {
        Ok(why) => {
            let context = Context { project: &page.project.name, build_id };
            page.answer = Some(context.view(why, &page.build.target));
            StatusCode::OK
        }
        Err(error) => {
            let context = Context { project: &page.project.name, build_id };
            let (status, problem) = context.problem(error);
            page.problem = Some(problem);
            status
        }
    };
    Ok((status, Page(page)))
}

struct Context<'a> {
    project: &'a ProjectName,
    build_id: Uuid,
}

impl Context<'_> {
    fn view(&self, why: Why, target: &str) -> WhyView {
        WhyView {
            history_url: urls::symbol(self.project, target, &why.symbol.name),
            words: root_words(why.reachable, why.root).to_owned(),
            name: why.symbol.name,
            size: Bytes(why.size_bytes),
            retained: Bytes(why.retained_bytes),
            retained_flash: Bytes(why.retained_flash_bytes),
            retained_ram: Bytes(why.retained_ram_bytes),
            path: why.path.into_iter().map(|it| self.step(it)).collect(),
            dominators: why.dominators.into_iter().map(|it| self.link_at(it.name, it.address)).collect(),
            kept_words: counted(why.kept_by.len(), "place"),
            kept_by: why.kept_by.into_iter().map(|it| self.keeper(it)).collect(),
        }
    }

    fn problem(&self, error: WhyError) -> (StatusCode, Problem) {
        let no_more = |words: String| Problem { words, candidates: Vec::new() };
        match error {
            WhyError::Unknown(name) => {
                let words = format!("No symbol of this build is called “{name}”.");
                (StatusCode::NOT_FOUND, no_more(words))
            }
            WhyError::Ambiguous { name, n_symbols, candidates } => {
                let words = format!("{} are called “{name}”. Which one?", counted(n_symbols, "symbol"));
                let candidates = candidates.into_iter().map(|it| self.link(it.clone(), it)).collect();
                (StatusCode::OK, Problem { words, candidates })
            }
            other => (StatusCode::OK, no_more(format!("This cannot be told: {other}."))),
        }
    }

    fn step(&self, link: Link) -> StepView {
        let line = link.user_line.or(link.line);
        let onward = link.at_address.map(|at| {
            let verb = link.kind.map_or("leads to the next", kind_words);
            line.map_or_else(
                || format!("{verb} at {}", Address(at)),
                |it| format!("{verb} at {}", place(&it)),
            )
        });
        StepView { address: Address(link.address), link: self.link_at(link.name, link.address), onward }
    }

    fn keeper(&self, keeper: KeptBy) -> KeeperView {
        let addresses = || keeper.at_addresses.iter().map(|it| Address(*it).to_string());
        let at = match keeper.lines.is_empty() {
            true => addresses().collect(),
            false => keeper.lines.iter().map(place).collect(),
        };
        KeeperView { at, link: self.link_at(keeper.name, keeper.address) }
    }

    /// What the report has no row for cannot be asked about.
    fn link_at(&self, name: String, address: u64) -> LinkView {
        if name.starts_with("(anonymous in ") {
            return LinkView { name, url: None };
        }
        let asked = format!("{name}@{address:#x}");
        self.link(name, asked)
    }

    fn link(&self, name: String, asked: String) -> LinkView {
        LinkView { url: Some(urls::build_why(self.project, self.build_id, &asked)), name }
    }
}

fn place(line: &SourceLine) -> String {
    format!("{}:{}", line.file, line.line)
}

fn root_words(reachable: bool, root: Option<RootKind>) -> &'static str {
    match (reachable, root) {
        (false, _) => "Nothing leads here: it is in the image, and no root reaches it.",
        (true, Some(RootKind::Entry)) => "The entry point leads here.",
        (true, Some(RootKind::Vector)) => "The vector table leads here.",
        (true, Some(RootKind::Kept)) => "A section that the linker was told to keep leads here.",
        (true, Some(RootKind::Secure)) => "A secure service that the other world may call leads here.",
        (true, Some(RootKind::Exported)) => "A symbol that other programs may use leads here.",
        (true, None) => "A root leads here.",
    }
}

fn kind_words(kind: ReferenceKind) -> &'static str {
    match kind {
        ReferenceKind::Call => "calls the next",
        ReferenceKind::Jump => "jumps to the next",
        ReferenceKind::Address => "takes the address of the next",
        ReferenceKind::Data => "points to the next",
        ReferenceKind::FallThrough => "runs on into the next",
        ReferenceKind::Access => "loads or stores in the next",
    }
}
