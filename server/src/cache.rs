//! Who may keep an answer, and for how long: a closed list of meanings, turned into headers in one place.

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponseParts, Response, ResponseParts};
use std::convert::Infallible;

/// The meanings. Return it beside a body: `(CachePolicy::Forever, body)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CachePolicy {
    /// Ask again every time, and never share between people. The default.
    Private,
    /// Drawn from a build's ELF, which never changes: only a newer server could say more. For the one
    /// who asked, since projects may be private.
    Day,
    /// Never write it down: tokens.
    Never,
    /// The content is named by its hash and never changes.
    Forever,
}

impl CachePolicy {
    /// The header's value.
    pub fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            CachePolicy::Private => "private, no-cache",
            CachePolicy::Day => "private, max-age=86400",
            CachePolicy::Never => "no-store",
            CachePolicy::Forever => "public, max-age=31536000, immutable",
        })
    }
}

impl IntoResponseParts for CachePolicy {
    type Error = Infallible;
    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}

/// Writes the header that a handler's policy means; a header already there stands.
pub async fn write_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let policy = response.extensions().get().copied().unwrap_or(CachePolicy::Private);
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert_with(|| policy.header());
    response
}
