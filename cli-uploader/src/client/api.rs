//! The Plimsoll server's API, as `protocol` describes it.

use super::{Client, Refusal, parse_answer};
use crate::failure::{WithHint, hinted};
use crate::plan::{Connection, Destination};
use anyhow::{Context, anyhow};
use futures_util::stream;
use indicatif::ProgressBar;
use plimsoll_protocol::upload::{BUILD_PART, ELF_PART, MAP_PART, ZSTD_TYPE};
use plimsoll_protocol::{BuildAnswer, BuildState, BuildSummary, CommitId, NewBuild, ProjectName, paths};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method, RequestBuilder};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// So much is handed to the network at a time; the progress bar moves by it.
const CHUNK_BYTES: usize = 64 * 1024;
/// How long one request may ask the server to wait.
const MAX_WAIT: Duration = Duration::from_secs(20);
/// Pauses between two looks at a build that is not measured yet.
const POLL: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(3));

/// A project on a server.
#[derive(Debug)]
pub(crate) struct Api<'a> {
    client: Client,
    connection: &'a Connection,
    project: &'a ProjectName,
}

/// What goes with a build, packed for the journey.
#[derive(Debug)]
pub(crate) struct Files {
    pub elf_zstd: Arc<[u8]>,
    pub map_zstd: Option<Arc<[u8]>>,
}

impl<'a> Api<'a> {
    /// Nothing is sent yet.
    pub(crate) fn new(destination: &'a Destination) -> anyhow::Result<Self> {
        let Destination { connection, project } = destination;
        Ok(Self { client: Client::new(connection.retries)?, connection, project })
    }

