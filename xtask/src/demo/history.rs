//! `plimsoll backfill` on this repository's own history, against the demo's server.

use super::api::Api;
use super::server::Server;
use super::upload::forget_ci;
use crate::command::{output, shown};
use crate::setup::need::FIRMWARE_TARGET;
use crate::terminal::say;
use crate::workspace::{built, root, target_folder};
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;
use std::path::Path;
use std::process::Command;

/// Its own, so that the voyage stays as it is.
const PROJECT: &str = "plimsoll/history";

/// More would take long: each is built.
const N_COMMITS: usize = 2;

/// Fills an empty graph with the newest commits, and finds nothing to do the second time.
pub fn check(server: &Server, data: &Path) -> Result<()> {
    let git = |arguments: &[&str]| output(Command::new("git").arg("-C").arg(root()).args(arguments));
    let Ok(commits) = git(&["rev-list", "--first-parent", &format!("--max-count={N_COMMITS}"), "HEAD"])
    else {
        say("Our own history is left out: this is no git repository.");
        return Ok(());
    };
    let commits: Vec<&str> = commits.lines().collect();
    if commits.len() < N_COMMITS {
        say("Our own history is left out: this is a shallow clone.");
        return Ok(());
    }
    let api = Api::new(&server.url, Some(&server.admin_token));
    let path = format!("/api/v1/projects/{PROJECT}");
    api.send_json("PUT", &path, &json!({"description": "Our own history.", "public": true}))?;
    backfill(server, data)?;
    let builds = api.json(&format!("{path}/builds"))?;
    let builds = builds.as_array().context("no list of builds")?;
    let shown: Vec<&str> = builds.iter().filter_map(|it| it["commit"].as_str()).collect();
    ensure!(shown == commits, "the server shows {shown:?} of our history, and {commits:?} is right");
    ensure!(builds.iter().all(|it| it["state"] == "measured"), "not all of our history is measured");
    let newest = api.json(&format!("{path}/builds/{}", builds[0]["id"].as_str().unwrap_or_default()))?;
    ensure!(newest["baseline"]["commit"] == commits[1], "the newest has another baseline");
    let again = backfill(server, data)?;
    let expected = format!("2 commits: 2 there before\n{}/{PROJECT}\n", server.url);
    ensure!(again == expected, "the second walk says: {again}");
    say(format!("Verified: `plimsoll backfill` on our own last {N_COMMITS} commits."));
    Ok(())
}

/// `blink` is the quickest to build. What all commits share is built once, in a folder that stays.
fn backfill(server: &Server, data: &Path) -> Result<String> {
    let folder = target_folder().join("backfill");
    let image = folder.join(FIRMWARE_TARGET).join("firmware/blink");
    let build = format!(
        "CARGO_TARGET_DIR='{}' cargo fw --quiet --locked --bin blink && cp '{}' blink.elf",
        folder.display(),
        image.display()
    );
    let mut command = Command::new(built("plimsoll"));
    forget_ci(&mut command);
    command.current_dir(root()).env("PLIMSOLL_TOKEN", &server.admin_token);
    command.env("XDG_CACHE_HOME", data.join("cache"));
    command.args(["backfill", "--every", "--retry-failed", "-n", &N_COMMITS.to_string(), "--build", &build]);
    command.args(["--elf", "blink.elf", "--target", "blink/thumbv6m/release"]);
    command.args(["--server", &server.url, "--project", PROJECT]);
    let output = command.output().context("starting plimsoll")?;
    if !output.status.success() {
        let words = [output.stdout, output.stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
        bail!("`{}` failed ({}):\n{}", shown(&command), output.status, words.concat());
    }
    Ok(String::from_utf8(output.stdout)?)
}
