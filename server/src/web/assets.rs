//! The embedded stylesheets, scripts, fonts and pictures, under addresses that change with their content.

use crate::state::AppState;
use crate::urls;
use axum::Router;
use memory_serve::{CacheControl, Manifest, MemoryServe};
use std::sync::LazyLock;

static MANIFEST: LazyLock<Manifest> = LazyLock::new(|| embedded().manifest());

/// Made once: memory-serve unpacks the files for each router and keeps them for good.
static ROUTER: LazyLock<Router<AppState>> =
    LazyLock::new(|| embedded().add_alias(urls::FAVICON, urls::MARK).into_router());

/// The routes of all assets. Hashed addresses may be kept for a year; plain ones, which only fonts inside the
/// stylesheet and `/favicon.ico` use, for five minutes.
pub fn router() -> Router<AppState> {
    ROUTER.clone()
}

/// The address of an asset, e.g. `/assets/app.3f9a1c2b7d84e6a0.css` for `app.css`.
pub fn url(name: &str) -> String {
    let route = urls::asset(name);
    let hashed = MANIFEST.get(&route).map(str::to_owned);
    hashed.unwrap_or(route)
}

fn embedded() -> MemoryServe {
    memory_serve::load!().index_file(None).enable_hashed_routes(true).cache_control(CacheControl::Short)
}
