//! The administrator's token: shown at the first start, replaced on demand.

use crate::process::{Running, program, run};
use reqwest::StatusCode;
use std::path::Path;
use tempfile::TempDir;

const ANNOUNCEMENT: &str = "administrator's token (it will not be shown again): ";

fn start(data: &Path) -> Running {
    Running::start(program(data).args(["--listen", "127.0.0.1:0"]))
}

/// What the server says to a question for the administrator only.
async fn ask(base: &str, token: &str) -> StatusCode {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = http.put(format!("{base}/api/v1/projects/acme/blinky")).bearer_auth(token);
    request.json(&serde_json::json!({})).send().await.unwrap().status()
}

#[tokio::test]
async fn the_token_is_shown_at_the_first_start_only_and_replaced_on_demand() {
    let data = TempDir::new().unwrap();
    let mut first = start(data.path());
    let token = first.announced(ANNOUNCEMENT);
    let base = first.announced("listening on ");
    assert_eq!(ask(&base, &token).await, StatusCode::CREATED);

    let (code, said) = run(program(data.path()).args(["admin-token", "--renew"]));
    assert_eq!(code, Some(0), "{said}");
    let renewed = said.lines().find_map(|it| it.strip_prefix(ANNOUNCEMENT)).unwrap();
    assert_eq!(ask(&base, &token).await, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&base, renewed).await, StatusCode::OK);
    assert!(first.stop().success());

    let mut second = start(data.path());
    assert!(second.next_line().starts_with("listening on "), "the token is not shown again");
    assert!(second.stop().success());
}

#[test]
fn a_token_that_is_too_easy_is_refused_in_a_sentence() {
    let data = TempDir::new().unwrap();
    let mut command = program(data.path());
    command.args(["--listen", "127.0.0.1:0"]).env("PLIMSOLL_ADMIN_TOKEN", "secret");
    let (code, said) = run(&mut command);
    assert_eq!(code, Some(1));
    let sentence = "error: an administrator's token is `plimadm_` and 24 to 200 letters, digits, `-` or `_`";
    assert!(said.contains(sentence), "{said}");
    assert!(!said.contains("secret"), "{said}");
}
