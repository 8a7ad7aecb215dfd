//! Each rule can fail, and the repository keeps them all.

use super::*;

#[test]
fn the_repository_is_tidy() {
    let findings = findings(&source::read_all().unwrap());
    let text = findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(findings.is_empty(), "against the house rules:\n{text}");
}

#[track_caller]
fn refused(rule: Rule, path: &str, text: &str) -> String {
    let findings = rule(&[Source { path: path.into(), text: text.into() }]);
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings[0].to_string()
}

#[track_caller]
fn accepted(rule: Rule, path: &str, text: &str) {
    let findings = rule(&[Source { path: path.into(), text: text.into() }]);
    assert!(findings.is_empty(), "{findings:?}");
}

#[test]
fn sql_outside_db_is_refused() {
    let sql = "fn f() {\n    sqlx::query!(\"select 1\");\n}\n";
    let text = refused(layering::sql_lives_in_db, "server/src/web/build.rs", sql);
    assert_eq!(text, "server/src/web/build.rs:2: SQL outside server/src/db/");
    accepted(layering::sql_lives_in_db, "server/src/db/builds.rs", sql);
    accepted(layering::sql_lives_in_db, "server/src/web/build.rs", "// not sqlx::query! here\n");
}

#[test]
fn a_module_that_looks_up_is_refused() {
    let rule = layering::server_modules_use_what_is_below_them;
    let text = refused(rule, "server/src/db/builds.rs", "use crate::web::Page;\n");
    assert_eq!(text, "server/src/db/builds.rs:1: `db` must not use `web`");
    refused(rule, "server/src/web/home.rs", "use crate::{api::v1, db};\n");
    refused(rule, "server/src/domain.rs", "fn f(it: crate::error::AppError) {}\n");
    accepted(rule, "server/src/web/home.rs", "use crate::{db, error::AppError, urls};\n");
    accepted(rule, "server/src/db/builds.rs", "use other_crate::web;\n#[cfg(test)]\nuse crate::web;\n");
}

#[test]
fn a_crate_that_depends_upwards_is_refused() {
    let rule = layering::crates_depend_downwards;
    let server = "[dependencies]\nplimsoll = { path = \"../cli-uploader\" }\n";
    let text = refused(rule, "server/Cargo.toml", server);
    assert_eq!(text, "server/Cargo.toml:2: `server/` must not depend on `plimsoll`");
    refused(rule, "analyzer/Cargo.toml", "[dev-dependencies]\nplimsoll-protocol.workspace = true\n");
    accepted(
        rule,
        "protocol/Cargo.toml",
        "[package]\nname = \"plimsoll\"\n[dependencies]\nplimsoll-analyzer.workspace = true\n",
    );
}

#[test]
fn an_analyzer_that_reads_files_is_refused() {
    let rule = layering::the_analyzer_does_no_input_or_output;
    refused(rule, "analyzer/src/image.rs", "use std::fs::File;\n");
    accepted(rule, "analyzer/tests/it/support.rs", "use std::fs::File;\n");
}

#[test]
fn a_page_that_spells_an_address_is_refused() {
    let rule = layering::urls_live_in_urls;
    refused(rule, "server/src/web/build.rs", "Redirect::to(\"/login\")\n");
    refused(rule, "server/src/web/build.rs", "format!(\"/{owner}/{name}\")\n");
    accepted(rule, "server/src/urls.rs", "\"/login\"\n");
    accepted(rule, "server/src/web/build.rs", "#[template(path = \"/pages/build.html\")]\n\"a / b\"\n");
}

