//! The only place that spells a URL of this server; used by Rust and by templates.

use plimsoll_protocol::{ProjectName, paths};
use url::form_urlencoded::Serializer;
use uuid::Uuid;

/// The list of projects.
pub const HOME: &str = "/";
/// The form for a token, and where it is posted.
pub const LOGIN: &str = "/login";
/// Where the session is ended, by POST.
pub const LOGOUT: &str = "/logout";
/// The form for a new project, and where it is posted.
pub const NEW_PROJECT: &str = "/new";
/// The description of the JSON interface.
pub const OPENAPI: &str = "/api/v1/openapi.json";

/// What browsers ask for on their own.
pub const FAVICON: &str = "/favicon.ico";
/// The picture that they get.
pub const MARK: &str = "/assets/icons/mark.svg";

/// Where an asset lies, without the hash of its content.
pub fn asset(name: &str) -> String {
    format!("/assets/{name}")
}

/// The form for a token, which leads back to `here`.
pub fn login_for(here: &str) -> String {
    with_query(LOGIN.to_owned(), &[("next", Some(here).filter(|it| *it != HOME && *it != LOGIN))])
}

/// A project's page.
pub fn project(project: &ProjectName) -> String {
    format!("/{project}")
}

/// Which part of a project's history its page shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProjectView<'a> {
    /// The build configuration.
    pub target: Option<&'a str>,
    /// The branch.
    pub branch: Option<&'a str>,
    /// The figure that the graph draws.
    pub metric: Option<&'a str>,
}

/// A project's page with that part of its history.
pub fn project_view(name: &ProjectName, view: ProjectView<'_>) -> String {
    let pairs = [("target", view.target), ("branch", view.branch), ("metric", view.metric)];
    with_query(project(name), &pairs)
}

/// The same, with older builds in its table.
pub fn project_older(name: &ProjectName, view: ProjectView<'_>, skip: u32) -> String {
    let skip = skip.to_string();
    let pairs =
        [("target", view.target), ("branch", view.branch), ("metric", view.metric), ("skip", Some(&*skip))];
    format!("{}#builds", with_query(project(name), &pairs))
}

/// A build's page.
pub fn build(project: &ProjectName, build_id: Uuid) -> String {
    format!("/{project}/builds/{build_id}")
}

/// The pages below a build's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuildPart {
    /// Its symbols, to be searched.
    Symbols,
    /// Crates, files and compile units.
    Source,
    /// What formatting and panics cost, by source line.
    Formatting,
    /// Worst-case stacks.
    Stack,
    /// What is there more than once.
    Duplicates,
    /// What could be saved.
    Advice,
}

/// A page below a build's own.
pub fn build_part(project: &ProjectName, build_id: Uuid, part: BuildPart) -> String {
    let word = match part {
        BuildPart::Symbols => "symbols",
        BuildPart::Source => "source",
        BuildPart::Formatting => "formatting",
        BuildPart::Stack => "stack",
        BuildPart::Duplicates => "duplicates",
        BuildPart::Advice => "advice",
    };
    format!("{}/{word}", build(project, build_id))
}

/// Why a symbol is in a build.
pub fn build_why(project: &ProjectName, build_id: Uuid, symbol: &str) -> String {
    with_query(build_why_form(project, build_id), &[("symbol", Some(symbol))])
}

/// Where it is asked why a symbol is in a build.
pub fn build_why_form(project: &ProjectName, build_id: Uuid) -> String {
    format!("{}/why", build(project, build_id))
}

/// Which symbols of a build its page shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct SymbolsView<'a> {
    /// Those that hold this text.
    pub filter: Option<&'a str>,
    /// Those of this kind.
    pub kind: Option<&'a str>,
    /// Ordered by this column.
    pub sort: Option<&'a str>,
    /// Not only the first.
    pub all: bool,
}

/// A build's symbols, narrowed and ordered.
pub fn build_symbols(project: &ProjectName, build_id: Uuid, view: SymbolsView<'_>) -> String {
    let pairs =
        [("filter", view.filter), ("kind", view.kind), ("sort", view.sort), ("all", view.all.then_some("1"))];
    with_query(build_part(project, build_id, BuildPart::Symbols), &pairs)
}

/// Where two builds are chosen to be compared.
pub fn compare_form(project: &ProjectName) -> String {
    format!("/{project}/compare")
}

/// The comparison of two builds.
pub fn compare(project: &ProjectName, old: Uuid, new: Uuid) -> String {
    format!("/{project}/compare?old={old}&new={new}")
}

/// The comparison of two builds with every row.
pub fn compare_all(project: &ProjectName, old: Uuid, new: Uuid) -> String {
    format!("{}&all=1", compare(project, old, new))
}

/// Where another build is chosen to be compared with this one.
pub fn compare_from(project: &ProjectName, new: Uuid) -> String {
    format!("/{project}/compare?new={new}")
}

/// The history of one symbol in one target.
pub fn symbol(project: &ProjectName, target: &str, name: &str) -> String {
    with_query(format!("/{project}/symbols"), &[("target", Some(target)), ("name", Some(name))])
}

/// A project's open and resolved alerts.
pub fn alerts(project: &ProjectName) -> String {
    format!("/{project}/alerts")
}

/// A project's settings.
pub fn settings(project: &ProjectName) -> String {
    format!("/{project}/settings")
}

/// Where a project's budgets are posted.
pub fn settings_budgets(project: &ProjectName) -> String {
    format!("/{project}/settings/budgets")
}

/// Where a new upload token is asked for, by POST.
pub fn settings_tokens(project: &ProjectName) -> String {
    format!("/{project}/settings/tokens")
}

/// Where an upload token is revoked, by POST.
pub fn settings_token_revoke(project: &ProjectName, token_id: Uuid) -> String {
    format!("/{project}/settings/tokens/{token_id}/revoke")
}

/// The list of projects as JSON.
pub fn api_projects() -> String {
    format!("{}/projects", paths::API)
}

/// A build's ELF.
pub fn api_elf(project: &ProjectName, build_id: Uuid) -> String {
    format!("{}/elf", paths::build(project, build_id))
}

/// A build's linker map.
pub fn api_map(project: &ProjectName, build_id: Uuid) -> String {
    format!("{}/map", paths::build(project, build_id))
}

/// A build's whole report.
pub fn api_report(project: &ProjectName, build_id: Uuid) -> String {
    format!("{}/report", paths::build(project, build_id))
}

/// Why a symbol is in a build, as JSON.
pub fn api_why(project: &ProjectName, build_id: Uuid, symbol: &str) -> String {
    with_query(format!("{}/why", paths::build(project, build_id)), &[("symbol", Some(symbol))])
}

/// The comparison of two builds as JSON.
pub fn api_compare(project: &ProjectName, old: Uuid, new: Uuid) -> String {
    format!("{}/compare?old={old}&new={new}", paths::project(project))
}

/// The history of one symbol as JSON.
pub fn api_symbol(project: &ProjectName, target: &str, name: &str) -> String {
    with_query(
        format!("{}/symbols", paths::project(project)),
        &[("target", Some(target)), ("name", Some(name))],
    )
}

/// The alerts as JSON.
pub fn api_alerts(project: &ProjectName) -> String {
    format!("{}/alerts", paths::project(project))
}

fn with_query(path: String, pairs: &[(&str, Option<&str>)]) -> String {
    let mut query = Serializer::new(String::new());
    for (key, value) in pairs {
        if let Some(value) = value {
            query.append_pair(key, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { path } else { format!("{path}?{query}") }
}
