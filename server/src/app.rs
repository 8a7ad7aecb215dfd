//! The middleware stack, top to bottom, around the URL table.

use crate::error::{AppError, log_failures};
use crate::state::AppState;
use crate::telemetry::prometheus;
use crate::{cache, routes};
use axum::Router;
use axum::http::{HeaderName, HeaderValue, Request, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse as _, Response};
use std::any::Any;
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::csrf::CsrfLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

const SECURITY_HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// The whole application. A request passes from top to bottom, its answer from bottom to top.
pub fn router(state: AppState) -> Router {
    let stack = ServiceBuilder::new()
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(TraceLayer::new_for_http().make_span_with(span_of).on_failure(()))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(from_fn(prometheus::count))
        .layer(from_fn(log_failures))
        .layer(CompressionLayer::new().compress_when(worth_compressing()))
        .layer(from_fn(cache::write_headers));
    let app = routes::router(&state).layer(stack);
    SECURITY_HEADERS
        .into_iter()
        .fold(app, |app, (name, value)| {
            app.layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value)))
        })
        .with_state(state)
}

/// What guards one audience's routes; its refusals are rendered by the layer around.
pub fn guarded(routes: Router<AppState>, state: &AppState) -> Router<AppState> {
    routes.layer(CatchPanicLayer::custom(answer_panic)).layer(csrf(state))
}

/// How long these routes may take.
pub fn timed(routes: Router<AppState>, timeout: Duration) -> Router<AppState> {
    routes.layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, timeout))
}

/// Refuses what another site's page makes a browser send. Clients of the API are no browsers and say
/// nothing about an origin, so they pass.
fn csrf(state: &AppState) -> CsrfLayer {
    let origin = state.settings.public_url.origin().ascii_serialization();
    let layer = CsrfLayer::new();
    layer.clone().add_trusted_origin(origin).unwrap_or(layer)
}

/// A downloaded ELF keeps its length; who wants it smaller asks for nothing of ours.
fn worth_compressing() -> impl Predicate {
    DefaultPredicate::new().and(NotForContentType::const_new("application/octet-stream"))
}

fn answer_panic(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no text");
    AppError::Internal(anyhow::anyhow!("panic: {text}")).into_response()
}

/// Path without query: a query may hold what people typed.
fn span_of<B>(request: &Request<B>) -> tracing::Span {
    let id = request.extensions().get::<RequestId>().and_then(|it| it.header_value().to_str().ok());
    tracing::info_span!("request", method = %request.method(), path = request.uri().path(), id)
}
