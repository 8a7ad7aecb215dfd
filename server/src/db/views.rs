//! What pages ask, across tables; nothing here writes.

pub mod alerts;
pub mod builds;
pub mod projects;
pub mod symbols;
pub mod targets;
pub mod trend;
