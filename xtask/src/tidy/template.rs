//! Templates hold no script, no style, no trusted text; and nothing lies about unused.

use super::{Finding, Source};

/// What a template may not say, and what to do instead.
const BANS: [(&str, &str); 5] = [
    ("|safe", "text is escaped, always"),
    ("| safe", "text is escaped, always"),
    ("style=\"", "the content security policy forbids inline styles: use a class"),
    ("<style", "the content security policy forbids inline styles: use a style sheet"),
    ("{% autoescape", "text is escaped, always"),
];

/// Attributes whose value is an address.
const ADDRESSES: [&str; 4] = ["href=\"/", "src=\"/", "action=\"/", "formaction=\"/"];

/// No inline script or style, nothing unescaped, no address written by hand.
pub fn templates_are_plain(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|it| is_template(&it.path)) {
        for (idx, line) in source.text.lines().enumerate() {
            let banned = BANS.iter().filter(|(text, _)| line.contains(text));
            findings.extend(banned.map(|(text, why)| source.finding(idx, format!("`{text}`: {why}"))));
            if has_inline_script(line) {
                findings.push(source.finding(idx, "inline script: the content security policy forbids it"));
            }
            if ADDRESSES.iter().any(|it| line.contains(it)) {
                findings.push(source.finding(idx, "an address written by hand: ask `urls`"));
            }
        }
    }
    findings
}

fn has_inline_script(line: &str) -> bool {
    let is_inline = |(start, _): (usize, &str)| {
        let tag = line[start..].split('>').next().unwrap_or_default();
        !tag.contains("src=") && !tag.contains("type=\"application/json\"")
    };
    let has_handler =
        [" onclick=", " onload=", " onsubmit=", " onchange="].iter().any(|it| line.contains(it));
    has_handler || line.match_indices("<script").any(is_inline)
}

/// Each template and asset is named by something.
pub fn nothing_is_orphaned(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        let name = if let Some(template) = source.path.strip_prefix("server/templates/") {
            template
        } else if source.path.starts_with("server/assets/css/") {
            // The build script bundles whatever lies in the folder.
            continue;
        } else if source.path.starts_with("server/assets/") && !source.path.ends_with(".md") {
            source.path.rsplit('/').next().unwrap_or_default()
        } else {
            continue;
        };
        let is_licence = name.to_ascii_uppercase().starts_with("LICENSE");
        if !is_licence && !sources.iter().any(|it| names(it, name) && it.path != source.path) {
            findings.push(source.whole("nothing uses it"));
        }
    }
    findings
}

fn names(source: &Source, name: &str) -> bool {
    source.path.starts_with("server/") && !source.is_test() && source.text.contains(name)
}

fn is_template(path: &str) -> bool {
    path.starts_with("server/templates/")
}
