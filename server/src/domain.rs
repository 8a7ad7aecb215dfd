//! The words of the product: parsed once, displayed well. Knows neither HTTP nor SQL.

pub mod project;
pub mod token;

pub use project::Project;
