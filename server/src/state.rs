//! What every request can reach. Cloning is cheap.

use crate::blobs::Blobs;
use crate::error::{AppError, AppResult};
use crate::jobs::Signals;
use moka::future::Cache;
use plimsoll_analyzer::Growth;
use sqlx::PgPool;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use url::Url;
use uuid::Uuid;

/// The application's parts.
#[derive(Clone)]
pub struct AppState {
    /// The database.
    pub db: PgPool,
    /// ELF files and linker maps.
    pub blobs: Blobs,
    /// What time it is.
    pub clock: Clock,
    /// The operator's decisions that requests depend on.
    pub settings: Arc<Settings>,
    /// Wakes workers and those who wait for a result.
    pub signals: Signals,
    /// A permit for each ELF that may be held in memory at once.
    pub analysis_permits: Arc<Semaphore>,
    /// A permit for each question about an ELF that may be answered at once.
    pub question_permits: Arc<Semaphore>,
    /// Why two builds differ, of the comparisons asked for last.
    pub growths: Growths,
    /// How often a client may try to log in.
    pub login_limit: Arc<crate::auth::LoginLimit>,
}

impl AppState {
    /// Gives `work` the time of a quick request. An upload may take longer only where it waits for its
    /// client: a Postgres that keeps its connections and says nothing must not hold it.
    pub async fn in_time<T>(&self, work: impl Future<Output = AppResult<T>>) -> AppResult<T> {
        let late =
            || AppError::Unavailable(anyhow::anyhow!("no answer from the database or the store in time"));
        timeout(self.settings.request_timeout, work).await.unwrap_or_else(|_| Err(late()))
    }
}

/// Comparisons kept in memory: both files are analysed for one, and a linked comparison is opened by many.
const MAX_GROWTHS: u64 = 256;

/// By project, old and new build. Files of a build never change, so an answer stays right while the process lives.
pub type Growths = Cache<(Uuid, Uuid, Uuid), Option<Arc<Growth>>>;

/// None kept yet.
pub fn no_growths() -> Growths {
    Cache::new(MAX_GROWTHS)
}

/// The operator's decisions that requests depend on.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How browsers reach the server.
    pub public_url: Url,
    /// The biggest ELF, and the biggest linker map, compressed or not.
    pub max_upload_bytes: u64,
    /// Where uploads lie until they are complete.
    pub upload_folder: PathBuf,
    /// Whether X-Forwarded-For names the client.
    pub behind_proxy: bool,
    /// How long a request may take, uploads and `?wait` apart.
    pub request_timeout: Duration,
}

impl Settings {
    /// Whether browsers come over https.
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

/// The time, which tests set by hand.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The computer's.
    System,
    /// A hand-set one.
    Manual(Arc<Mutex<OffsetDateTime>>),
}

impl Clock {
    /// Now, to the microsecond as Postgres keeps it.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn now(&self) -> OffsetDateTime {
        let now = match self {
            Clock::System => OffsetDateTime::now_utc(),
            Clock::Manual(time) => *time.lock().unwrap_or_else(PoisonError::into_inner),
        };
        let nanosecond = now.nanosecond();
        now.replace_nanosecond(nanosecond - nanosecond % 1000).unwrap_or(now)
    }
}
