//! Split debug information (`-gsplit-dwarf`): found beside the image, or named.

use crate::support::Sandbox;
use std::process::Command;

/// Runs a tool in the sandbox; `None`, with a message, where it is not installed or refuses.
fn run(sandbox: &Sandbox, tool: &str, arguments: &[&str]) -> Option<()> {
    let is_done = Command::new(tool).args(arguments).current_dir(sandbox.path()).status();
    let is_done = is_done.is_ok_and(|it| it.success());
    if !is_done {
        eprintln!("skipped: no {tool}, or it does not know {arguments:?}");
    }
    is_done.then_some(())
}

/// `app.elf` with its `.dwo` file in the sandbox.
fn split() -> Option<Sandbox> {
    let sandbox = Sandbox::empty();
    sandbox.file("app.c", "int twice(int n) { return 2 * n; }\nint main(void) { return twice(0); }\n");
    let options = ["-gdwarf-4", "-gsplit-dwarf", "-O1", "-dumpdir", "./"];
    run(&sandbox, "gcc", &[&options[..], &["app.c", "-o", "app.elf"]].concat())?;
    Some(sandbox)
}

/// The `.dwo` file's name.
fn dwo(sandbox: &Sandbox) -> String {
    let mut names = std::fs::read_dir(sandbox.path()).unwrap().map(|it| it.unwrap().file_name());
    names.find_map(|it| it.into_string().ok().filter(|it| it.ends_with(".dwo"))).unwrap()
}

/// Whether functions are known (declared on a line), and what standard error says.
fn known(sandbox: &Sandbox, more: &[&str]) -> (bool, String) {
    let output = sandbox.plimsoll(&[&["analyze", "app.elf", "--json"], more].concat()).output();
    assert!(output.status.success(), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let units = report["units"].as_array().unwrap();
    let is_known = units.iter().any(|it| it["producer"].as_str().is_some_and(|it| it.contains("GNU C")));
    (is_known, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn single_files_are_found_where_they_were_written_or_beside_the_image() {
    let Some(sandbox) = split() else { return };
    let said = "note: split debug information is read from 1 .dwo files\n".to_owned();
    assert_eq!(known(&sandbox, &[]), (true, said.clone()));
    let name = dwo(&sandbox);
    std::fs::create_dir(sandbox.path().join("moved")).unwrap();
    std::fs::rename(sandbox.path().join(&name), sandbox.path().join("moved").join(&name)).unwrap();
    assert_eq!(known(&sandbox, &[]), (false, String::new()));
    std::fs::rename(sandbox.path().join("app.elf"), sandbox.path().join("moved/app.elf")).unwrap();
    let output = sandbox.plimsoll(&["why", "moved/app.elf", "twice"]).output();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), said);
}

#[test]
fn a_package_is_found_beside_the_image_or_named() {
    let Some(sandbox) = split() else { return };
    let Some(()) = run(&sandbox, "dwp", &["-e", "app.elf", "-o", "app.elf.dwp"]) else { return };
    std::fs::remove_file(sandbox.path().join(dwo(&sandbox))).unwrap();
    let said = "note: split debug information is read from app.elf.dwp\n".to_owned();
    assert_eq!(known(&sandbox, &[]), (true, said));
    std::fs::rename(sandbox.path().join("app.elf.dwp"), sandbox.path().join("other")).unwrap();
    assert_eq!(known(&sandbox, &[]), (false, String::new()));
    assert_eq!(known(&sandbox, &["--dwp", "other"]), (true, String::new()));
    let output = sandbox.plimsoll(&["analyze", "app.elf", "--dwp", "none"]).output();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: cannot read the package none"));
}
