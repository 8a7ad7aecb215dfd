//! How often a client may try to log in.

use crate::error::{AppError, AppResult};
use crate::state::{AppState, Settings};
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;

/// Ten attempts at once, then one every six seconds, for each client.
pub struct LoginLimit(DefaultKeyedRateLimiter<IpAddr>);

const BURST: NonZeroU32 = NonZeroU32::new(10).expect("ten is not zero");

impl Default for LoginLimit {
    fn default() -> Self {
        Self(DefaultKeyedRateLimiter::dashmap(Quota::per_minute(BURST)))
    }
}

impl LoginLimit {
    /// Counts an attempt; refuses the one too many.
    pub fn check(&self, client: IpAddr) -> AppResult<()> {
        if self.0.len() > 10_000 {
            self.0.retain_recent();
        }
        self.0.check_key(&network_of(client)).map_err(|it| {
            AppError::TooMany(it.wait_time_from(DefaultClock::default().now()).as_secs().max(1))
        })
    }
}

/// One household has a whole /64 of IPv6 addresses to try from.
fn network_of(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(it) => IpAddr::V6(Ipv6Addr::from_bits(it.to_bits() & (u128::MAX << 64))),
        it @ IpAddr::V4(_) => it,
    }
}

/// The client's address, as far as it can be known.
#[derive(Debug, Clone, Copy)]
pub struct Client(pub IpAddr);

impl FromRequestParts<AppState> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|it| it.0.ip());
        Ok(Client(client_of(&state.settings, &parts.headers, peer)))
    }
}

/// The client's address: the peer's, or behind a proxy the last one that the proxy vouches for.
pub fn client_of(settings: &Settings, headers: &HeaderMap, peer: Option<IpAddr>) -> IpAddr {
    let forwarded = || {
        let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        last.rsplit(',').next()?.trim().parse().ok()
    };
    let vouched = if settings.behind_proxy { forwarded() } else { None };
    vouched.or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}
