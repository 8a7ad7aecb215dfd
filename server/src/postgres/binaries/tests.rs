//! Which of several installed versions is taken.

use super::{Binaries, choose, leading_number};
use std::path::{Path, PathBuf};

fn installed(majors: &[u32]) -> Vec<Binaries> {
    majors.iter().map(|&major| Binaries { bindir: PathBuf::from(format!("/pg/{major}")), major }).collect()
}

#[test]
fn versions_are_read_from_release_and_beta_names() {
    let read: Vec<_> = ["15", "15.18", "18beta1", "(PostgreSQL)"].map(leading_number).into();
    assert_eq!(read, [Some(15), Some(15), Some(18), None]);
}

#[test]
fn a_cluster_is_run_by_the_version_that_made_it() {
    let chosen = choose(installed(&[17, 15]), Some(15), Path::new("/c"));
    assert_eq!(chosen.unwrap().major, 15);
}

#[test]
fn a_new_cluster_gets_the_preferred_version() {
    let chosen = choose(installed(&[17, 15]), None, Path::new("/c"));
    assert_eq!(chosen.unwrap().major, 17);
}

#[test]
fn a_cluster_of_a_version_that_is_not_installed_names_both() {
    let error = choose(installed(&[17]), Some(15), Path::new("/c")).unwrap_err().to_string();
    assert!(error.contains("/c was written by Postgres 15, but only /pg/17 is installed"), "{error}");
}
