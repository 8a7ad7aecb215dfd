//! Commits and builds of a made-up repository.

use super::elf;
use plimsoll_protocol::{Budget, CommitId, MemoryScript, NewBuild, PullRequest, TargetName};
use time::Duration;
use time::macros::datetime;

/// The commit of that number.
pub(crate) fn commit(number: u32) -> CommitId {
    CommitId::parse(&format!("{number:040x}")).unwrap()
}

/// Builds of the target `app`, one a minute. Commit 3 follows on commit 2, and so on.
pub(crate) struct History;

impl History {
    /// What lld writes of `elf(3, 100)`. The folder is somebody's own.
    pub(crate) const MAP: &str = "     VMA      LMA     Size Align Out     In      Symbol
10000000 10000000     2000     4 .text
10000000 10000000       64     4         /srv/build/main.o:(.text.main)
10000400 10000400       20     4         libhelp.a(first.o):(.text.functions)
10000420 10000420       10     4         libhelp.a(last.o):(.text.functions)
10000800 10000800       40     4         libhelp.a(<b>.o):(.rodata.keep)
";

    /// Of a commit on the branch `main`.
    pub(crate) fn on_main(number: u32) -> NewBuild {
        NewBuild {
            target: TargetName::parse("app").unwrap(),
            commit: commit(number),
            parents: (1..number).next_back().map(commit).into_iter().collect(),
            ancestry: (1..number).rev().map(commit).collect(),
            branch: Some("main".into()),
            pull_request: None,
            author: Some("Ada".into()),
            message: Some(format!("Commit {number}")),
            committed_at: datetime!(2026-11-20 10:00 UTC) + Duration::minutes(i64::from(number)),
            dirty: false,
            memory: Some(MemoryScript { path: "memory.x".into(), text: MEMORY.into() }),
            budgets: Vec::new(),
            ci_url: None,
            link_failure: None,
        }
    }

    /// Of a pull request's head, which left `main` at the merge base.
    pub(crate) fn of_pull_request(head: u32, merge_base: u32) -> NewBuild {
        NewBuild {
            parents: vec![commit(merge_base)],
            ancestry: (1..=merge_base).rev().map(commit).collect(),
            branch: Some("feature".into()),
            pull_request: Some(PullRequest { number: 7, base_branch: Some("main".into()) }),
            ..Self::on_main(head)
        }
    }

    /// With a limit on FLASH.
    pub(crate) fn with_budget(build: NewBuild, limit_bytes: u64) -> NewBuild {
        NewBuild { budgets: vec![Budget { subject: "FLASH".into(), limit_bytes }], ..build }
    }

    /// An ELF with `n_functions` functions of 16 bytes each, numbered from 0, and one called `main` of
    /// `main_bytes`. Uses 8192 bytes of FLASH and 64 of RAM.
    pub(crate) fn elf(n_functions: u64, main_bytes: u64) -> Vec<u8> {
        Self::elf_of(8192, n_functions, main_bytes)
    }

    /// The same, with another use of FLASH.
    pub(crate) fn elf_of(flash_bytes: u64, n_functions: u64, main_bytes: u64) -> Vec<u8> {
        let mut text = format!(
            "section .text 0x10000000 {flash_bytes} x\nsection .bss 0x20000000 64 w nobits\n\
             func main 0x10000001 {main_bytes}\n"
        );
        for idx in 0..n_functions {
            let address = 0x1000_0401 + idx * 16;
            text.push_str(&format!("func function_{idx} {address:#x} 16\n"));
        }
        elf::build(&text)
    }
}

const MEMORY: &str = "MEMORY {\n  FLASH : ORIGIN = 0x10000000, LENGTH = 2048K\n  RAM : ORIGIN = 0x20000000, LENGTH = 256K\n}\n";
