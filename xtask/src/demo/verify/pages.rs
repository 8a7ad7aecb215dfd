//! The pages, as a visitor's browser gets them.

use super::builds::{Shown, place};
use super::{Image, Voyage, project_path, same};
use crate::demo::PROJECT;
use crate::demo::api::Api;
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// Projects, project, every build, every comparison with a baseline.
pub fn check(api: &Api, voyage: &Voyage, shown: &Shown) -> Result<()> {
    let link = format!("href=\"/{PROJECT}\"");
    ensure!(api.text("/")?.contains(&link), "the page of all projects does not lead to {PROJECT}");
    let project = api.text(&format!("/{PROJECT}"))?;
    for target in voyage.targets() {
        shows(&project, &target).context("the project's page")?;
    }
    shows(&project, "demo voyage").context("the project's page")?;
    for image in &voyage.images {
        let answer = &shown[&(image.target.clone(), image.commit.clone())];
        build_page(api, image, answer).with_context(|| format!("the page of {}", place(image)))?;
        if let Some(base) = &image.base {
            let old = voyage.images.iter().find(|it| it.target == image.target && it.commit == *base);
            let old = old.context("no image of the baseline")?;
            comparison(api, (old, image), answer)
                .with_context(|| format!("the comparison of {}", place(image)))?;
        }
    }
    Ok(())
}

fn build_page(api: &Api, image: &Image, answer: &Value) -> Result<()> {
    let page = api.text(answer["build"]["url"].as_str().context("no address")?)?;
    for text in [&image.commit[..10], image.leg.message, image.leg.author.name, &image.target] {
        shows(&page, text)?;
    }
    let sections = image.report["sections"].as_array().context("no sections")?;
    for section in sections.iter().filter(|it| it["allocated"] == true) {
        shows(&page, section["name"].as_str().unwrap_or_default())?;
    }
    Ok(())
}

/// The page names what changed most; its twin's totals are the difference of the two analyses.
fn comparison(api: &Api, (old, new): (&Image, &Image), answer: &Value) -> Result<()> {
    let page = api.text(answer["compare_url"].as_str().context("no address")?)?;
    shows(&page, &old.commit[..10])?;
    shows(&page, &new.commit[..10])?;
    let id = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    let (old_id, new_id) = (id(&answer["baseline"]["id"]), id(&answer["build"]["id"]));
    let twin = api.json(&project_path(&format!("/compare?old={old_id}&new={new_id}")))?;
    for (total, report_key) in [("flash", "flash_bytes"), ("ram", "ram_bytes")] {
        let rows = twin["totals"].as_array().context("no totals")?;
        let row = rows.iter().find(|it| it["name"] == total).context("a total is missing")?;
        same(&format!("{total} before"), &row["old_bytes"], &old.report["totals"][report_key])?;
        same(&format!("{total} after"), &row["new_bytes"], &new.report["totals"][report_key])?;
    }
    let symbols = twin["symbols"].as_array().context("no symbols")?;
    match symbols.first() {
        Some(biggest) => shows(&page, biggest["name"].as_str().unwrap_or_default()),
        None => {
            ensure!(sizes(old) == sizes(new), "no symbol is shown to have changed, and some have");
            Ok(())
        }
    }
}

/// Names and sizes of all symbols. Addresses and hashes may change without any of them growing.
fn sizes(image: &Image) -> Vec<(&str, u64)> {
    let symbols = image.report["symbols"].as_array().map_or(&[][..], Vec::as_slice);
    let mut sizes: Vec<(&str, u64)> =
        symbols.iter().filter_map(|it| Some((it["name"].as_str()?, it["size_bytes"].as_u64()?))).collect();
    sizes.sort_unstable();
    sizes
}

/// The text stands in the page, escaped as it must be.
fn shows(page: &str, text: &str) -> Result<()> {
    let (page, text) = (plain(page), text.split_whitespace().collect::<Vec<_>>().join(" "));
    ensure!(page.contains(&text), "`{text}` does not stand there");
    Ok(())
}

/// What a reader sees: no tags, entities resolved, white space as one space.
fn plain(page: &str) -> String {
    let mut text = String::with_capacity(page.len());
    for part in page.split('<') {
        text += part.split_once('>').map_or(part, |(_, it)| it);
    }
    for (entity, char) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#38;", "&"),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, char);
    }
    text.replace(['\u{200b}', '\u{ad}'], "").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_as_a_person_reads_it() {
        let page = "<p>logger:\n  Print <b>x &lt; y</b> &amp; more</p>";
        shows(page, "logger: Print x < y & more").unwrap();
        assert_eq!(shows(page, "class").unwrap_err().to_string(), "`class` does not stand there");
    }
}
