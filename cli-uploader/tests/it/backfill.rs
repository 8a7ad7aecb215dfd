//! `plimsoll backfill`: which commits are built, what becomes of them on a real server, and what is left behind.

mod again;

use crate::support::{Reply, Run, Sandbox, Server, Stub, Yard, elf};
use expect_test::expect;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::Read;

/// What the repository's build does: copies the image that `cargo` names, with its map if there is one, or fails as
/// it says.
const BUILD: &str = r#"
case "$(cat cargo)" in
    broken) echo "error: no such thing"; exit 3 ;;
    heavy) echo "ld: region \`FLASH' overflowed by 629 bytes" >&2; exit 1 ;;
    nothing) ;;
    *)
        yard=$(dirname "$0")
        cp "$yard/$(cat cargo).elf" fw.elf
        if [ -f "$yard/$(cat cargo).map" ]; then cp "$yard/$(cat cargo).map" fw.map; fi ;;
esac
"#;

const SETTINGS: &str = r#"
[[target]]
name = "engine/release"
elf = "fw.elf"
memory = "memory.x"

[target.budgets]
FLASH = 300
"#;

const MEMORY: &str = "MEMORY { FLASH : ORIGIN = 0x10000000, LENGTH = 1K }\n";

/// A repository whose history has a bit of everything, and the place with the images.
struct Voyage {
    sandbox: Sandbox,
    yard: Yard,
}

impl Voyage {
    fn new() -> Self {
        let yard = Yard::new();
        yard.file("build.sh", BUILD);
        yard.file("light.elf", elf(&[("main", 64)]));
        yard.file("loaded.elf", elf(&[("main", 64), ("history", 128)]));
        yard.file("sunk.elf", elf(&[("main", 64), ("core::fmt::write", 400)]));
        let sandbox = Sandbox::with_commits(0);
        sandbox.file("memory.x", MEMORY);
        sandbox.file(".gitignore", "/fw.elf\n/plimsoll.toml\n");
        sandbox.git(&["add", "memory.x", ".gitignore"]);
        // Of today, whatever the commits have.
        sandbox.file("plimsoll.toml", SETTINGS);
        Self { sandbox, yard }
    }

    /// With eight commits on the main line.
    fn with_history() -> Self {
        let voyage = Self::new();
        voyage.load("light", "Sail");
        voyage.sandbox.file("README.md", "A ship.");
        voyage.sandbox.git(&["add", "README.md"]);
        voyage.sandbox.commit("Describe the ship");
        voyage.load("broken", "Hit a rock");
        voyage.load("loaded", "Load history");
        voyage.sandbox.git(&["checkout", "--quiet", "-b", "side"]);
        voyage.load("light", "Beside the main line");
        voyage.load("sunk", "Print a float");
        voyage.sandbox.git(&["checkout", "--quiet", "main"]);
        voyage.sandbox.git(&["merge", "--quiet", "--no-ff", "--message", "Merge the float", "side"]);
        voyage.load("heavy", "Take too much aboard");
        voyage.load("nothing", "Forget the engine");
        voyage.load("light", "Unload");
        voyage
    }

    fn load(&self, cargo: &str, message: &str) -> String {
        self.sandbox.file("cargo", cargo);
        self.sandbox.git(&["add", "cargo"]);
        self.sandbox.commit(message)
    }

    fn backfill(&self, arguments: &[&str]) -> Run {
        self.built_by(&format!("sh {}/build.sh", self.yard.path().display()), arguments)
    }

    fn built_by(&self, build: &str, arguments: &[&str]) -> Run {
        let cache = self.yard.path().join("cache");
        let arguments = [&["backfill", "--build", build], arguments].concat();
        self.sandbox.plimsoll(&arguments).env("XDG_CACHE_HOME", cache.to_str().unwrap())
    }