#[test]
fn a_long_file_is_refused() {
    let rule = size::files_are_short;
    let text = refused(rule, "server/src/app.rs", &"x\n".repeat(401));
    assert_eq!(text, "server/src/app.rs: 401 lines, more than 400: split it");
    let with_tests = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", "x\n".repeat(390), "y\n".repeat(100));
    accepted(rule, "server/src/app.rs", &with_tests);
    refused(rule, "server/src/app.rs", &format!("#[cfg(test)]\nmod tests;\n{}", "x\n".repeat(400)));
    refused(rule, "server/assets/css/base.css", &"x\n".repeat(201));
    refused(rule, "server/assets/js/chart.js", &"x\n".repeat(401));
    accepted(rule, "server/assets/vendor/uplot.js", &"x\n".repeat(900));
}

#[test]
fn a_module_without_a_sentence_is_refused() {
    let rule = words::modules_open_with_a_sentence;
    refused(rule, "server/src/app.rs", "use std::fmt;\n");
    accepted(rule, "server/src/app.rs", "//! The middleware stack.\n");
    accepted(rule, "firmware/cfmt/macros/tests/ui/wrong_type.rs", "fn main() {}\n");
}

#[test]
fn unfinished_work_is_refused() {
    let rule = words::nothing_is_left_undone;
    refused(rule, "server/src/app.rs", &format!("// {}{}: later\n", "TO", "DO"));
    refused(rule, "README.md", &format!("This is {} enough.\n", ["for", "now"].join(" ")));
    accepted(rule, "server/templates/pages/login.html", "<input placeholder=\"token\">\n");
    accepted(rule, "server/assets/css/form.css", "::placeholder { color: grey }\n");
    accepted(rule, "Cargo.lock", &format!("{}{}\n", "XX", "X"));
}

#[test]
fn a_path_of_one_machine_is_refused() {
    let rule = words::no_path_of_one_machine;
    refused(rule, "README.md", &format!("see {}{}notes\n", "/ro", "ot/"));
    accepted(rule, "README.md", &format!("see https://example.org{}{}notes\n", "/ro", "ot/"));
    accepted(rule, "README.md", "~/.local/share/plimsoll\n");
}

#[test]
fn a_test_that_is_switched_off_is_refused() {
    let rule = words::no_test_is_switched_off;
    refused(rule, "server/tests/it/api.rs", &format!("    #[{}]\n", "ignore"));
    refused(rule, "server/tests/it/api.rs", &format!("#[{}(expected = \"x\")]\n", "should_panic"));
    accepted(rule, "server/tests/it/api.rs", "#[test]\n");
}

#[test]
fn a_template_with_script_style_or_trusted_text_is_refused() {
    let rule = template::templates_are_plain;
    for text in [
        "{{ name|safe }}\n",
        "<p style=\"color: red\">\n",
        "<script>alert(1)</script>\n",
        "<a href=\"/login\">\n",
        "<button onclick=\"f()\">\n",
    ] {
        refused(rule, "server/templates/pages/build.html", text);
    }
    let plain = "<script src=\"{{ urls::asset(\"js/chart.js\") }}\" defer></script><a href=\"{{ url }}\">\n";
    accepted(rule, "server/templates/pages/build.html", plain);
}

#[test]
fn an_asset_or_template_that_nothing_uses_is_refused() {
    let rule = template::nothing_is_orphaned;
    refused(rule, "server/assets/js/old.js", "f();\n");
    accepted(rule, "server/assets/css/components/gauge.css", "p {}\n");
    refused(rule, "server/templates/pages/old.html", "<p>\n");
    let used = [
        Source { path: "server/templates/pages/build.html".into(), text: "chart.js\n".into() },
        Source { path: "server/src/web/build.rs".into(), text: "pages/build.html\n".into() },
        Source { path: "server/assets/js/chart.js".into(), text: String::new() },
    ];
    assert_eq!(rule(&used), []);
}

#[test]
fn a_stranger_at_the_top_is_refused() {
    let rule = workspace::the_root_holds_only_what_belongs_there;
    let text = refused(rule, "notes.txt", "");
    assert!(text.starts_with("notes.txt: does not belong at the top"), "{text}");
    accepted(rule, "docs/notes.md", "");
}
