//! Who may use whom, and where each kind of thing lives.

use super::{Finding, Source};

/// The server's modules, top to bottom: a module may use its own row and the rows below it.
const ROWS: [&[&str]; 7] = [
    &["main", "serve"],
    &["app", "routes"],
    &["web", "api"],
    &["ingest", "jobs", "forge"],
    &["state", "auth", "extract", "urls", "error", "cache", "csp", "telemetry", "assets", "metrics"],
    &["db", "blobs", "postgres", "config"],
    &["domain"],
];

/// Uphill uses that are right. The state holds the bell that wakes the workers; it knows nothing else of them.
const EXCEPTIONS: [(&str, &str, &str); 1] = [("state", "jobs", "crate::jobs::Signals")];

/// Pages and API are neighbours that do not know each other.
const STRANGERS: [(&str, &str); 2] = [("web", "api"), ("api", "web")];

/// SQL is written in `server/src/db/`, one file per table.
pub fn sql_lives_in_db(sources: &[Source]) -> Vec<Finding> {
    let server = sources.iter().filter(|it| it.path.starts_with("server/src/") && it.is_rust());
    let elsewhere = server.filter(|it| !it.path.starts_with("server/src/db") && !it.is_test());
    in_code(elsewhere, |line| {
        let calls = ["query!(", "query_as!(", "query_scalar!(", "query_file!(", "sqlx::query", "raw_sql("];
        let is_sql = calls.iter().any(|it| line.contains(it));
        is_sql.then(|| "SQL outside server/src/db/".to_owned())
    })
}

/// A module of the server uses only what stands below it.
pub fn server_modules_use_what_is_below_them(sources: &[Source]) -> Vec<Finding> {
    let server =
        sources.iter().filter(|it| it.path.starts_with("server/src/") && it.is_rust() && !it.is_test());
    let mut findings = Vec::new();
    for source in server {
        let Some(module) = module_of(&source.path) else { continue };
        for (idx, line) in source.code_lines() {
            let is_exception = |used: &str| {
                EXCEPTIONS
                    .iter()
                    .any(|(from, to, text)| (*from, *to) == (module, used) && line.contains(text))
            };
            let upward = used_modules(line).into_iter().find(|it| !may_use(module, it) && !is_exception(it));
            findings.extend(upward.map(|it| source.finding(idx, format!("`{module}` must not use `{it}`"))));
        }
    }
    findings
}

/// `server/src/web/build.rs` → `web`. The library's own file only lists modules.
fn module_of(path: &str) -> Option<&str> {
    let inner = path.strip_prefix("server/src/")?;
    let module = inner.split('/').next()?.trim_end_matches(".rs");
    (module != "lib").then_some(module)
}

fn used_modules(line: &str) -> Vec<&str> {
    let mut modules = Vec::new();
    for (start, prefix) in line.match_indices("crate::") {
        let is_path = !line[..start].ends_with(|it: char| it.is_alphanumeric() || it == '_' || it == '$');
        let rest = &line[start + prefix.len()..];
        let listed = rest.strip_prefix('{').map(|it| it.split('}').next().unwrap_or(it));
        let names: Vec<&str> = listed.map_or_else(|| vec![rest], |it| it.split(',').collect());
        if is_path {
            modules.extend(names.into_iter().map(first_name).filter(|it| !it.is_empty()));
        }
    }
    modules
}

fn first_name(text: &str) -> &str {
    let text = text.trim();
    let end = text.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(text.len());
    &text[..end]
}

fn may_use(module: &str, used: &str) -> bool {
    let row_of = |name: &str| ROWS.iter().position(|it| it.contains(&name));
    let (Some(from), Some(to)) = (row_of(module), row_of(used)) else { return true };
    from <= to && !STRANGERS.contains(&(module, used))
}

