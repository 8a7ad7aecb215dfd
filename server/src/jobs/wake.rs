//! Hears Postgres's notifications and passes them on within the process.

use crate::state::AppState;
use sqlx::postgres::{PgListener, PgNotification};
use std::time::Duration;

const RECONNECT_DELAY: Duration = Duration::from_secs(1);

/// Listens until the program ends. A missed notification costs a poll's delay, nothing more.
pub async fn listen(state: AppState) {
    loop {
        if let Err(error) = listen_once(&state).await {
            tracing::debug!(cause = %error, "the listening connection broke; it is opened again");
        }
        tokio::time::sleep(RECONNECT_DELAY).await;
    }
}

async fn listen_once(state: &AppState) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(&state.db).await?;
    listener.listen_all(["plimsoll_work", "plimsoll_finished"]).await?;
    loop {
        pass_on(state, &listener.recv().await?);
    }
}

fn pass_on(state: &AppState, notification: &PgNotification) {
    match notification.channel() {
        "plimsoll_finished" => {
            if let Ok(build_id) = notification.payload().parse() {
                // An error only says that nobody waits.
                let _ = state.signals.finished.send(build_id);
            }
            // A finished build may be the baseline that another job waits for.
            state.signals.work.notify_waiters();
        }
        _ => state.signals.work.notify_waiters(),
    }
}
