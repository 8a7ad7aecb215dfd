//! The upload itself: what is sent, what is tried again, what is not.

use crate::support::{Reply, Sandbox, Stub, answer, over_budget};
use expect_test::{Expect, expect};

const UPLOAD: [&str; 4] = ["upload", "fw.elf", "--target", "engine/release"];

#[test]
fn build_and_packed_image_arrive_whole() {
    let sandbox = Sandbox::with_commits(3);
    let stub = Stub::replying([Reply::json(202, answer("engine/release", &sandbox.head()))]);
    sandbox.plimsoll_with(&stub, &UPLOAD).check(expect![[r#"
        exit 0
        --- stdout
        engine/release: uploaded, https://plimsoll.example.org/ada/engine/builds/1
    "#]]);
    let request = stub.request();
    assert_eq!(request.line, "POST /api/v1/projects/ada/engine/builds");
    assert_eq!(request.header("authorization"), Some("Bearer plm_secret"));
    assert!(request.header("content-length").is_some());
    let parts = request.parts();
    assert_eq!(parts.len(), 2);
    assert!(
        parts[0].0.contains("name=\"build\"") && parts[0].0.contains("application/json"),
        "{}",
        parts[0].0
    );
    assert!(parts[1].0.contains("name=\"elf\"") && parts[1].0.contains("application/zstd"), "{}", parts[1].0);
    let elf = zstd::decode_all(&parts[1].1[..]).unwrap();
    assert_eq!(elf, std::fs::read(sandbox.path().join("fw.elf")).unwrap());
    let build = request.build();
    assert_eq!(build.commit.as_str(), sandbox.head());
    assert_eq!(build.ancestry.len(), 2);
    assert_eq!(build.branch.as_deref(), Some("main"));
}

#[test]
fn the_ancestry_follows_first_parents_and_ends_at_four_hundred() {
    let sandbox = Sandbox::with_history(405);
    sandbox.git(&["checkout", "--quiet", "-b", "side", "HEAD~3"]);
    let side = sandbox.commit("Beside");
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.git(&["merge", "--quiet", "--no-ff", "--message", "Merge", "side"]);
    let stub = Stub::replying([Reply::json(202, answer("engine/release", &sandbox.head()))]);
    assert!(sandbox.plimsoll_with(&stub, &UPLOAD).output().status.success());
    let build = stub.request().build();
    assert_eq!(build.parents.len(), 2);
    assert_eq!(build.ancestry.len(), 400);
    assert_eq!(build.ancestry[0], build.parents[0]);
    assert!(!build.ancestry.iter().any(|it| it.as_str() == side));
}

#[test]
fn an_overloaded_server_is_asked_again_when_it_says_so() {
    let sandbox = Sandbox::with_commits(1);
    let busy = |status| Reply::problem(status, "later").with_header("retry-after", "0");
    let ok = Reply::json(202, answer("engine/release", &sandbox.head()));
    let stub = Stub::replying([busy(503), busy(429), ok]);
    sandbox.plimsoll_with(&stub, &UPLOAD).check(expect![[r#"
        exit 0
        --- stdout
        engine/release: uploaded, https://plimsoll.example.org/ada/engine/builds/1
        --- stderr
        note: the server answered 503 Service Unavailable: later; trying again in 0.0 s
        note: the server answered 429 Too Many Requests: later; trying again in 0.0 s
    "#]]);
    let requests = stub.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[0].parts()[1].1, requests[2].parts()[1].1);
}

#[test]
fn a_broken_connection_is_tried_again() {
    let sandbox = Sandbox::with_commits(1);
    let stub = Stub::replying([Reply::HangUp, Reply::json(202, answer("engine/release", &sandbox.head()))]);
    let output = sandbox.plimsoll_with(&stub, &UPLOAD).output();
    assert_eq!(output.status.code(), Some(0));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("note: ") && stderr.contains("trying again in 0."), "{stderr}");
    assert_eq!(stub.requests().len(), 2);
}

#[test]
fn a_server_that_cannot_be_reached_is_given_up_after_the_retries() {
    let sandbox = Sandbox::with_commits(1);
    let stub = Stub::replying([Reply::HangUp]);
    let args = [&UPLOAD[..], &["--retries", "0"]].concat();
    let output = sandbox.plimsoll_with(&stub, &args).output();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("error: cannot upload: the server cannot be reached: "), "{stderr}");
    assert_eq!(stub.requests().len(), 1);
}

#[test]
fn a_refusal_is_shown_and_never_repeated() {
    #[track_caller]
    fn check_refusal(status: u16, expected: Expect) {
        let sandbox = Sandbox::with_commits(1);
        let stub = Stub::replying([Reply::problem(status, "refused\u{1b}[2J at byte 812")]);
        sandbox.plimsoll_with(&stub, &UPLOAD).check(expected);
        assert_eq!(stub.requests().len(), 1);
    }
    check_refusal(
        400,
        expect![[r#"
        exit 2
        --- stderr
        error: cannot upload: the server answered 400 Bad Request: refused\u{1b}[2J at byte 812
    "#]],
    );
    check_refusal(
        401,
        expect![[r#"
        exit 2
        --- stderr
        error: cannot upload: the server answered 401 Unauthorized: refused\u{1b}[2J at byte 812
        hint: the token is wrong or revoked: make a new one on the project's page and set PLIMSOLL_TOKEN
    "#]],
    );
    check_refusal(
        403,
        expect![[r#"
        exit 2
        --- stderr
        error: cannot upload: the server answered 403 Forbidden: refused\u{1b}[2J at byte 812
        hint: the token is not for this project or may not do this
    "#]],
    );
    check_refusal(
        404,
        expect![[r#"
        exit 2
        --- stderr
        error: cannot upload: the server answered 404 Not Found: refused\u{1b}[2J at byte 812
        hint: is the project's name right, does it exist, and may the token see it?
    "#]],
    );
    check_refusal(
        413,
        expect![[r#"
        exit 2
        --- stderr
        error: cannot upload: the server answered 413 Payload Too Large: refused\u{1b}[2J at byte 812
        hint: the server's administrator sets the limit
    "#]],
    );
    check_refusal(
        422,
        expect![[r#"
        exit 2
        --- stderr
        error: cannot upload: the server answered 422 Unprocessable Entity: refused\u{1b}[2J at byte 812
    "#]],
    );
}

#[test]
fn a_redirect_is_not_followed_since_it_would_lose_the_upload() {
    let sandbox = Sandbox::with_commits(1);
    let stub = Stub::replying([Reply::json(301, "").with_header("location", "https://new.example.org/")]);
    sandbox.plimsoll_with(&stub, &UPLOAD).check(expect![[r#"
        exit 2
        --- stderr
        error: cannot upload: the server answered 301 Moved Permanently: it redirects to https://new.example.org/; use that address
        hint: set PLIMSOLL_URL (or `server` in plimsoll.toml) to the address that it names
    "#]]);
}

#[test]
fn what_is_no_plimsoll_server_is_not_understood() {
    let sandbox = Sandbox::with_commits(1);
    let stub = Stub::replying([Reply::json(200, "<html>Welcome</html>")]);
    sandbox.plimsoll_with(&stub, &UPLOAD).check(expect![[r#"
        exit 2
        --- stderr
        error: the server's answer is not understood: expected value at line 1 column 1
        hint: is it the right address, and is this program as new as the server?
    "#]]);
}

#[test]
fn a_missing_or_foreign_image_is_told_before_anything_is_sent() {
    let sandbox = Sandbox::with_commits(1);
    let stub = Stub::replying([]);
    let missing = ["upload", "none.elf", "--target", "a"];
    sandbox.plimsoll_with(&stub, &missing).check(expect![[r#"
        exit 2
        --- stderr
        error: cannot read DIR/none.elf: No such file or directory (os error 2)
        hint: build it first, or check the path
    "#]]);
    sandbox.file("text.elf", "hello");
    let foreign = ["upload", "text.elf", "--target", "a"];
    sandbox.plimsoll_with(&stub, &foreign).check(expect![[r#"
        exit 2
        --- stderr
        error: cannot upload DIR/text.elf: file header: not an ELF file: it does not start with 7f 45 4c 46
    "#]]);
    assert!(stub.requests().is_empty());
}

#[test]
fn one_target_that_fails_does_not_keep_the_others_from_being_uploaded() {
    let sandbox = Sandbox::with_commits(1);
    let good = Reply::json(202, answer("b", &sandbox.head()));
    let stub = Stub::replying([Reply::problem(422, "no"), good]);
    let both = ["upload", "fw.elf", "fw.elf", "--target", "a", "--target", "b"];
    sandbox.plimsoll_with(&stub, &both).check(expect![[r#"
        exit 2
        --- stdout
        b: uploaded, https://plimsoll.example.org/ada/engine/builds/1
        --- stderr
        error: a: cannot upload: the server answered 422 Unprocessable Entity: no
    "#]]);
}

#[test]
fn without_waiting_the_exit_code_tells_only_whether_the_upload_arrived() {
    let sandbox = Sandbox::with_commits(1);
    let known = over_budget("engine/release", &sandbox.head());
    let stub = Stub::replying([Reply::json(200, known)]);
    assert_eq!(sandbox.plimsoll_with(&stub, &UPLOAD).output().status.code(), Some(0));
}

#[test]
fn a_token_may_come_from_a_file_and_never_shows() {
    let sandbox = Sandbox::with_commits(1);
    sandbox.file("token", "plm_from_file\n");
    let stub = Stub::replying([Reply::problem(401, "unknown token")]);
    let args = [&UPLOAD[..], &["--token-file", "token"]].concat();
    let output = sandbox.plimsoll_with(&stub, &args).output();
    assert_eq!(stub.request().header("authorization"), Some("Bearer plm_from_file"));
    assert!(!String::from_utf8(output.stderr).unwrap().contains("plm_"));
}

#[test]
fn a_shallow_clone_is_uploaded_with_its_true_parent_and_a_warning() {
    let origin = Sandbox::with_commits(3);
    let clone = Sandbox::empty();
    let url = format!("file://{}", origin.path().display());
    clone.git(&["clone", "--quiet", "--depth=1", &url, "."]);
    clone.file("fw.elf", std::fs::read(origin.path().join("fw.elf")).unwrap());
    let stub = Stub::replying([Reply::json(202, answer("engine/release", &clone.head()))]);
    clone.plimsoll_with(&stub, &UPLOAD).check(expect![[r#"
        exit 0
        --- stdout
        engine/release: uploaded, https://plimsoll.example.org/ada/engine/builds/1
        --- stderr
        warning: this is a shallow clone: only a baseline that is near the commit can be found; on GitHub give actions/checkout `fetch-depth: 0`
    "#]]);
    let build = stub.request().build();
    let parent = origin.git(&["rev-parse", "HEAD~1"]);
    assert_eq!(build.ancestry.iter().map(ToString::to_string).collect::<Vec<_>>(), [parent]);
}