    /// Nothing of the walk is left in the repository's work trees, the branch and the files are the user's.
    #[track_caller]
    fn check_untouched(&self) {
        assert_eq!(self.sandbox.git(&["worktree", "list"]).lines().count(), 1);
        assert_eq!(self.sandbox.git(&["symbolic-ref", "HEAD"]), "refs/heads/main");
        assert_eq!(self.sandbox.git(&["status", "--porcelain"]), "");
        let left = self.yard.path().join("cache/plimsoll/backfill");
        assert_eq!(left.read_dir().map_or(0, Iterator::count), 0);
    }
}

#[test]
fn a_history_is_built_and_uploaded_once_in_the_order_of_its_commits() {
    let Some(server) = Server::start() else { return };
    let voyage = Voyage::with_history();
    server.known_to(voyage.backfill(&["-n", "50"])).check(expect![[r#"
        exit 2
        --- stdout
        1/7 773c4cb285 Sail
          engine/release: flash 64 B, RAM 0 B
        2/7 0bd6da74b7 Hit a rock
          engine/release: failed: the build failed (exit status: 3): error: no such thing
          log: DIR/.git/plimsoll/0bd6da74b74593084b5eff9758d585868559df8f.log
        3/7 e169329fe4 Load history
          engine/release: flash 192 B (+128 B), RAM 0 B (±0 B)
        4/7 820c251058 Merge the float
          engine/release: flash 464 B (+272 B), RAM 0 B (±0 B), over budget
        5/7 4b8fc1c2bb Take too much aboard
          engine/release: did not link: FLASH over by 629 B (1,653 of 1,024 B)
        6/7 49e506e876 Forget the engine
          engine/release: failed: the build left no fw.elf
          log: DIR/.git/plimsoll/49e506e876c0f91bd285c0a05849c48b3dbaaa7f.log
        7/7 5dc35549e3 Unload
          engine/release: flash 64 B (-400 B), RAM 0 B (±0 B)
        8 commits: 5 uploaded, 1 cannot change the image, 2 failed
          0bd6da74b7 Hit a rock: the build failed (exit status: 3): error: no such thing
            log: DIR/.git/plimsoll/0bd6da74b74593084b5eff9758d585868559df8f.log
          49e506e876 Forget the engine: the build left no fw.elf
            log: DIR/.git/plimsoll/49e506e876c0f91bd285c0a05849c48b3dbaaa7f.log
        What failed is built again with --retry-failed, by another command, or in another environment.
        http://SERVER/ada/engine
    "#]]);
    voyage.check_untouched();
    expect![[r#"
        5dc35549 2026-01-31T11:00:00Z main Unload, measured, flash 64, on 820c2510 (2 behind)
        4b8fc1c2 2026-01-31T11:00:00Z main Take too much aboard, unlinked, flash null, on 820c2510 (0 behind)
        820c2510 2026-01-31T11:00:00Z main Merge the float, measured, flash 464, on e169329f (0 behind)
        e169329f 2026-01-31T11:00:00Z main Load history, measured, flash 192, on 773c4cb2 (2 behind)
        773c4cb2 2026-01-31T11:00:00Z main Sail, measured, flash 64, on - (null behind)
    "#]]
    .assert_eq(&shown(&server));
    server.known_to(voyage.backfill(&["-n", "50"])).check(expect![[r#"
        exit 2
        --- stdout
        8 commits: 5 there before, 1 cannot change the image, 2 failed before
          0bd6da74b7 Hit a rock: the build failed (exit status: 3): error: no such thing
            log: DIR/.git/plimsoll/0bd6da74b74593084b5eff9758d585868559df8f.log
          49e506e876 Forget the engine: the build left no fw.elf
            log: DIR/.git/plimsoll/49e506e876c0f91bd285c0a05849c48b3dbaaa7f.log
        What failed is built again with --retry-failed, by another command, or in another environment.
        http://SERVER/ada/engine
    "#]]);
    // What was broken is mended by another command, and only that is built.
    let build = format!("cp {}/light.elf fw.elf", voyage.yard.path().display());
    server.known_to(voyage.built_by(&build, &["-n", "50"])).check(expect![[r#"
        exit 0
        --- stdout
        1/2 0bd6da74b7 Hit a rock
          engine/release: flash 64 B (±0 B), RAM 0 B (±0 B)
        2/2 49e506e876 Forget the engine
          engine/release: flash 64 B (-400 B), RAM 0 B (±0 B)
        8 commits: 2 uploaded, 5 there before, 1 cannot change the image
        http://SERVER/ada/engine
    "#]]);
}

/// The server's history, newest first: what each build is, and what it is compared with.
fn shown(server: &Server) -> String {
    let builds = server.get("/builds");
    let text = |it: &Value| it.as_str().unwrap_or("-").to_owned();
    let mut lines = String::new();
    for build in builds.as_array().unwrap() {
        let answer = server.get(&format!("/builds/{}", build["id"].as_str().unwrap()));
        let baseline = text(&answer["baseline"]["commit"]);
        lines.push_str(&format!(
            "{} {} {} {}, {}, flash {}, on {:.8} ({} behind)\n",
            &text(&build["commit"])[..8],
            text(&build["committed_at"]),
            text(&build["branch"]),
            text(&build["message"]),
            text(&build["state"]),
            build["figures"]["flash_bytes"],
            baseline,
            answer["baseline"]["commits_behind"],
        ));
    }
    lines
}

#[test]
fn a_dry_run_says_what_would_be_built_and_leaves_nothing() {
    let voyage = Voyage::with_history();
    voyage.backfill(&["-n", "6", "--dry-run"]).check(expect![[r#"
        exit 0
        --- stdout
        0bd6da74b7 Hit a rock: build
        e169329fe4 Load history: build
        820c251058 Merge the float: build
        4b8fc1c2bb Take too much aboard: build
        49e506e876 Forget the engine: build
        5dc35549e3 Unload: build
        6 of 6 commits would be built
        --- stderr
        warning: no project is named: what a server has already is not known
    "#]]);
    voyage.check_untouched();
    voyage.backfill(&["--from", "HEAD~4..HEAD~2", "--every", "--dry-run"]).check(expect![[r#"
        exit 0
        --- stdout
        820c251058 Merge the float: build
        4b8fc1c2bb Take too much aboard: build
        2 of 2 commits would be built
        --- stderr
        warning: no project is named: what a server has already is not known
    "#]]);
    voyage.backfill(&["--only", "memory.x", "--dry-run"]).check(expect![[r#"
        exit 0
        --- stdout
        773c4cb285 Sail: build
        145f255a32 Describe the ship: unchanged
        0bd6da74b7 Hit a rock: unchanged
        e169329fe4 Load history: unchanged
        820c251058 Merge the float: unchanged
        4b8fc1c2bb Take too much aboard: unchanged
        49e506e876 Forget the engine: unchanged
        5dc35549e3 Unload: unchanged
        1 of 8 commits would be built
        --- stderr
        warning: no project is named: what a server has already is not known
    "#]]);
}

#[test]
fn mistakes_are_told_before_anything_is_built() {
    let voyage = Voyage::with_history();
    voyage.backfill(&["--from", "nowhere", "--dry-run"]).check(expect![[r#"
        exit 2
        --- stderr
        error: git knows no `nowhere`: bad revision 'nowhere'
    "#]]);
    voyage.backfill(&["--elf", "../fw.elf", "--target", "a", "--dry-run"]).check(expect![[r#"
        exit 2
        --- stderr
        error: DIR/../fw.elf is not in this repository
        hint: each commit is built in a work tree of its own: build into it
    "#]]);
    voyage.backfill(&["-n", "3"]).check(expect![[r#"
        exit 2
        --- stderr
        error: no project is named
        hint: write `project = "owner/name"` into plimsoll.toml, or use --project or PLIMSOLL_PROJECT
    "#]]);
    Sandbox::empty().plimsoll(&["backfill", "--build", "make"]).check(expect![[r#"
        exit 2
        --- stderr
        error: there is no history to walk: not in a git repository
    "#]]);
}

#[test]
fn an_unreachable_server_ends_the_walk() {
    let voyage = Voyage::with_history();
    let stub = Stub::replying([Reply::problem(401, "unknown token")]);
    let run = voyage.backfill(&["-n", "3"]).env("PLIMSOLL_URL", &stub.url);
    run.env("PLIMSOLL_PROJECT", "ada/engine").env("PLIMSOLL_TOKEN", "plm_secret").check(expect![[r#"
        exit 2
        --- stderr
        error: cannot ask for the commit's builds: the server answered 401 Unauthorized: unknown token
        hint: the token is wrong or revoked: make a new one on the project's page and set PLIMSOLL_TOKEN
    "#]]);
    voyage.check_untouched();
}

#[test]
fn who_is_interrupted_ends_the_build_and_takes_the_work_tree_away() {
    let voyage = Voyage::with_history();
    let pipe = voyage.yard.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    // The build holds the pipe, and so does what it started in the background.
    let build = format!("exec 3>{}; echo begun >&3; sleep 600 & wait", pipe.display());
    let cache = voyage.yard.path().join("cache");
    let stub = Stub::replying([Reply::json(200, "[]")]);
    let run = voyage.sandbox.plimsoll(&["backfill", "-n", "1", "--build", &build]);
    let run = run.env("XDG_CACHE_HOME", cache.to_str().unwrap()).env("PLIMSOLL_URL", &stub.url);
    let child = run.env("PLIMSOLL_PROJECT", "ada/engine").env("PLIMSOLL_TOKEN", "plm_secret").spawn();
    let mut pipe = std::fs::File::open(pipe).unwrap();
    let mut begun = [0; 6];
    pipe.read_exact(&mut begun).unwrap();
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    // Nobody is left to write: the end comes only now.
    assert_eq!(pipe.read(&mut begun).unwrap(), 0);
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr, "error: stopped\nhint: the same command goes on from here\n");
    voyage.check_untouched();
}

#[test]
fn a_kept_work_tree_serves_the_next_walk() {
    let voyage = Voyage::new();
    let head = voyage.load("light", "Sail");
    let stub = Stub::replying([
        Reply::json(200, "[]"),
        Reply::json(201, crate::support::measured("engine/release", &head)),
        Reply::json(200, "[]"),
        Reply::json(201, crate::support::measured("engine/release", &head)),
    ]);
    let known = |run: Run| {
        let run = run.env("PLIMSOLL_URL", &stub.url).env("PLIMSOLL_PROJECT", "ada/engine");
        run.env("PLIMSOLL_TOKEN", "plm_secret").output()
    };
    let kept = known(voyage.backfill(&["--keep"]));
    assert_eq!(kept.status.code(), Some(0), "{}", String::from_utf8_lossy(&kept.stderr));
    assert_eq!(voyage.sandbox.git(&["worktree", "list"]).lines().count(), 2);
    assert_eq!(known(voyage.backfill(&[])).status.code(), Some(0));
    voyage.check_untouched();
}

#[test]
fn a_map_goes_with_the_commit_whose_build_wrote_it_and_with_no_other() {
    let Some(server) = Server::start() else { return };
    let voyage = Voyage::new();
    voyage.sandbox.file("plimsoll.toml", SETTINGS.replace("memory =", "map = \"fw.map\"\nmemory ="));
    let map = "     VMA      LMA     Size Align Out     In      Symbol\n\
               10000000 10000000 40 4 .text\n10000000 10000000 40 4         light.o:(.text.main)\n";
    voyage.yard.file("light.map", map);
    // The same image, which that map would fit.
    voyage.yard.file("bare.elf", elf(&[("main", 64)]));
    voyage.load("light", "Sail");
    voyage.load("bare", "Sail on");
    assert_eq!(server.known_to(voyage.backfill(&[])).output().status.code(), Some(0));
    let origins: Vec<Value> = server
        .get("/builds")
        .as_array()
        .unwrap()
        .iter()
        .map(|build| {
            let report = server.get(&format!("/builds/{}/report", build["id"].as_str().unwrap()));
            report["symbols"][0]["linked_from"].clone()
        })
        .collect();
    assert_eq!(origins, [Value::Null, ".text.main of light.o".into()]);
}
