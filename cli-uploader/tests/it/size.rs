//! `plimsoll size` beside the real `llvm-size`.

use crate::support::{Sandbox, corpus, elf};
use expect_test::expect;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const FORMATS: [&[&str]; 10] = [
    &["-A", "-d"],
    &["-A", "-o"],
    &["-A", "-x"],
    &["-B", "-d"],
    &["-B", "-o"],
    &["-B", "-x"],
    &["--format=sysv", "--radix=16", "--common"],
    &["--format=berkeley", "--radix=8", "--totals", "--common"],
    &["-B", "-A", "-x", "-d", "-t"],
    &["-Ax"],
];

/// The one that rustup installs, of the toolchain that runs this test.
fn llvm_size() -> Option<PathBuf> {
    let rustc = Command::new("rustc").args(["--print", "sysroot"]).output().ok()?;
    let sysroot = PathBuf::from(String::from_utf8(rustc.stdout).ok()?.trim());
    let folders = fs::read_dir(sysroot.join("lib/rustlib")).ok()?;
    let found = folders.flatten().map(|it| it.path().join("bin/llvm-size")).find(|it| it.is_file());
    if found.is_none() {
        eprintln!("skipped: no llvm-size; `rustup component add llvm-tools` installs it");
    }
    found
}

/// Compares every format on these files together.
#[track_caller]
fn check(folder: &Path, files: &[&str]) {
    let Some(llvm_size) = llvm_size() else { return };
    for format in FORMATS {
        let theirs = Command::new(&llvm_size).args(format).args(files).current_dir(folder).output().unwrap();
        let ours = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .arg("size")
            .args(format)
            .args(files)
            .current_dir(folder)
            .output()
            .unwrap();
        let texts = [&ours.stdout, &theirs.stdout].map(|it| String::from_utf8_lossy(it).into_owned());
        assert_eq!(texts[0], texts[1], "{format:?} {files:?}");
        assert_eq!(ours.stdout, theirs.stdout, "{format:?} {files:?}");
        assert_eq!(ours.status.success(), theirs.status.success(), "{format:?} {files:?}");
    }
}

fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[test]
fn the_sizes_of_real_firmware_are_llvms() {
    let elfs = corpus();
    let Some(folder) = elfs.first().and_then(|it| it.parent()) else { return };
    let names: Vec<&str> = elfs.iter().filter_map(|it| it.file_name()?.to_str()).collect();
    for name in &names {
        check(folder, &[name]);
    }
    check(folder, &names);
}

#[test]
fn the_sizes_of_our_firmware_are_llvms() {
    let folder = workspace().join("target/thumbv6m-none-eabi/firmware");
    for name in ["blink", "logger"] {
        if folder.join(name).is_file() {
            check(&folder, &[name]);
        } else {
            eprintln!("skipped: {name} is not built; `cargo fw` builds it");
        }
    }
}

#[test]
fn the_sizes_of_system_programs_are_llvms() {
    let own = env!("CARGO_BIN_EXE_plimsoll");
    let installed = ["/bin/true", "/bin/sh", "/usr/bin/env"].into_iter().filter(|it| Path::new(it).is_file());
    let files: Vec<&str> = installed.chain([own]).collect();
    check(Path::new("/"), &files);
}

#[test]
fn objects_and_archives_are_sized_as_llvm_does() {
    let sandbox = Sandbox::empty();
    sandbox.file("one.c", "int shared[7]; int f(void) { return shared[1]; } const char t[] = \"text\";");
    sandbox.file("two.c", "static int counter = 5; int g(void) { return counter++; } int big[1000];");
    for name in ["one", "two"] {
        let (source, object) = (format!("{name}.c"), format!("{name}.o"));
        if !run(&sandbox, "cc", &["-fcommon", "-g", "-O1", "-c", &source, "-o", &object]) {
            return eprintln!("skipped: no C compiler");
        }
    }
    check(&sandbox.path(), &["one.o", "two.o"]);
    sandbox.file("notes.txt", "not an object");
    if !run(&sandbox, "ar", &["rcs", "all.a", "one.o", "notes.txt", "two.o"])
        || !run(&sandbox, "ar", &["rcsT", "thin.a", "one.o", "two.o"])
    {
        return eprintln!("skipped: no ar");
    }
    check(&sandbox.path(), &["all.a", "one.o"]);
    check(&sandbox.path(), &["thin.a"]);
}

#[test]
fn libraries_of_the_toolchain_are_sized_as_llvm_does() {
    let rustc = Command::new("rustc").args(["--print", "target-libdir"]).output().unwrap();
    let folder = PathBuf::from(String::from_utf8(rustc.stdout).unwrap().trim());
    let mut names: Vec<String> =
        fs::read_dir(&folder).unwrap().flatten().map(|it| it.file_name().into_string().unwrap()).collect();
    names.retain(|it| it.starts_with("libcore-") || it.starts_with("libpanic_abort-"));
    names.sort();
    check(&folder, &names.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn broken_files_are_complained_about_and_the_others_sized() {
    let sandbox = Sandbox::empty();
    let good = elf(&[("main", 64)]);
    sandbox.file("good.o", &good);
    sandbox.file("cut.o", &good[..good.len() / 2]);
    sandbox.file("text", "hello");
    sandbox.file("empty", "");
    let files = ["missing", "good.o", "text", "empty", "cut.o", "good.o", "."];
    check(&sandbox.path(), &files);
    sandbox.plimsoll(&[&["size"], &files[..]].concat()).check(expect![[r#"
        exit 2
        --- stdout
           text	   data	    bss	    dec	    hex	filename
             64	      0	      0	     64	     40	good.o
             64	      0	      0	     64	     40	good.o
        --- stderr
        error: 'missing': No such file or directory
        error: 'text': The file was not recognized as a valid object file
        error: 'empty': The file was not recognized as a valid object file
        error: 'cut.o': section header table goes past the end of the file: e_shoff = 0xbc
        error: '.': Is a directory
    "#]]);
}

fn run(sandbox: &Sandbox, program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).current_dir(sandbox.path()).status().is_ok_and(|it| it.success())
}
