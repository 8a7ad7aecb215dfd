//! Files stay short enough to be read in one go.

use super::{Finding, Source};

/// Rust without its tests.
const MAX_RUST_LINES: usize = 400;

/// Templates, style sheets and scripts.
const MAX_PAGE_LINES: usize = 200;

/// 400 lines of Rust, 200 of a template, style sheet or script of our own.
pub fn files_are_short(sources: &[Source]) -> Vec<Finding> {
    sources.iter().filter_map(too_long).collect()
}

fn too_long(source: &Source) -> Option<Finding> {
    let (n_lines, limit) = if source.is_rust() && !source.is_test() {
        let n_lines = source.text.lines().take_while(|it| it.trim_start() != "#[cfg(test)]").count();
        let ends_with_module = !source.text.contains("#[cfg(test)]\nmod tests {");
        // A `#[cfg(test)]` in the middle (a declaration, a helper) does not end the code.
        (if ends_with_module { source.text.lines().count() } else { n_lines }, MAX_RUST_LINES)
    } else if is_page_part(&source.path) {
        (source.text.lines().count(), MAX_PAGE_LINES)
    } else {
        return None;
    };
    (n_lines > limit).then(|| source.whole(format!("{n_lines} lines, more than {limit}: split it")))
}

fn is_page_part(path: &str) -> bool {
    let is_ours = path.starts_with("server/templates/") || path.starts_with("server/assets/");
    is_ours && !path.contains("/vendor/") && [".html", ".css", ".js"].iter().any(|it| path.ends_with(it))
}
