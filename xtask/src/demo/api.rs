//! The server's JSON and pages, as anybody outside would ask for them.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::time::Duration;
use ureq::Agent;
use ureq::http::{Request, Response};

const TIMEOUT: Duration = Duration::from_secs(60);

/// A client that knows the server and, where it needs one, a token.
pub struct Api {
    agent: Agent,
    url: String,
    token: Option<String>,
}

impl Api {
    /// With a token, or as a visitor.
    pub fn new(url: &str, token: Option<&str>) -> Self {
        let config = Agent::config_builder().timeout_global(Some(TIMEOUT)).http_status_as_error(false);
        // A proxy of this machine has no business between us and ourselves.
        let agent = config.proxy(None).build().into();
        Self { agent, url: url.to_owned(), token: token.map(str::to_owned) }
    }

    /// `GET`, as JSON.
    pub fn json(&self, path: &str) -> Result<Value> {
        let text = self.text(path)?;
        serde_json::from_str(&text).with_context(|| format!("GET {path} answered with no JSON"))
    }

    /// `GET`, as text.
    pub fn text(&self, path: &str) -> Result<String> {
        self.send("GET", path, None)
    }

    /// Sends JSON and gives the JSON that comes back, or null.
    pub fn send_json(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let text = self.send(method, path, Some(body))?;
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).with_context(|| format!("{method} {path} answered with no JSON"))
    }

    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<String> {
        // Answers name pages by their whole address.
        let path = path.strip_prefix(&self.url).unwrap_or(path);
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let sent = match body {
            None => self.agent.run(request.body(())?),
            Some(body) => {
                let request = request.header("content-type", "application/json");
                self.agent.run(request.body(body.to_string())?)
            }
        };
        let answer = sent.with_context(|| format!("{method} {path}"))?;
        text_of(answer).with_context(|| format!("{method} {path}"))
    }
}

fn text_of(mut answer: Response<ureq::Body>) -> Result<String> {
    let status = answer.status();
    let text = answer.body_mut().with_config().limit(64 << 20).read_to_string()?;
    if !status.is_success() {
        bail!("answered {status}: {}", text.chars().take(400).collect::<String>());
    }
    Ok(text)
}
