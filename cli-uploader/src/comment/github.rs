//! GitHub's comments on one pull request: found by our marker, made or renewed.

use crate::client::{Client, parse_answer};
use crate::plan::Secret;
use anyhow::{Context, bail};
use indicatif::ProgressBar;
use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use serde_json::json;
use std::fmt;

/// As many comments as GitHub gives at once.
const PER_PAGE: usize = 100;
/// Ten thousand comments; a pull request with more has other worries.
const MAX_PAGES: usize = 100;

/// A pull request's comments.
#[derive(Debug)]
pub(super) struct PullRequestPage {
    client: Client,
    /// `https://api.github.com/repos/owner/name`.
    repository_url: String,
    api_url: String,
    number: u32,
    token: Secret,
}

/// What was done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Posted {
    Created(String),
    Updated(String),
    Unchanged(String),
    Skipped,
}

impl fmt::Display for Posted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let visible = crate::text::visible;
        match self {
            Self::Created(url) => write!(f, "commented: {}", visible(url)),
            Self::Updated(url) => write!(f, "updated the comment: {}", visible(url)),
            Self::Unchanged(url) => write!(f, "the comment says it already: {}", visible(url)),
            Self::Skipped => write!(f, "nothing changed, so there is no comment"),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Comment {
    id: u64,
    #[serde(default)]
    html_url: String,
    #[serde(default)]
    body: Option<String>,
    user: Option<User>,
}

#[derive(Debug, Deserialize)]
struct User {
    login: String,
    #[serde(rename = "type", default)]
    kind: String,
}

impl PullRequestPage {
    pub(super) fn new(
        api: &str,
        repository: &str,
        number: u32,
        token: Secret,
        retries: u32,
    ) -> anyhow::Result<Self> {
        let is_name =
            |it: &str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        let is_repository =
            repository.split_once('/').is_some_and(|(owner, name)| is_name(owner) && is_name(name));
        if !is_repository {
            bail!("`{repository}` is not a GitHub repository: write OWNER/NAME");
        }
        let api_url = api.trim_end_matches('/').to_owned();
        let repository_url = format!("{api_url}/repos/{repository}");
        Ok(Self { client: Client::new(retries)?, repository_url, api_url, number, token })
    }

    /// Makes the comment, or renews the one that is there. An optional one is not made anew.
    pub(super) async fn post(&self, marker: &str, body: &str, is_optional: bool) -> anyhow::Result<Posted> {
        let found = self.find(marker).await.context("cannot read the pull request's comments")?;
        match found {
            None if is_optional => Ok(Posted::Skipped),
            None => self.create(body).await.context("cannot comment").map(|it| Posted::Created(it.html_url)),
            Some(it) if it.body.as_deref() == Some(body) => Ok(Posted::Unchanged(it.html_url)),
            Some(it) => {
                let updated = self.update(it.id, body).await.context("cannot update the comment");
                updated.map(|it| Posted::Updated(it.html_url))
            }
        }
    }

    async fn create(&self, body: &str) -> anyhow::Result<Comment> {
        let url = format!("{}/issues/{}/comments", self.repository_url, self.number);
        self.send(|| self.request(Method::POST, &url).json(&json!({ "body": body }))).await
    }

    async fn update(&self, id: u64, body: &str) -> anyhow::Result<Comment> {
        let url = format!("{}/issues/comments/{id}", self.repository_url);
        self.send(|| self.request(Method::PATCH, &url).json(&json!({ "body": body }))).await
    }

    /// Our comment. Anybody can write our marker, so only a bot's comment, or one of the token's own
    /// user, is ours to change.
    async fn find(&self, marker: &str) -> anyhow::Result<Option<Comment>> {
        let mut by_people = Vec::new();
        for page in 1..=MAX_PAGES {
            let comments = self.page(page).await?;
            let is_last = comments.len() < PER_PAGE;
            for comment in comments.into_iter().filter(|it| is_marked(it, marker)) {
                match &comment.user {
                    Some(user) if user.kind == "Bot" => return Ok(Some(comment)),
                    _ => by_people.push(comment),
                }
            }
            if is_last {
                break;
            }
        }
        if by_people.is_empty() {
            return Ok(None);
        }
        // An Actions token has no user and is refused here; then none of them is ours.
        let Ok(me) = self.send::<User>(|| self.request(Method::GET, &format!("{}/user", self.api_url))).await
        else {
            return Ok(None);
        };
        Ok(by_people.into_iter().find(|it| it.user.as_ref().is_some_and(|user| user.login == me.login)))
    }

    async fn page(&self, page: usize) -> anyhow::Result<Vec<Comment>> {
        let comments = format!("{}/issues/{}/comments", self.repository_url, self.number);
        let url = format!("{comments}?per_page={PER_PAGE}&page={page}");
        self.send(|| self.request(Method::GET, &url)).await
    }

    async fn send<T: serde::de::DeserializeOwned>(
        &self,
        request: impl Fn() -> RequestBuilder,
    ) -> anyhow::Result<T> {
        let body = self.client.send(&ProgressBar::hidden(), request).await?;
        parse_answer(&body)
    }

    fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.client
            .http
            .request(method, url)
            .header("accept", "application/vnd.github+json, application/json")
            .header("x-github-api-version", "2022-11-28")
            .bearer_auth(self.token.reveal())
    }
}

fn is_marked(comment: &Comment, marker: &str) -> bool {
    comment.body.as_deref().is_some_and(|it| it.starts_with(marker))
}
