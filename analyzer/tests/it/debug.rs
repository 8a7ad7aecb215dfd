//! Debug information, against what other tools say of the same files.

mod compiled;
mod damaged;
mod other_tools;
mod report;
mod split;
