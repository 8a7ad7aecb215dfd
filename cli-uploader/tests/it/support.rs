//! The vocabulary of these tests: a sandbox with a git repository, a stub server, the real one, images and answers.

mod answer;
mod corpus;
mod elf;
mod sandbox;
mod server;
mod stub;

pub(crate) use answer::{answer, list, measured, over_budget, unchanged};
pub(crate) use corpus::corpus;
pub(crate) use elf::{elf, elf_beside};
pub(crate) use sandbox::{Run, Sandbox};
pub(crate) use server::{Server, Yard};
pub(crate) use stub::{Reply, Stub};
