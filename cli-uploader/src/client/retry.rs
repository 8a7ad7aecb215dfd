//! When to try again, and after how long.

use super::Attempt;
use crate::failure::hinted;
use anyhow::anyhow;
use reqwest::StatusCode;
use std::time::Duration;

/// The first pause; each further one is twice as long.
const BASE_MS: u64 = 500;
/// No pause of our own is longer.
const MAX_DELAY: Duration = Duration::from_secs(30);
/// A server that wants a longer pause will not be waited for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(300);

/// What to do after an attempt.
pub(super) enum Next {
    Done(Vec<u8>),
    Again { delay: Duration, why: String },
    GiveUp(anyhow::Error),
}

/// Decides after attempt number `attempt` (from 0) of at most `retries + 1`.
pub(super) fn next(outcome: Attempt, attempt: u32, retries: u32) -> Next {
    let is_last = attempt >= retries;
    match outcome {
        Attempt::Success(body) => Next::Done(body),
        Attempt::Refused { refusal, retry_after } => {
            let wanted = retry_after.unwrap_or_else(|| back_off(attempt));
            if is_last || !may_pass(refusal.status) || wanted > MAX_RETRY_AFTER {
                return Next::GiveUp(refusal.into());
            }
            Next::Again { delay: wanted, why: refusal.to_string() }
        }
        Attempt::Failed(error) => {
            let is_ours = error.is_builder();
            // Its address adds nothing and may be long.
            let error = anyhow!(error.without_url());
            if is_last || is_ours {
                let error = error.context("the server cannot be reached");
                return Next::GiveUp(hinted(error, "check the server's address and the network"));
            }
            Next::Again { delay: back_off(attempt), why: crate::failure::chain(&error) }
        }
    }
}

/// `Retry-After` in seconds or as a date.
pub(super) fn parse_retry_after(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    // The past means now.
    Some(date.duration_since(std::time::SystemTime::now()).unwrap_or_default())
}

/// Doubles each time; half of it is left to chance, so that the jobs of a matrix come apart.
fn back_off(attempt: u32) -> Duration {
    let full = Duration::from_millis(BASE_MS << attempt.min(10)).min(MAX_DELAY);
    full.mul_f64(0.5 + fastrand::f64() / 2.0)
}

/// Whether the same request may be answered otherwise later. What is wrong with it stays wrong.
fn may_pass(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429)
}

#[cfg(test)]
mod tests {
    use super::super::Refusal;
    use super::*;

    fn after(status: u16, retry_after: Option<u64>) -> Next {
        let refusal = Refusal { status: StatusCode::from_u16(status).unwrap(), detail: "no".into() };
        next(Attempt::Refused { refusal, retry_after: retry_after.map(Duration::from_secs) }, 0, 3)
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(matches!(after(status, None), Next::Again { .. }), "{status}");
        }
        for status in [301, 400, 401, 403, 404, 409, 413, 415, 422] {
            assert!(matches!(after(status, None), Next::GiveUp(_)), "{status}");
        }
    }

    #[test]
    fn the_pause_that_the_server_wants_is_kept_unless_it_is_absurd() {
        assert!(matches!(after(503, Some(7)), Next::Again { delay, .. } if delay == Duration::from_secs(7)));
        assert!(matches!(after(503, Some(86_400)), Next::GiveUp(_)));
        assert_eq!(parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!(parse_retry_after("soon"), None);
    }

    #[test]
    fn pauses_double_and_have_a_ceiling() {
        for attempt in 0..40 {
            let full = Duration::from_millis(500 * 2_u64.pow(attempt.min(10))).min(MAX_DELAY);
            let delay = back_off(attempt);
            assert!(delay <= full && delay >= full / 2, "{attempt}: {delay:?}");
        }
    }
}
