//! `stack`: what the stack needs at worst, as text and as JSON.

use crate::support::{Sandbox, elf};
use expect_test::expect;

/// The image's entry is `main`, which takes nothing and runs on into the next function.
fn sandbox() -> Sandbox {
    let mut image = elf(&[("main", 64), ("alpha::new", 8)]);
    image[24..28].copy_from_slice(&0x1000_0001_u32.to_le_bytes());
    let sandbox = Sandbox::empty();
    sandbox.file("app.elf", image);
    sandbox.file(
        "memory.x",
        "MEMORY { FLASH : ORIGIN = 0x10000000, LENGTH = 4K RAM : ORIGIN = 0x20000000, LENGTH = 4K }",
    );
    sandbox
}

#[test]
fn the_deepest_way_is_shown() {
    sandbox().plimsoll(&["stack", "app.elf", "--memory", "memory.x"]).check(expect![[r#"
        exit 0
        --- stdout
        headroom 4,096 B of 4,096 B RAM: 0 B static, 0 B stack
        frames from instructions that move the stack pointer

        main main: 0 B
          frame  function
              0  main
    "#]]);
}

#[test]
fn a_task_is_a_root_where_it_is_named() {
    sandbox().plimsoll(&["stack", "app.elf", "--memory", "memory.x", "--root", "new"]).check(expect![[r#"
        exit 0
        --- stdout
        headroom 4,096 B of 4,096 B RAM: 0 B static, 0 B stack
        frames from instructions that move the stack pointer

        main main: 0 B
          frame  function
              0  main

        task alpha::new: 0 B
          frame  function
              0  alpha::new
    "#]]);
}

#[test]
fn a_root_that_is_none_or_several_is_refused() {
    sandbox().plimsoll(&["stack", "app.elf", "--root", "task"]).check(expect![[r#"
        exit 2
        --- stderr
        error: no function is called "task"
        hint: `plimsoll analyze --all` lists all symbols
    "#]]);
    let sandbox = Sandbox::empty();
    sandbox.file("two.elf", elf(&[("main", 64), ("alpha::new", 8), ("beta::new", 8)]));
    sandbox.plimsoll(&["stack", "two.elf", "--root", "new"]).check(expect![[r#"
        exit 2
        --- stderr
        error: 2 functions are called "new"
        hint: write --root alpha::new@0x10000040 or --root beta::new@0x10000048
    "#]]);
}

#[test]
fn the_answer_is_json_as_documented() {
    let output = sandbox().plimsoll(&["stack", "app.elf", "--json"]).output();
    let stack: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&stack["source"], &stack["headroom"]), (&"prologues".into(), &serde_json::Value::Null));
    assert_eq!(stack["roots"][0]["kind"], "main");
    assert_eq!(stack["frames"].as_array().map(Vec::len), Some(2));
}

#[test]
fn where_nothing_can_be_said_the_reason_is() {
    let sandbox = sandbox();
    sandbox.file("empty.elf", elf(&[]));
    sandbox.plimsoll(&["stack", "empty.elf"]).check(expect![[r#"
        exit 2
        --- stderr
        error: empty.elf: nothing can be said about its stack
        hint: it takes an executable of at most 32 MiB of code, with symbols, for arm, riscv, xtensa, avr or x86
    "#]]);
}
