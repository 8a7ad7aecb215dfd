//! Files stay short enough to be read in one go.

use super::{Finding, Source};

/// Code; of Rust without its tests.
const MAX_CODE_LINES: usize = 400;

/// Templates and style sheets.
const MAX_PAGE_LINES: usize = 200;

/// 400 lines of code, 200 of a template or style sheet of our own.
pub fn files_are_short(sources: &[Source]) -> Vec<Finding> {
    sources.iter().filter_map(too_long).collect()
}

fn too_long(source: &Source) -> Option<Finding> {
    let limit = limit(source)?;
    let all = source.text.lines();
    // A `#[cfg(test)]` in the middle (a declaration, a helper) does not end the code; a module of tests does.
    let ends_with_tests = source.is_rust() && source.text.contains("#[cfg(test)]\nmod tests {");
    let n_lines = match ends_with_tests {
        true => all.take_while(|it| it.trim_start() != "#[cfg(test)]").count(),
        false => all.count(),
    };
    (n_lines > limit).then(|| source.whole(format!("{n_lines} lines, more than {limit}: split it")))
}

fn limit(source: &Source) -> Option<usize> {
    let path = &source.path;
    let is_page_part = path.starts_with("server/templates/") || path.starts_with("server/assets/");
    if source.is_test() || path.contains("/vendor/") {
        return None;
    }
    match path.rsplit('.').next()? {
        "rs" | "js" | "mjs" => Some(MAX_CODE_LINES),
        "html" | "css" if is_page_part => Some(MAX_PAGE_LINES),
        _ => None,
    }
}
