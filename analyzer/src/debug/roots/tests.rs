//! Which folders are cut off, and what is left of paths below them.

use super::{Roots, named, outermost, project};

fn roots(own: &str, others: &[&str]) -> Roots {
    let folders = others.iter().map(|it| (*it).to_owned()).collect();
    let others = named(outermost(folders, Some(own)));
    Roots { own: Some(own.into()), others, rust: Some("/rustc/0123abc".into()) }
}

#[track_caller]
fn check(roots: &Roots, path: &str, expected: &str) {
    assert_eq!(roots.short(path), expected);
}

#[test]
fn files_of_the_program_are_called_from_its_folder_on() {
    let roots = roots("/builds/ann/proj", &["/builds/ann/proj"]);
    check(&roots, "/builds/ann/proj/src/main.rs", "src/main.rs");
    check(&roots, "/builds/ann/proj/member/src/lib.rs", "member/src/lib.rs");
    check(&roots, "/builds/ann/project/src/main.rs", "/builds/ann/project/src/main.rs");
    check(&roots, "/builds/ann/proj", "/builds/ann/proj");
    check(&roots, "src/main.rs", "src/main.rs");
}

#[test]
fn known_places_keep_their_names_inside_of_the_folder_too() {
    let roots = roots("/ci", &["/ci"]);
    check(&roots, "/ci/.cargo/registry/src/index-1/heapless-0.8.0/src/vec.rs", "heapless-0.8.0/src/vec.rs");
    check(&roots, "/ci/target/x/build/app-0123456789abcdef/out/bind/gen.rs", "app/out/bind/gen.rs");
    check(&roots, "/ci/build/app-v2/out/gen.rs", "build/app-v2/out/gen.rs");
    check(&roots, "/rustc/0123abc/library/core/src/fmt/mod.rs", "rust/library/core/src/fmt/mod.rs");
    check(
        &roots,
        "/opt/esp-idf-v5.1/components/heap/heap_caps.c",
        "esp-idf-v5.1/components/heap/heap_caps.c",
    );
}

#[test]
fn files_of_other_folders_keep_the_name_of_the_folder() {
    let roots =
        roots("/p/app", &["/p/app", "/p/app/tools", "/p/hal", "/p/hal-2", "/p/hal/sync", "/q/rt", "/r/rt"]);
    check(&roots, "/p/hal/src/lib.rs", "hal/src/lib.rs");
    check(&roots, "/p/hal-2/src/lib.rs", "hal-2/src/lib.rs");
    check(&roots, "/p/hal/sync/src/lib.rs", "hal/sync/src/lib.rs");
    check(&roots, "/p/app/tools/a.c", "tools/a.c");
    // Two folders of one name are told apart.
    check(&roots, "/q/rt/src/lib.rs", "/q/rt/src/lib.rs");
    check(&roots, "/r/rt/src/lib.rs", "/r/rt/src/lib.rs");
}

#[test]
fn roots_of_file_systems_and_places_with_a_name_are_not_cut_off() {
    let folders = ["/", "C:", "", ".", "build", "/rustc/0123abc", "/x/registry/src/index-1/heapless-0.8.0"];
    assert!(outermost(folders.map(str::to_owned).to_vec(), None).is_empty());
}

#[test]
fn a_folder_for_builds_stands_for_the_project_around_it() {
    assert_eq!(project("/p/app/build", "/p/app/src/main.c"), "/p/app");
    assert_eq!(project("/p/app/build/debug", "/p/app/src/main.c"), "/p/app");
    assert_eq!(project("C:/p/Debug", "C:/p/main.c"), "C:/p");
    assert_eq!(project("/p/app", "/p/app/src/main.c"), "/p/app");
    // Too far away, or with nothing in common.
    assert_eq!(project("/p/app/a/b/c", "/p/app/src/main.c"), "/p/app/a/b/c");
    assert_eq!(project("/build", "/src/main.c"), "/build");
}

#[test]
fn the_standard_library_is_in_one_place() {
    let sources = "/opt/x/lib/rustlib/src/rust/library/core/src/ptr/mod.rs".to_owned();
    let settled = roots("/p", &[]).settled(sources.clone());
    assert_eq!(settled, "/rustc/0123abc/library/core/src/ptr/mod.rs");
    // Which compiler's it is cannot be told where there are two.
    assert_eq!(Roots::default().settled(sources.clone()), sources);
}
