//! What a build is given of the environment, and which commits another walk builds again.

use super::Voyage;
use crate::support::{Reply, Server, Stub};
use expect_test::expect;

#[test]
fn no_build_sees_the_upload_token() {
    let voyage = Voyage::new();
    let head = voyage.load("light", "Sail");
    let stub = Stub::replying([
        Reply::json(200, "[]"),
        Reply::json(201, crate::support::measured("engine/release", &head)),
    ]);
    let yard = voyage.yard.path();
    let build = format!("env > {0}/seen; cp {0}/light.elf fw.elf", yard.display());
    let run = voyage.built_by(&build, &[]).env("CARGO_HOME", "/cargo");
    let run = run.env("PLIMSOLL_URL", &stub.url).env("PLIMSOLL_PROJECT", "ada/engine");
    let output = run.env("PLIMSOLL_TOKEN", "plm_secret").env("PLIMSOLL_PEPPER", "salt").output();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let seen = std::fs::read_to_string(yard.join("seen")).unwrap();
    assert!(seen.contains("CARGO_HOME=/cargo\n"), "{seen}");
    assert!(!seen.contains("PLIMSOLL_"), "{seen}");
}

#[test]
fn what_failed_in_another_environment_is_built_again() {
    let voyage = Voyage::new();
    let head = voyage.load("light", "Sail");
    let stub = Stub::replying([
        Reply::json(200, "[]"),
        Reply::json(200, "[]"),
        Reply::json(200, "[]"),
        Reply::json(201, crate::support::unchanged("engine/release", &head)),
    ]);
    let yard = voyage.yard.path();
    // As cargo does it.
    let build = format!(
        "cp {}/light.elf ${{CARGO_TARGET_DIR:-.}}/fw.elf || {{ echo error: no such folder; exit 1; }}",
        yard.display()
    );
    let run = |environment: &[(&str, &str)], expected: expect_test::Expect| {
        let run = voyage.built_by(&build, &[]).env("PLIMSOLL_PROJECT", "ada/engine");
        let run = run.env("PLIMSOLL_URL", &stub.url).env("PLIMSOLL_TOKEN", "plm_secret");
        environment.iter().fold(run, |run, (name, value)| run.env(name, value)).check(expected);
    };
    run(
        &[("CARGO_TARGET_DIR", "/nowhere")],
        expect![[r#"
            exit 2
            --- stdout
            1/1 773c4cb285 Sail
              engine/release: failed: the build failed (exit status: 1): error: no such folder
              log: DIR/.git/plimsoll/773c4cb28540972e56fec99f9d1339d4bcc421be.log
            1 commit: 1 failed
              773c4cb285 Sail: the build failed (exit status: 1): error: no such folder
                log: DIR/.git/plimsoll/773c4cb28540972e56fec99f9d1339d4bcc421be.log
            What failed is built again with --retry-failed, by another command, or in another environment.
            http://SERVER/ada/engine
        "#]],
    );
    // Another window is no other environment.
    run(
        &[("CARGO_TARGET_DIR", "/nowhere"), ("SHLVL", "7")],
        expect![[r#"
            exit 2
            --- stdout
            1 commit: 1 failed before
              773c4cb285 Sail: the build failed (exit status: 1): error: no such folder
                log: DIR/.git/plimsoll/773c4cb28540972e56fec99f9d1339d4bcc421be.log
            What failed is built again with --retry-failed, by another command, or in another environment.
            http://SERVER/ada/engine
        "#]],
    );
    run(
        &[],
        expect![[r#"
        exit 0
        --- stdout
        1/1 773c4cb285 Sail
          engine/release: flash 5,964 B (±0 B), RAM 272 B (±0 B)
        1 commit: 1 uploaded
        http://SERVER/ada/engine
    "#]],
    );
}

#[test]
fn a_range_begins_with_what_changes_nothing_only_where_its_parent_is_not_known() {
    let Some(server) = Server::start() else { return };
    let voyage = Voyage::with_history();
    let range = ["--from", "HEAD~7..HEAD~5", "--dry-run"];
    server.known_to(voyage.backfill(&range)).check(expect![[r#"
        exit 0
        --- stdout
        145f255a32 Describe the ship: build
        0bd6da74b7 Hit a rock: build
        2 of 2 commits would be built
    "#]]);
    let parent = server.known_to(voyage.backfill(&["--from", "HEAD~7"])).output();
    assert_eq!(parent.status.code(), Some(0), "{}", String::from_utf8_lossy(&parent.stderr));
    server.known_to(voyage.backfill(&range)).check(expect![[r#"
        exit 0
        --- stdout
        145f255a32 Describe the ship: unchanged
        0bd6da74b7 Hit a rock: build
        1 of 2 commits would be built
    "#]]);
}
