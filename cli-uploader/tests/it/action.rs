//! The script with which `action.yml` uploads, run by bash as a runner would, without a token.

use crate::support::{Run, Sandbox};
use expect_test::expect;

/// The step's script, as YAML's `|` gives it to the shell.
fn script() -> String {
    let action = include_str!("../../action.yml");
    let step = action.split("- name: Upload\n").nth(1).unwrap().split("run: |\n").nth(1).unwrap();
    let lines = step.lines().map_while(|it| it.strip_prefix("        "));
    lines.map(|it| format!("{it}\n")).collect()
}

/// The step with these inputs, the others empty.
fn upload(sandbox: &Sandbox, inputs: &[(&str, &str)]) -> Run {
    std::fs::create_dir_all(sandbox.path().join("plimsoll/bin")).unwrap();
    let link = sandbox.path().join("plimsoll/bin/plimsoll");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_plimsoll"), link).unwrap();
    let folder = sandbox.path();
    let mut run = sandbox.tool("bash", &["--noprofile", "--norc", "-eo", "pipefail", "-c", &script()]);
    for (name, value) in [("RUNNER_TEMP", ""), ("GITHUB_OUTPUT", "output")] {
        run = run.env(name, &folder.join(value).display().to_string());
    }
    run = run.env("GITHUB_ACTION", "size");
    inputs.iter().fold(run, |run, (name, value)| run.env(name, value))
}

#[test]
fn images_are_judged_where_there_is_no_token() {
    let sandbox = Sandbox::with_commits(1);
    let output = upload(&sandbox, &[("INPUT_ELF", "fw.elf\n"), ("INPUT_TARGET", "engine\n")]).output();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(sandbox.read("output"), "exit-code=0\n");
}

#[test]
fn a_link_that_failed_stands_in_for_the_image() {
    let sandbox = Sandbox::with_commits(1);
    sandbox.file("build.log", "ld: region `FLASH' overflowed by 629 bytes\n");
    let inputs = [("INPUT_ELF", "fw.elf"), ("INPUT_TARGET", "engine"), ("INPUT_LINK_ERROR", "build.log")];
    upload(&sandbox, &inputs).check(expect![[r#"
        exit 1
        --- stdout
        ::notice title=Plimsoll::There is no upload token: the budgets are judged here, nothing is sent.
        engine d111c3be86: did not link: FLASH over by 629 B
          would send: no ELF, branch main, 0 ancestors, message “Commit 1”
    "#]]);
    assert_eq!(sandbox.read("output"), "exit-code=1\n");
}

#[test]
fn the_map_of_an_image_goes_with_it() {
    let sandbox = Sandbox::with_commits(1);
    let inputs = [("INPUT_ELF", "fw.elf"), ("INPUT_TARGET", "engine"), ("INPUT_MAP", "none.map")];
    let output = upload(&sandbox, &inputs).output();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("none.map"), "{said}");
}

#[test]
fn the_map_of_a_failed_link_goes_with_it() {
    let sandbox = Sandbox::with_commits(1);
    sandbox.file("build.log", "ld: region `FLASH' overflowed by 629 bytes\n");
    let inputs =
        [("INPUT_TARGET", "engine"), ("INPUT_LINK_ERROR", "build.log"), ("INPUT_LINK_ERROR_MAP", "none.map")];
    let output = upload(&sandbox, &inputs).output();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("none.map"), "{said}");
}
