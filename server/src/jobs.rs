//! Work that outlives a request: a queue in Postgres, which any replica's workers empty.
//!
//! A worker leases a job, measures the build and writes everything in one transaction that also deletes
//! the job. The deletion carries the attempt's number: a worker that lost its lease writes nothing.

pub mod analyze;
pub mod files;
pub mod growth;
pub mod judge;
pub mod measure;
pub mod question;
pub mod wake;
pub mod worker;

use std::sync::Arc;
use tokio::sync::{Notify, broadcast};
use uuid::Uuid;

/// Wakes those of this process who wait: workers for work, uploads for their result.
#[derive(Clone)]
pub struct Signals {
    /// There may be work.
    pub work: Arc<Notify>,
    /// This build has been measured or given up.
    pub finished: broadcast::Sender<Uuid>,
}

impl Default for Signals {
    fn default() -> Self {
        Self { work: Arc::default(), finished: broadcast::Sender::new(256) }
    }
}
