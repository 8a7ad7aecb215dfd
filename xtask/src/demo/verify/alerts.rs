//! Budgets: broken where the analysis says so, mended where it says so, and nowhere else.

use super::builds::{Shown, place};
use super::{Image, Voyage, project_path, same};
use crate::demo::api::Api;
use crate::voyage::fleet;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Target, region, message of the commit that broke it, message of the one that mended it.
type Alert = (String, String, String, Option<String>);

/// Verdicts of every build and alerts of the main branch.
pub fn check(api: &Api, voyage: &Voyage, shown: &Shown) -> Result<()> {
    for image in &voyage.images {
        let answer = &shown[&(image.target.clone(), image.commit.clone())];
        verdicts_are_right(image, answer).with_context(|| place(image))?;
    }
    let truth = expected_alerts(voyage)?;
    let shown = shown_alerts(api, shown)?;
    ensure!(shown == truth, "alerts: the server shows {shown:?}, and {truth:?} is right");
    let is_the_story =
        truth.iter().any(|it| it.2.contains("{:.2}") && it.3.as_ref().is_some_and(|it| it.contains("cfmt")));
    ensure!(is_the_story, "core::fmt did not break the flash budget, or cfmt did not mend it: {truth:?}");
    Ok(())
}

fn verdicts_are_right(image: &Image, answer: &Value) -> Result<()> {
    let verdicts = answer["verdicts"].as_array().context("no verdicts")?;
    let budgets = image.ship.budgets;
    ensure!(verdicts.len() == budgets.len(), "{} verdicts of {}", verdicts.len(), budgets.len());
    let mut is_over = false;
    for (region, limit_bytes) in budgets {
        let verdict = verdicts.iter().find(|it| it["subject"] == *region).context("a verdict is missing")?;
        let used_bytes = image.used_bytes(region)?;
        same("limit", &verdict["limit_bytes"], &json!(limit_bytes))?;
        same("use", &verdict["used_bytes"], &json!(used_bytes))?;
        same("verdict", &verdict["within"], &json!(used_bytes <= *limit_bytes))?;
        same("excess", &verdict["over_bytes"], &json!(used_bytes.saturating_sub(*limit_bytes)))?;
        is_over |= used_bytes > *limit_bytes;
    }
    same("over budget", &answer["over_budget"], &json!(is_over))
}

/// Walks the main branch: crossing a budget opens an alert, coming back resolves it. Pull requests open none.
fn expected_alerts(voyage: &Voyage) -> Result<BTreeSet<Alert>> {
    let mut alerts = BTreeSet::new();
    for ship in fleet() {
        let target = ship.target();
        for (region, limit_bytes) in ship.budgets {
            let mut opened: Option<&str> = None;
            for image in voyage.main_line(&target) {
                let is_over = image.used_bytes(region)? > *limit_bytes;
                match (opened, is_over) {
                    (None, true) => opened = Some(image.leg.message),
                    (Some(since), false) => {
                        let mended = Some(image.leg.message.to_owned());
                        alerts.insert((target.clone(), (*region).to_owned(), since.to_owned(), mended));
                        opened = None;
                    }
                    _ => {}
                }
            }
            alerts.extend(opened.map(|it| (target.clone(), (*region).to_owned(), it.to_owned(), None)));
        }
    }
    Ok(alerts)
}

fn shown_alerts(api: &Api, shown: &Shown) -> Result<BTreeSet<Alert>> {
    let message_of = |end: &Value| {
        let build = shown.values().find(|it| it["build"]["id"] == end["build_id"])?;
        build["build"]["message"].as_str().map(str::to_owned)
    };
    let alerts = api.json(&project_path("/alerts"))?;
    let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    let alerts = alerts.as_array().context("no list of alerts")?.iter();
    alerts
        .map(|it| {
            let opened = message_of(&it["opened"]).context("an alert that no build of ours opened")?;
            Ok((text(&it["target"]), text(&it["subject"]), opened, message_of(&it["resolved"])))
        })
        .collect()
}