/// Which of our crates a crate may name in its manifest.
const ARROWS: [(&str, &[&str]); 8] = [
    ("analyzer/", &[]),
    ("cli-uploader/", &["plimsoll-analyzer", "plimsoll-protocol"]),
    ("firmware/cfmt/macros/", &[]),
    ("firmware/cfmt/", &["cfmt-macros"]),
    ("firmware/", &["cfmt"]),
    ("protocol/", &["plimsoll-analyzer"]),
    ("server/", &["plimsoll-analyzer", "plimsoll-protocol"]),
    ("xtask/", &[]),
];

const OUR_CRATES: [&str; 8] = [
    "plimsoll-analyzer",
    "plimsoll-protocol",
    "plimsoll-server",
    "plimsoll-firmware",
    "plimsoll",
    "cfmt-macros",
    "cfmt",
    "xtask",
];

/// Crates depend on each other only along the arrows.
pub fn crates_depend_downwards(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|it| it.path.ends_with("/Cargo.toml")) {
        let folder = source.path.trim_end_matches("Cargo.toml");
        let Some((_, allowed)) = ARROWS.iter().find(|(it, _)| *it == folder) else { continue };
        let mut in_dependencies = false;
        for (idx, line) in source.text.lines().enumerate() {
            if line.starts_with('[') {
                in_dependencies = line.contains("dependencies");
            }
            let name = first_dependency(line);
            if in_dependencies && OUR_CRATES.contains(&name) && !allowed.contains(&name) {
                findings.push(source.finding(idx, format!("`{folder}` must not depend on `{name}`")));
            }
        }
    }
    findings
}

fn first_dependency(line: &str) -> &str {
    line.split(['.', '=', ' ']).next().unwrap_or_default().trim()
}

/// The analyzer takes bytes and gives a report.
pub fn the_analyzer_does_no_input_or_output(sources: &[Source]) -> Vec<Finding> {
    let analyzer = sources.iter().filter(|it| it.path.starts_with("analyzer/src/") && !it.is_test());
    in_code(analyzer, |line| {
        let doors = ["std::fs", "std::net", "std::env", "std::process", "std::io", "println!", "eprintln!"];
        let is_opened = |door: &str| {
            line.match_indices(door).any(|(at, _)| {
                // `std::ios_base` is a name of C++.
                !line[at + door.len()..].starts_with(|it: char| it.is_alphanumeric() || it == '_')
            })
        };
        let door = doors.iter().find(|it| is_opened(it))?;
        Some(format!("`{door}` in the analyzer, which does no input or output"))
    })
}

/// Files that may spell an address: the one that makes them, the route table, and the API's prefix.
const URL_HOMES: [&str; 3] = ["server/src/urls.rs", "server/src/routes.rs", "server/src/api.rs"];

/// Addresses of pages are made in `urls.rs` and routed in `routes.rs`.
pub fn urls_live_in_urls(sources: &[Source]) -> Vec<Finding> {
    let pages = sources.iter().filter(|it| {
        let is_page = it.path.starts_with("server/src/web") || it.path.starts_with("server/src/api/");
        is_page && it.is_rust() && !it.is_test() && !URL_HOMES.contains(&it.path.as_str())
    });
    in_code(pages, |line| {
        let is_attribute = line.trim_start().starts_with("#[") || is_documented_route(line);
        let is_url = |(start, _): (usize, &str)| {
            let rest = &line[start + 2..];
            rest.starts_with(|it: char| it.is_ascii_lowercase() || it == '{')
        };
        let has_url = !is_attribute && line.match_indices("\"/").any(is_url);
        has_url.then(|| "an address spelled outside server/src/urls.rs".to_owned())
    })
}

/// The second line of a `#[utoipa::path(`: method, then the route itself.
fn is_documented_route(line: &str) -> bool {
    let line = line.trim_start();
    ["get, path =", "put, path =", "post, path =", "delete, path =", "path ="]
        .iter()
        .any(|it| line.starts_with(it))
}

fn in_code<'a>(
    sources: impl Iterator<Item = &'a Source>,
    complaint: impl Fn(&str) -> Option<String>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        findings.extend(
            source.code_lines().filter_map(|(idx, line)| Some(source.finding(idx, complaint(line)?))),
        );
    }
    findings
}
