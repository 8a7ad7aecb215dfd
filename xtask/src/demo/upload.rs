//! Uploads the voyage with the real command, run in the demo's repository.

use super::api::Api;
use super::repository::{BUILD_FOLDER, MAIN, Repository, branch_name, isolate};
use super::server::Server;
use super::{PROJECT, firmware, legs};
use crate::command::shown;
use crate::terminal::{Progress, heading, say};
use crate::voyage::{Branch, LEGS, Leg, ships};
use crate::workspace::built;
use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const DESCRIPTION: &str = "A demo voyage: real builds of our RP2040 firmware, one feature after another, and one \
                           pull request. Only the crew and the dates are made up.";

/// Uploads what the server does not have; builds it first.
pub fn all_missing(server: &Server, repository: &Repository, data: &Path) -> Result<()> {
    let api = Api::new(&server.url, Some(&server.admin_token));
    let project = format!("/api/v1/projects/{PROJECT}");
    api.send_json("PUT", &project, &json!({"description": DESCRIPTION, "public": true}))?;
    let there = uploaded(&api)?;
    let is_there = |leg: &Leg| -> Result<bool> {
        let commit = repository.commit_of(leg)?;
        Ok(ships(leg).all(|it| there.contains(&(commit.clone(), it.target()))))
    };
    let mut missing = Vec::new();
    for leg in LEGS {
        if !is_there(leg)? {
            missing.push(leg);
        }
    }
    if missing.is_empty() {
        say(format!("All {} commits of the voyage are there already.", LEGS.len()));
        return firmware::warn_of_change(data);
    }
    heading(format!("Building the firmware of {} commits", missing.len()));
    legs::build(&missing)?;
    let n_images: usize = missing.iter().map(|it| ships(it).count()).sum();
    heading(format!("Uploading {n_images} images of {} commits", missing.len()));
    let token = upload_token(&api, data)?;
    let mut progress = Progress::new("uploading", missing.len());
    for leg in missing {
        progress.begin(leg.message);
        upload(server, repository, leg, &token)?;
        progress.advance();
    }
    firmware::remember(data)
}

/// Commit and target of every build that the server has.
fn uploaded(api: &Api) -> Result<BTreeSet<(String, String)>> {
    let builds = api.json(&format!("/api/v1/projects/{PROJECT}/builds"))?;
    let builds = builds["builds"].as_array().or(builds.as_array()).context("no list of builds")?;
    let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    Ok(builds.iter().map(|it| (text(&it["commit"]), text(&it["target"]))).collect())
}

/// The token of the demo's project, made once.
fn upload_token(api: &Api, data: &Path) -> Result<String> {
    let path = data.join("upload-token");
    if let Ok(token) = fs::read_to_string(&path) {
        return Ok(token);
    }
    let made =
        api.send_json("POST", &format!("/api/v1/projects/{PROJECT}/tokens"), &json!({"label": "demo"}))?;
    let token = made["token"].as_str().context("the server gave no token")?.to_owned();
    super::server::write_secret(&path, &token)?;
    Ok(token)
}

/// `plimsoll upload --wait`. Being over budget is part of the story; not being able to tell is a failure.
fn upload(server: &Server, repository: &Repository, leg: &Leg, token: &str) -> Result<()> {
    repository.check_out(leg)?;
    let build = repository.folder().join(BUILD_FOLDER);
    fs::create_dir_all(&build)?;
    for ship in ships(leg) {
        fs::copy(legs::image(leg, ship), build.join(ship.binary))?;
    }
    let mut command = Command::new(built("plimsoll"));
    command.current_dir(repository.folder()).stdin(Stdio::null());
    isolate(&mut command);
    forget_ci(&mut command);
    command.env("PLIMSOLL_TOKEN", token).args([
        "upload",
        "--wait",
        "--server",
        &server.url,
        "--project",
        PROJECT,
    ]);
    command.args(["--branch", branch_name(leg)]);
    if let Branch::PullRequest { number, .. } = leg.branch {
        command.args(["--pull-request", &number.to_string(), "--base-branch", MAIN]);
    }
    let output = command.output().context("starting plimsoll")?;
    match output.status.code() {
        Some(0 | 1) => Ok(()),
        _ => bail!(
            "`{}` failed ({}):\n{}{}the server's log ends with:\n{}",
            shown(&command),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
            server.last_words()
        ),
    }
}

/// In CI the command would believe the CI's variables rather than the demo's repository.
pub fn forget_ci(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["GITHUB_", "GITLAB_", "CI_", "PLIMSOLL_"].iter().any(|it| text.starts_with(it)) || text == "CI" {
            command.env_remove(&name);
        }
    }
}
