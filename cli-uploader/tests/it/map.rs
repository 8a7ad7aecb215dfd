//! `upload --map`: the linker's map goes with the image, where it is one of it.

use crate::support::{Reply, Sandbox, Stub, answer};
use expect_test::expect;
use serde_json::Value;

const UPLOAD: [&str; 6] = ["upload", "fw.elf", "--target", "engine", "--map", "fw.map"];

/// Of `fw.elf`, as lld writes it.
const MAP: &str = "     VMA      LMA     Size Align Out     In      Symbol
10000000 10000000       c0     4 .text
10000000 10000000       40     4         /srv/build/main.o:(.text.main)
10000040 10000040       80     4         libcore.a(fmt\u{1b}.o):(.text.write)
";

const SETTINGS: &str = r#"
[[target]]
name = "engine"
elf = "../fw.elf"
map = "fw.map"
"#;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_commits(1);
    sandbox.file("fw.map", MAP);
    sandbox
}

fn accepted(sandbox: &Sandbox) -> Reply {
    Reply::json(202, answer("engine", &sandbox.head()))
}

#[test]
fn a_map_goes_packed_behind_the_image_and_again_after_a_failure() {
    let sandbox = sandbox();
    let busy = Reply::problem(503, "later").with_header("retry-after", "0");
    let stub = Stub::replying([busy, accepted(&sandbox)]);
    assert_eq!(sandbox.plimsoll_with(&stub, &UPLOAD).output().status.code(), Some(0));
    for request in stub.requests() {
        let parts = request.parts();
        assert_eq!(parts.len(), 3);
        assert!(parts[1].0.contains("name=\"elf\""), "{}", parts[1].0);
        let head = &parts[2].0;
        assert!(head.contains("name=\"map\"") && head.contains("application/zstd"), "{head}");
        assert_eq!(zstd::decode_all(&parts[2].1[..]).unwrap(), MAP.as_bytes());
    }
}

#[test]
fn plimsoll_toml_names_the_map_of_a_target_and_the_flag_goes_before_it() {
    let sandbox = sandbox();
    sandbox.file("ship/plimsoll.toml", SETTINGS);
    sandbox.file("ship/fw.map", MAP.replace("main.o", "ship.o"));
    let sent = |arguments: &[&str]| {
        let stub = Stub::replying([accepted(&sandbox)]);
        let run = sandbox.plimsoll_with(&stub, arguments).within("ship");
        assert_eq!(run.output().status.code(), Some(0));
        String::from_utf8(zstd::decode_all(&stub.request().parts()[2].1[..]).unwrap()).unwrap()
    };
    assert!(sent(&["upload"]).contains("ship.o"));
    assert!(sent(&["upload", "--map", "../fw.map"]).contains("main.o"));
}

#[test]
fn a_map_of_another_link_stays_here_with_a_warning() {
    let sandbox = sandbox();
    sandbox.file("fw.map", MAP.replace("c0", "c4"));
    let stub = Stub::replying([accepted(&sandbox)]);
    sandbox.plimsoll_with(&stub, &UPLOAD).check(expect![[r#"
        exit 0
        --- stdout
        engine: uploaded, https://plimsoll.example.org/ada/engine/builds/1
        --- stderr
        warning: DIR/fw.map is not used: it is of another image: section .text has 192 B at 0x10000000 in the image, 196 B at 0x10000000 in the map
    "#]]);
    assert_eq!(stub.request().parts().len(), 2);
}

#[test]
fn what_is_no_map_is_told_before_anything_is_sent() {
    let sandbox = sandbox();
    let stub = Stub::replying([]);
    sandbox.file("fw.map", "MEMORY { }\n");
    sandbox.plimsoll_with(&stub, &UPLOAD).check(expect![[r#"
        exit 2
        --- stderr
        error: cannot read DIR/fw.map: neither a map of GNU ld nor one of lld: it has none of their headings
    "#]]);
    sandbox.plimsoll_with(&stub, &[&UPLOAD[..5], &["none.map"]].concat()).check(expect![[r#"
        exit 2
        --- stderr
        error: cannot read the linker's map DIR/none.map: No such file or directory (os error 2)
    "#]]);
    let two = ["upload", "fw.elf", "fw.elf", "--target", "a", "--target", "b", "--map", "fw.map"];
    sandbox.plimsoll_with(&stub, &two).check(expect![[r#"
        exit 2
        --- stderr
        error: --map is of one image, and 2 are to be uploaded
        hint: write `map` into each [[target]] of plimsoll.toml, or name one `--target`
    "#]]);
    assert!(stub.requests().is_empty());
}

#[test]
fn a_dry_run_reads_the_map_as_the_server_would() {
    let sandbox = sandbox();
    let output = sandbox.plimsoll(&[&UPLOAD[..], &["--dry-run", "--json"]].concat()).output();
    let runs: Value = serde_json::from_slice(&output.stdout).unwrap();
    let symbols = runs[0]["report"]["symbols"].as_array().unwrap();
    let main = symbols.iter().find(|it| it["name"] == "main").unwrap();
    assert_eq!(main["linked_from"], ".text.main of main.o");
}

/// Which may be the map of an earlier link.
#[test]
fn plimsoll_tomls_map_is_not_taken_for_that_of_a_link_that_failed() {
    let sandbox = sandbox();
    sandbox.file("plimsoll.toml", SETTINGS);
    sandbox.file("ld.log", "ld: region `FLASH' overflowed by 629 bytes\n");
    let stub = Stub::replying([accepted(&sandbox)]);
    sandbox.plimsoll_with(&stub, &["upload", "--link-error", "ld.log"]).output();
    let request = stub.request();
    assert_eq!(request.parts().len(), 1);
    assert_eq!(request.build().link_failure.unwrap().sections, []);
}
