//! Files that are no image, given where one is expected: exit code 2, what it is, and what is wanted.

use crate::support::{Sandbox, Stub, elf};
use expect_test::expect;

#[test]
fn other_files_say_what_they_are_and_what_takes_them() {
    let sandbox = Sandbox::empty();
    // Content goes before the name.
    sandbox.file("app.map", "!<arch>\n");
    sandbox.file("app.elf", "S9030000FC\n");
    sandbox.file("app.bin", "\0\u{20}\0\u{20}");
    sandbox.file("keil.map", "Component: Arm Compiler\n");
    sandbox.plimsoll(&["analyze", "app.map"]).check(expect![[r#"
        exit 2
        --- stderr
        error: app.map: not an ELF file but an archive of object files
        hint: link it and give the ELF that the linker wrote; `plimsoll size` lists the sizes of an archive's members
    "#]]);
    sandbox.plimsoll(&["stack", "app.elf"]).check(expect![[r#"
        exit 2
        --- stderr
        error: app.elf: not an ELF file but an S-record file, which has neither sections nor symbols
        hint: give the ELF that it was made from
    "#]]);
    sandbox.plimsoll(&["why", "app.bin", "main"]).check(expect![[r#"
        exit 2
        --- stderr
        error: app.bin: not an ELF file but a raw image, which has neither sections nor symbols
        hint: give the ELF that it was made from
    "#]]);
    sandbox.plimsoll(&["analyze", "keil.map"]).check(expect![[r#"
        exit 2
        --- stderr
        error: keil.map: not an ELF file but a linker map
        hint: give the ELF of the same link; `--map` takes maps of GNU ld and lld besides
    "#]]);
}

#[test]
fn the_name_of_an_image_does_not_matter() {
    let sandbox = Sandbox::empty();
    sandbox.file("app.bin", elf(&[("main", 64)]));
    assert_eq!(sandbox.plimsoll(&["analyze", "app.bin"]).output().status.code(), Some(0));
}

#[test]
fn they_are_refused_before_anything_is_sent() {
    let sandbox = Sandbox::with_commits(1);
    let stub = Stub::replying([]);
    sandbox.file("app.hex", ":00000001FF\n");
    let upload = ["upload", "app.hex", "--target", "a"];
    sandbox.plimsoll_with(&stub, &upload).check(expect![[r#"
        exit 2
        --- stderr
        error: DIR/app.hex: not an ELF file but an Intel HEX file, which has neither sections nor symbols
        hint: give the ELF that it was made from
    "#]]);
    assert!(stub.requests().is_empty());
}
