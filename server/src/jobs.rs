//! Work that outlives a request: a queue in Postgres, which any replica's workers empty.

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
