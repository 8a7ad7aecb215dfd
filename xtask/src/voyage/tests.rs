//! That the voyage can be sailed.

use super::{Branch, LEGS, Leg};
use std::collections::BTreeSet;
use std::fs;

fn main_legs() -> impl Iterator<Item = &'static Leg> {
    LEGS.iter().filter(|it| it.branch == Branch::Main)
}

/// The features of a leg, as words of the manifest's `[features]` table.
fn manifest() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../firmware/Cargo.toml")).unwrap()
}

#[test]
fn names_are_unique() {
    let names: BTreeSet<_> = LEGS.iter().map(|it| it.name).collect();
    assert_eq!(names.len(), LEGS.len());
}

#[test]
fn pull_requests_branch_off_an_earlier_leg_of_main() {
    for (idx, leg) in LEGS.iter().enumerate() {
        if let Branch::PullRequest { from, .. } = leg.branch {
            let base = LEGS[..idx].iter().find(|it| it.name == from).unwrap();
            assert_eq!(base.branch, Branch::Main, "{}", leg.name);
        }
    }
}

#[test]
fn main_has_moved_on_when_the_pull_request_ends() {
    let last_of_pull_request = LEGS.iter().rposition(|it| it.branch != Branch::Main).unwrap();
    assert!(last_of_pull_request + 1 < LEGS.len());
}

#[test]
fn time_passes() {
    assert!(LEGS.windows(2).all(|it| it[0].hours < it[1].hours));
}

#[test]
fn every_feature_is_one_of_the_firmware() {
    let manifest = manifest();
    for feature in LEGS.iter().flat_map(|it| it.features) {
        assert!(manifest.contains(&format!("\n{feature} = [")), "{feature}");
    }
}

#[test]
fn the_last_leg_is_what_the_firmware_does_by_default() {
    let manifest = manifest();
    let (_, after) = manifest.split_once("\ndefault = [").unwrap();
    let (list, _) = after.split_once(']').unwrap();
    let defaults: Vec<_> =
        list.split(',').map(|it| it.trim().trim_matches('"')).filter(|it| !it.is_empty()).collect();
    assert_eq!(main_legs().last().unwrap().features, defaults);
}

#[test]
fn what_the_demo_tracks_we_track_ourselves() {
    let settings = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../plimsoll.toml")).unwrap();
    let listed = settings.lines().filter_map(|it| it.strip_prefix("name = "));
    let listed: BTreeSet<_> = listed.map(|it| it.trim_matches('"').to_owned()).collect();
    assert!(super::fleet().all(|it| listed.contains(&it.target())), "{listed:?}");
}
