//! The real server on its own data folder and port, and a client that speaks to it over the real socket.

use crate::elf::{firmware, linker_map};
use crate::process::{Running, program};
use plimsoll_protocol::upload::{BUILD_PART, ELF_PART, MAP_PART, ZSTD_TYPE};
use plimsoll_protocol::{BuildAnswer, BuildState, NewToken, Problem, ProjectName, paths};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Client, Response, StatusCode};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use uuid::Uuid;

const ADMIN_TOKEN: &str = "plimadm_the-administrator-of-the-tests";

/// Longer than any time-out of the server's: who waits for so long hangs.
pub(crate) const HANGS_AFTER: Duration = Duration::from_secs(60);

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) running: Running,
    pub(crate) client: Uploader,
}

/// Someone with a token who uploads to a server. Cheap to clone, for many at once.
#[derive(Debug, Clone)]
pub(crate) struct Uploader {
    http: Client,
    base: String,
    pub(crate) project: ProjectName,
    pub(crate) token: String,
}

impl Server {
    /// Starts it; the client is the administrator.
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// Starts it with more options.
    pub(crate) fn start_with(data: &Path, options: &[&str]) -> Self {
        let mut command = program(data);
        command.args(["--listen", "127.0.0.1:0"]).args(options).env("PLIMSOLL_ADMIN_TOKEN", ADMIN_TOKEN);
        let mut running = Running::start(&mut command);
        let base = running.announced("listening on ");
        let http = Client::builder().timeout(HANGS_AFTER).no_proxy().build().unwrap();
        let project = ProjectName::parse("ship/hold").unwrap();
        let client = Uploader { http, base, project, token: ADMIN_TOKEN.to_owned() };
        Self { running, client }
    }

    /// Makes the project `ship/hold`.
    pub(crate) async fn with_project(self) -> Self {
        self.client.create_project("ship/hold").await;
        self
    }
}

impl Uploader {
    /// Makes a project, private.
    pub(crate) async fn create_project(&self, name: &str) {
        let project = ProjectName::parse(name).unwrap();
        let request = self.http.put(self.url(&paths::project(&project))).bearer_auth(&self.token);
        let response = request.json(&json!({})).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::CREATED);
    }

    /// The same client with another token, or with none.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// The same client, uploading elsewhere.
    pub(crate) fn with_project(&self, name: &str) -> Self {
        Self { project: ProjectName::parse(name).unwrap(), ..self.clone() }
    }

    /// Makes an upload token of the project.
    pub(crate) async fn create_token(&self) -> NewToken {
        let url = format!("{}/tokens", self.url(&paths::project(&self.project)));
        let request = self.http.post(url).bearer_auth(&self.token).json(&json!({ "label": "CI" }));
        request.send().await.unwrap().json().await.unwrap()
    }

    /// Revokes it.
    pub(crate) async fn revoke_token(&self, token_id: Uuid) {
        let url = format!("{}/tokens/{token_id}", self.url(&paths::project(&self.project)));
        let response = self.http.delete(url).bearer_auth(&self.token).send().await.unwrap();
        assert!(response.status().is_success(), "{response:?}");
    }

    /// Uploads firmware of this number and expects to be told that it is stored.
    pub(crate) async fn upload(&self, number: u32) -> BuildAnswer {
        let response = self.try_upload(number).await.unwrap();
        assert!(response.status().is_success(), "{} {:?}", response.status(), response.text().await);
        response.json().await.unwrap()
    }

    /// Uploads firmware of this number with its linker's map, come what may.
    pub(crate) async fn try_upload(&self, number: u32) -> reqwest::Result<Response> {
        let form = Form::new().text(BUILD_PART, description(number).to_string());
        let form = form.part(ELF_PART, Part::bytes(firmware(number, 256)));
        let form = form.part(MAP_PART, Part::text(linker_map(number, 256)));
        self.request().multipart(form).send().await
    }

    /// Uploads what it is told to.
    pub(crate) async fn send(&self, description: &Value, elf: Part) -> reqwest::Result<Response> {
        let form = Form::new().text(BUILD_PART, description.to_string()).part(ELF_PART, elf);
        self.request().multipart(form).send().await
    }

    /// Sends any body as an upload.
    pub(crate) fn request(&self) -> reqwest::RequestBuilder {
        let request = self.http.post(self.url(&paths::builds(&self.project)));
        if self.token.is_empty() { request } else { request.bearer_auth(&self.token) }
    }

    /// Reads any path.
    pub(crate) async fn get(&self, path: &str) -> reqwest::Result<Response> {
        self.http.get(self.url(path)).bearer_auth(&self.token).send().await
    }

    /// Reads a build.
    pub(crate) async fn build(&self, build_id: Uuid) -> BuildAnswer {
        let response = self.get(&paths::build(&self.project, build_id)).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{build_id}");
        response.json().await.unwrap()
    }

    /// What measuring it found.
    pub(crate) async fn report(&self, build_id: Uuid) -> Value {
        let path = format!("{}/report", paths::build(&self.project, build_id));
        self.get(&path).await.unwrap().json().await.unwrap()
    }

    /// How many builds the project has.
    pub(crate) async fn n_builds(&self) -> usize {
        let path = format!("{}?limit=100", paths::builds(&self.project));
        let list: Value = self.get(&path).await.unwrap().json().await.unwrap();
        list.as_array().or_else(|| list["builds"].as_array()).unwrap().len()
    }

    /// Waits until a build is measured.
    pub(crate) async fn measured(&self, build_id: Uuid) -> BuildAnswer {
        let started = Instant::now();
        loop {
            let answer = self.build(build_id).await;
            assert_ne!(answer.build.state, BuildState::Failed, "{:?}", answer.build.failure);
            if answer.build.state == BuildState::Measured {
                return answer;
            }
            assert!(started.elapsed() < HANGS_AFTER, "{build_id} is still not measured");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// `HOST:PORT`, for those who speak something other than HTTP.
    pub(crate) fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

/// What comes with firmware of this number.
pub(crate) fn description(number: u32) -> Value {
    json!({
        "target": "hold/thumbv6m/release",
        "commit": format!("{number:040x}"),
        "branch": "main",
        "committed_at": "2026-11-20T12:00:00Z",
    })
}

/// A part that says it is compressed.
pub(crate) fn zstd_part(body: impl Into<Body>) -> Part {
    Part::stream(body).mime_str(ZSTD_TYPE).unwrap()
}

/// The refusal in a response.
pub(crate) async fn problem(response: Response) -> Problem {
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    response.json().await.unwrap()
}
