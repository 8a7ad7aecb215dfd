//! Figures for Prometheus: requests, uploads, jobs.

use crate::db;
use crate::state::AppState;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

const LATENCY_BUCKETS_SECONDS: [f64; 12] =
    [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0, 30.0];

const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// The one recorder of this process, which the `metrics` macros write to.
fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let install = || {
        let name = Matcher::Full("plimsoll_request_seconds".to_owned());
        let builder = PrometheusBuilder::new().set_buckets_for_metric(name, &LATENCY_BUCKETS_SECONDS);
        let installed = builder.and_then(PrometheusBuilder::install_recorder);
        installed.inspect_err(|it| tracing::warn!(cause = %it, "there will be no metrics")).ok()
    };
    RECORDER.get_or_init(install).as_ref()
}

/// Starts counting, and tidies up behind the counters until the program ends.
pub async fn keep_up() {
    let Some(recorder) = recorder() else { return };
    loop {
        recorder.run_upkeep();
        tokio::time::sleep(UPKEEP_INTERVAL).await;
    }
}

/// Counts and times every request by its route, never by its path: paths are without number.
pub async fn count(request: Request, next: Next) -> Response {
    let method = request.method().to_string();
    let route = request.extensions().get::<MatchedPath>().map(|it| it.as_str().to_owned());
    let route = route.unwrap_or_else(|| "none".to_owned());
    let started = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::histogram!("plimsoll_request_seconds", "method" => method.clone(), "route" => route.clone())
        .record(started.elapsed().as_secs_f64());
    metrics::counter!("plimsoll_requests_total", "method" => method, "route" => route, "status" => status)
        .increment(1);
    response
}

/// `GET /metrics`: the figures in Prometheus's text format. Without a database they are the rest.
pub async fn show(State(state): State<AppState>) -> impl IntoResponse {
    let recorder = recorder();
    if let Ok(n_jobs) = db::jobs::count(&state.db).await {
        metrics::gauge!("plimsoll_jobs_queued").set(n_jobs as f64);
    }
    metrics::gauge!("plimsoll_db_connections").set(f64::from(state.db.size()));
    let text = recorder.map(PrometheusHandle::render).unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}
