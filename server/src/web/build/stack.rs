//! `GET /{owner}/{name}/builds/{build_id}/stack`: how deep the stacks may get, and what that leaves of the RAM.

use super::frame::{BuildCard, Frame};
use super::names::{Names, SymbolLink, unknown};
use crate::auth::ReadProject;
use crate::extract::Path;
use crate::state::AppState;
use crate::urls::{self, BuildPart};
use crate::web::commit::Bar;
use crate::web::format::{Address, Bytes};
use crate::web::shell::{ProjectHead, Shell};
use crate::web::{Page, PageResult};
use askama::Template;
use axum::extract::State;
use plimsoll_analyzer::report::{FrameSource, Headroom, StackDoubt, StackRoot, StackRootKind, StackUse};
use uuid::Uuid;

/// The page.
#[derive(Template)]
#[template(path = "pages/build_stack.html")]
pub struct StackPage {
    shell: Shell,
    project: ProjectHead,
    build: BuildCard,
    unknown: Option<String>,
    stack: Option<StackView>,
}

struct StackView {
    source: &'static str,
    headroom: Option<HeadroomView>,
    roots: Vec<RootView>,
    recursions: Vec<Vec<SymbolLink>>,
    growing: Vec<SymbolLink>,
    unknown_calls: Vec<CallsLine>,
}

struct HeadroomView {
    words: String,
    style: &'static str,
    region: String,
    length: Bytes,
    fixed: Bytes,
    stack: Bytes,
    /// What the stack may take, where the image tells where it begins.
    room: Option<Bytes>,
    overwrites: String,
}

struct RootView {
    name: String,
    kind: &'static str,
    worst: Bytes,
    /// Of a thread whose stack is known.
    own: Option<Bytes>,
    doubts: String,
    is_open: bool,
    path: Vec<FrameLine>,
}

struct FrameLine {
    name: String,
    why_url: Option<String>,
    frame: Bytes,
    bar: Bar,
}

struct CallsLine {
    symbol: SymbolLink,
    at: Vec<Address>,
}

/// Shows the page.
pub async fn show(
    State(state): State<AppState>,
    read: ReadProject,
    Path((_, _, build_id)): Path<(String, String, Uuid)>,
) -> PageResult<StackPage> {
    let frame = Frame::load(&state, read, build_id, Some(BuildPart::Stack)).await?;
    let report = frame.report.as_ref();
    let names = report.map(|report| Names { report, project: frame.name(), build_id });
    let stack = names.and_then(|names| Some(view(names.report.stack.as_ref()?, &names)));
    let unknown = report.filter(|_| stack.is_none()).map(|it| unknown(it, "The stacks"));
    Ok(Page(StackPage { stack, unknown, shell: frame.shell, project: frame.project, build: frame.build }))
}

fn view(stack: &StackUse, names: &Names<'_>) -> StackView {
    StackView {
        source: source_words(stack.source),
        headroom: stack.headroom.as_ref().map(headroom),
        roots: stack.roots.iter().enumerate().map(|(idx, it)| root(it, idx == 0, names)).collect(),
        recursions: stack.recursions.iter().map(|it| names.symbols(it)).collect(),
        growing: names.symbols(&stack.growing_frames),
        unknown_calls: stack
            .unknown_calls
            .iter()
            .filter_map(|it| {
                let at = it.at_addresses.iter().map(|it| Address(*it)).collect();
                Some(CallsLine { symbol: names.symbol(it.symbol)?, at })
            })
            .collect(),
    }
}

fn source_words(source: FrameSource) -> &'static str {
    match source {
        FrameSource::StackSizes => {
            "the compiler's .stack_sizes, and prologues of functions that it leaves out"
        }
        FrameSource::FrameInformation => "call frame information, else the functions' prologues",
        FrameSource::Prologues => "the functions' prologues",
    }
}

/// What is left of a RAM, in words.
fn headroom(headroom: &Headroom) -> HeadroomView {
    let about = about(&headroom.uncertain_because);
    let left = Bytes(headroom.headroom_bytes.unsigned_abs());
    let (style, words) = match headroom.headroom_bytes {
        ..0 => ("over", format!("The stack needs {left} more than it has in {}", headroom.region)),
        _ => ("fine", format!("{about}{left} of {} left", headroom.region)),
    };
    HeadroomView {
        words,
        style,
        region: headroom.region.clone(),
        length: Bytes(headroom.length_bytes),
        fixed: Bytes(headroom.static_bytes),
        stack: Bytes(headroom.stack_bytes),
        room: headroom.room_bytes.filter(|_| headroom.top_address.is_some()).map(Bytes),
        overwrites: headroom.overwrites.join(", "),
    }
}

fn root(root: &StackRoot, is_open: bool, names: &Names<'_>) -> RootView {
    let biggest = root.path.iter().map(|it| it.frame_bytes).max().unwrap_or(0);
    let line = |it: &plimsoll_analyzer::report::StackFrame| FrameLine {
        name: it.name.clone(),
        why_url: it.symbol.and_then(|it| names.report.symbols.get(it)).and_then(|it| names.why_url(it)),
        frame: Bytes(it.frame_bytes),
        bar: Bar::share(it.frame_bytes, biggest),
    };
    RootView {
        name: root.thread.as_ref().unwrap_or(&root.name).clone(),
        kind: match root.kind {
            StackRootKind::Main => "from reset on",
            StackRootKind::Secure => "secure service that the other world calls",
            StackRootKind::Task if root.stack_bytes.is_some() => "thread",
            StackRootKind::Task => "task with a stack of its own",
            StackRootKind::Interrupt => "interrupt or exception",
            StackRootKind::Panic => "panic handler, counted apart",
        },
        worst: Bytes(root.worst_bytes),
        own: root.stack_bytes.map(Bytes),
        doubts: doubts(&root.uncertain_because),
        is_open,
        path: root.path.iter().map(line).collect(),
    }
}

/// What the overview says of the stacks: the headroom, or the worst of the main program.
pub fn summary(stack: &StackUse) -> Option<String> {
    if let Some(it) = &stack.headroom {
        return Some(headroom(it).words + &uncertain(&it.uncertain_because));
    }
    let main = stack.roots.iter().find(|it| it.kind == StackRootKind::Main)?;
    let doubts = &main.uncertain_because;
    Some(format!("{} needs {}{}{}", main.name, about(doubts), Bytes(main.worst_bytes), uncertain(doubts)))
}

/// After a figure that cannot be relied on.
fn uncertain(because: &[StackDoubt]) -> String {
    if because.is_empty() { String::new() } else { format!(" (uncertain: {})", doubts(because)) }
}

/// Before a figure that cannot be relied on.
fn about(doubts: &[StackDoubt]) -> &'static str {
    if doubts.is_empty() { "" } else { "about " }
}

/// Why a figure cannot be relied on; empty where it can.
fn doubts(doubts: &[StackDoubt]) -> String {
    let words = doubts.iter().map(|it| match it {
        StackDoubt::Recursion => "recursion",
        StackDoubt::UnknownCalls => "unknown calls",
        StackDoubt::GrowingFrames => "frames that grow",
    });
    words.collect::<Vec<_>>().join(", ")
}