    /// Uploads a build, without files one that did not link; with `deadline` the answer is that of the measured
    /// build, if it comes in time.
    pub(crate) async fn upload(
        &self,
        build: &NewBuild,
        files: Option<Files>,
        deadline: Option<Instant>,
        bar: &ProgressBar,
    ) -> anyhow::Result<BuildAnswer> {
        let json = serde_json::to_vec(build)?;
        let parts: Vec<(&'static str, Arc<[u8]>)> = files.into_iter().flat_map(Files::parts).collect();
        bar.set_length(parts.iter().map(|(_, it)| it.len() as u64).sum());
        let path = paths::builds(self.project);
        let body = self
            .client
            .send(bar, || {
                let build = typed(Part::bytes(json.clone()), "application/json");
                let mut form = Form::new().part(BUILD_PART, build);
                for (name, content) in &parts {
                    form = form.part(*name, file_part(name, content, bar));
                }
                self.request(Method::POST, &format!("{path}{}", wait_query(deadline))).multipart(form)
            })
            .await
            .map_err(advised)
            .context("cannot upload")?;
        let answer: BuildAnswer = parse_answer(&body)?;
        bar.finish_and_clear();
        match deadline {
            Some(deadline) => self.wait(answer, deadline).await,
            None => Ok(answer),
        }
    }

    /// The build as it is now.
    async fn build(&self, build: &BuildSummary) -> anyhow::Result<BuildAnswer> {
        self.get(&paths::build(self.project, build.id)).await.context("cannot ask for the build")
    }

    /// The newest build of each target at this commit, measured if that happens before the deadline.
    pub(crate) async fn builds_of(
        &self,
        commit: &CommitId,
        deadline: Option<Instant>,
    ) -> anyhow::Result<Vec<BuildAnswer>> {
        let builds = self.summaries_of(commit).await?;
        let mut answers: Vec<BuildAnswer> = Vec::new();
        for build in &builds {
            if answers.iter().any(|it| it.build.target == build.target) {
                continue;
            }
            let answer = self.build(build).await?;
            answers.push(match deadline {
                Some(deadline) => self.wait(answer, deadline).await?,
                None => answer,
            });
        }
        answers.sort_by(|a, b| a.build.target.cmp(&b.build.target));
        Ok(answers)
    }

    /// All builds of this commit, newest first.
    pub(crate) async fn summaries_of(&self, commit: &CommitId) -> anyhow::Result<Vec<BuildSummary>> {
        let path = format!("{}?commit={commit}", paths::builds(self.project));
        let mut builds: Vec<BuildSummary> =
            self.get(&path).await.context("cannot ask for the commit's builds")?;
        // A server that does not know the filter would answer with everything.
        builds.retain(|it| &it.commit == commit);
        Ok(builds)
    }

    /// Asks again until the build is measured or failed; after the deadline it is returned as it is.
    async fn wait(&self, mut answer: BuildAnswer, deadline: Instant) -> anyhow::Result<BuildAnswer> {
        let (mut pause, max_pause) = POLL;
        while answer.build.state == BuildState::Queued && Instant::now() < deadline {
            tokio::time::sleep(pause.min(deadline.saturating_duration_since(Instant::now()))).await;
            pause = (pause * 2).min(max_pause);
            // What this upload made stays made.
            let created = answer.created;
            answer = self.build(&answer.build).await?;
            answer.created = created;
        }
        Ok(answer)
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        let request = || self.request(Method::GET, path);
        let body = self.client.send(&ProgressBar::hidden(), request).await.map_err(advised)?;
        parse_answer(&body)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.http.request(method, format!("{}{path}", self.connection.url));
        match &self.connection.token {
            Some(token) => request.bearer_auth(token.reveal()),
            None => request,
        }
    }
}

/// Asks the server to answer when it knows more, within what a proxy on the way is patient for.
fn wait_query(deadline: Option<Instant>) -> String {
    let wait = deadline.map(|it| it.saturating_duration_since(Instant::now()).min(MAX_WAIT));
    wait.map(|it| format!("?wait={}", it.as_secs().max(1))).unwrap_or_default()
}

/// What to do about a refusal of our server.
fn advised(error: anyhow::Error) -> anyhow::Error {
    let hint = match error.downcast_ref::<Refusal>().map(|it| it.status.as_u16()) {
        Some(401) => {
            "the token is wrong or revoked: make a new one on the project's page and set PLIMSOLL_TOKEN"
        }
        Some(403) => "the token is not for this project or may not do this",
        Some(404) => "is the project's name right, does it exist, and may the token see it?",
        Some(413) => "the server's administrator sets the limit",
        Some(300..=399) => "set PLIMSOLL_URL (or `server` in plimsoll.toml) to the address that it names",
        _ => return error,
    };
    hinted(error, hint)
}

/// Packs a file for the journey.
pub(crate) fn compress(content: &[u8]) -> anyhow::Result<Vec<u8>> {
    zstd::bulk::compress(content, 6)
        .map_err(|it| anyhow!(it))
        .context("cannot compress what is to be sent")
        .hint("is memory short?")
}

impl Files {
    /// In the order in which the server takes them.
    fn parts(self) -> impl Iterator<Item = (&'static str, Arc<[u8]>)> {
        let map = self.map_zstd.map(|it| (MAP_PART, it));
        std::iter::once((ELF_PART, self.elf_zstd)).chain(map)
    }
}

fn file_part(name: &'static str, content: &Arc<[u8]>, bar: &ProgressBar) -> Part {
    let (bytes, bar) = (Arc::clone(content), bar.clone());
    let chunks = (0..content.len()).step_by(CHUNK_BYTES).map(move |start| {
        let chunk = &bytes[start..bytes.len().min(start + CHUNK_BYTES)];
        bar.inc(chunk.len() as u64);
        Ok::<_, std::io::Error>(chunk.to_vec())
    });
    let body = Body::wrap_stream(stream::iter(chunks));
    typed(Part::stream_with_length(body, content.len() as u64).file_name(name), ZSTD_TYPE)
}

fn typed(part: Part, media_type: &'static str) -> Part {
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert(reqwest::header::CONTENT_TYPE, reqwest::header::HeaderValue::from_static(media_type));
    part.headers(headers)
}
