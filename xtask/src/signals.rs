//! Ctrl-C and its kin: noted here, so that whatever runs can be brought to a clean end.

use anyhow::{Context as _, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

static STOP: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// From now on a signal to stop is only noted.
pub fn watch() -> Result<()> {
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&STOP)).context("watching for Ctrl-C")?;
    }
    Ok(())
}

/// Whether somebody wants us to stop.
pub fn stop_wanted() -> bool {
    STOP.load(Ordering::Relaxed)
}
