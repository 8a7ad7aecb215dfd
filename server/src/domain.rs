//! The words of the product: parsed once, displayed well. Knows neither HTTP nor SQL.

pub mod build;
pub mod judgement;
pub mod lines;
pub mod project;
pub mod token;

pub use build::{Build, Recipe};
pub use project::Project;
