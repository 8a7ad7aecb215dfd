//! HTTP with time-outs and retries; refusals become sentences.

mod api;
mod retry;

pub(crate) use api::{Api, Files, compress};

use crate::failure;
use anyhow::{Context, anyhow};
use indicatif::ProgressBar;
use reqwest::{RequestBuilder, StatusCode};
use retry::Next;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Answers are small; a server that sends more is no Plimsoll.
const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// Sends requests, again where that may help.
#[derive(Debug)]
pub(crate) struct Client {
    pub http: reqwest::Client,
    retries: u32,
}

/// A refusal, as the server words it.
#[derive(Debug, thiserror::Error)]
#[error("the server answered {status}: {detail}")]
pub(crate) struct Refusal {
    pub status: StatusCode,
    pub detail: String,
}

impl Client {
    /// A client that tries again so many times.
    pub(crate) fn new(retries: u32) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(15))
            // Between two reads, not in all: a big image over a thin line takes its time.
            .read_timeout(Duration::from_secs(90))
            // Following would turn an upload into a plain GET; the address is to be mended instead.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .context("cannot set up HTTP")?;
        Ok(Self { http, retries })
    }

    /// Sends what `request` builds until it is answered or trying again is of no use. The body of a
    /// success is returned; a refusal is an error that holds a [`Refusal`].
    pub(crate) async fn send(
        &self,
        bar: &ProgressBar,
        request: impl Fn() -> RequestBuilder,
    ) -> anyhow::Result<Vec<u8>> {
        let mut attempt = 0;
        loop {
            bar.set_position(0);
            let outcome = attempt_once(request()).await;
            match retry::next(outcome, attempt, self.retries) {
                Next::Done(body) => return Ok(body),
                Next::GiveUp(error) => return Err(error),
                Next::Again { delay, why } => {
                    let seconds = delay.as_secs_f32();
                    bar.suspend(|| failure::note(&format!("{why}; trying again in {seconds:.1} s")));
                    tokio::time::sleep(delay).await;
                }
            }
            attempt += 1;
        }
    }
}

/// What one attempt came to.
pub(crate) enum Attempt {
    Success(Vec<u8>),
    Refused { refusal: Refusal, retry_after: Option<Duration> },
    Failed(reqwest::Error),
}

async fn attempt_once(request: RequestBuilder) -> Attempt {
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) => return Attempt::Failed(error),
    };
    let status = response.status();
    let headers = response.headers().clone();
    let body = match body_of(response).await {
        Ok(body) => body,
        Err(error) => return Attempt::Failed(error),
    };
    if status.is_success() {
        return Attempt::Success(body);
    }
    let location = headers.get("location").and_then(|it| it.to_str().ok());
    let detail = match location.filter(|_| status.is_redirection()) {
        Some(it) => format!("it redirects to {it}; use that address"),
        None => detail(&body),
    };
    let retry_after = headers.get("retry-after").and_then(|it| retry::parse_retry_after(it.to_str().ok()?));
    Attempt::Refused { refusal: Refusal { status, detail }, retry_after }
}

async fn body_of(mut response: reqwest::Response) -> reqwest::Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER_BYTES {
            break;
        }
    }
    Ok(body)
}

/// The sentence in a refusal: a problem's detail, GitHub's message, or the text itself.
fn detail(body: &[u8]) -> String {
    let json: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let member = |name: &str| json.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
    let text = || {
        let text = String::from_utf8_lossy(body);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() || text.starts_with('<') { "without saying why".to_owned() } else { text }
    };
    let detail =
        member("detail").or_else(|| member("message")).or_else(|| member("title")).unwrap_or_else(text);
    crate::text::shortened(&detail, 1000)
}

/// Reads an answer's JSON.
pub(crate) fn parse_answer<T: DeserializeOwned>(body: &[u8]) -> anyhow::Result<T> {
    let error = match serde_json::from_slice(body) {
        Ok(answer) => return Ok(answer),
        Err(error) => anyhow!(error).context("the server's answer is not understood"),
    };
    Err(failure::hinted(error, "is it the right address, and is this program as new as the server?"))
}

/// Runs a future to its end on this thread.
pub(crate) fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("cannot start the network runtime")?.block_on(future)
}
