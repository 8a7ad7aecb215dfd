//! The vocabulary: an application on a database of its own, a clock set by hand, requests through the
//! production router.

// The analyzer's tests describe ELF files in lines of text; so do ours.
#[path = "../../../analyzer/tests/it/support/elf.rs"]
pub(crate) mod elf;
mod history;

pub(crate) use history::{History, commit};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use plimsoll_protocol::{BuildAnswer, NewBuild, NewToken, paths, upload};
use plimsoll_server::auth::LoginLimit;
use plimsoll_server::blobs::Blobs;
use plimsoll_server::domain::token::Secret;
use plimsoll_server::jobs::{Signals, worker};
use plimsoll_server::state::{AppState, Clock, Settings};
use plimsoll_server::{app, db};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use time::OffsetDateTime;
use time::macros::datetime;
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

/// The limit on an ELF, small so that a test can pass it.
pub(crate) const MAX_UPLOAD_BYTES: u64 = 1024 * 1024;

const ADMIN_TOKEN: &str = "plimadm_the-administrator-of-the-tests";
const NOON: OffsetDateTime = datetime!(2026-11-20 12:00 UTC);

/// An application.
pub(crate) struct TestApp {
    pub(crate) state: AppState,
    clock: Arc<Mutex<OffsetDateTime>>,
    router: Router,
    folder: TempDir,
}

/// A project and a token of it.
#[derive(Clone)]
pub(crate) struct TestProject {
    pub(crate) name: String,
    pub(crate) token: String,
}

/// A part of an upload: name, content type, content.
pub(crate) type Part<'a> = (&'a str, &'a str, &'a [u8]);

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl TestApp {
    /// On an empty database, reached as plain http.
    pub(crate) async fn new(db: PgPool) -> Self {
        Self::at("http://plimsoll.test", db).await
    }

    /// Reached at that address.
    pub(crate) async fn at(public_url: &str, db: PgPool) -> Self {
        Self::with(public_url, MAX_UPLOAD_BYTES, db).await
    }

    /// With room for real firmware.
    pub(crate) async fn roomy(db: PgPool) -> Self {
        Self::with("http://plimsoll.test", 16 * MAX_UPLOAD_BYTES, db).await
    }

    async fn with(public_url: &str, max_upload_bytes: u64, db: PgPool) -> Self {
        let folder = TempDir::new().unwrap();
        let clock = Arc::new(Mutex::new(NOON));
        let settings = Settings {
            public_url: public_url.parse().unwrap(),
            max_upload_bytes,
            upload_folder: folder.path().to_owned(),
            behind_proxy: false,
            request_timeout: Duration::from_secs(30),
        };
        let state = AppState {
            db,
            blobs: Blobs::open_folder(&folder.path().join("blobs")).unwrap(),
            clock: Clock::Manual(Arc::clone(&clock)),
            settings: Arc::new(settings),
            signals: Signals::default(),
            analysis_permits: Arc::new(Semaphore::new(2)),
            question_permits: Arc::new(Semaphore::new(1)),
            growths: plimsoll_server::state::no_growths(),
            login_limit: Arc::new(LoginLimit::default()),
        };
        let mut tx = state.db.begin().await.unwrap();
        let secret = Secret::chosen_for_admin(ADMIN_TOKEN).unwrap();
        db::tokens::insert_first_admin(&mut tx, secret.hash().as_bytes(), NOON).await.unwrap();
        tx.commit().await.unwrap();
        Self { router: app::router(state.clone()), state, clock, folder }
    }

    /// Where ELF files and unfinished uploads lie.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Sets the clock forward.
    pub(crate) fn pass(&self, span: Duration) {
        *self.clock.lock().unwrap() += span;
    }

    /// A public project with a token.
    pub(crate) async fn project(&self, name: &str) -> TestProject {
        self.project_with(name, json!({ "public": true })).await
    }

    /// A project with a token.
    pub(crate) async fn project_with(&self, name: &str, body: Value) -> TestProject {
        let path = format!("/api/v1/projects/{name}");
        self.send("PUT", &path, Some(ADMIN_TOKEN), Some(body)).await.expect(StatusCode::CREATED);
        let token: NewToken = self
            .send("POST", &format!("{path}/tokens"), Some(ADMIN_TOKEN), Some(json!({ "label": "CI" })))
            .await
            .expect(StatusCode::CREATED)
            .parse();
        TestProject { name: name.to_owned(), token: token.token }
    }

    /// Reads as nobody.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None, None).await
    }

    /// Does something as the administrator.
    pub(crate) async fn admin(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.send(method, path, Some(ADMIN_TOKEN), body).await
    }

    /// Does something with a token.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = match body {
            Some(json) => {
                request.header(header::CONTENT_TYPE, "application/json").body(Body::from(json.to_string()))
            }
            None => request.body(Body::empty()),
        };
        self.request(request.unwrap()).await
    }

    /// Sends any request through the production router.
    pub(crate) async fn request(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Uploads as the project's CI does; whatever comes of it.
    pub(crate) async fn try_upload(&self, project: &TestProject, build: &NewBuild, elf: &[u8]) -> Answer {
        let build = serde_json::to_vec(build).unwrap();
        let parts = [
            (upload::BUILD_PART, "application/json", build.as_slice()),
            (upload::ELF_PART, "application/octet-stream", elf),
        ];
        self.upload_parts(project, &parts).await
    }

    /// The same with the map that the linker wrote.
    pub(crate) async fn try_upload_with_map(
        &self,
        project: &TestProject,
        build: &NewBuild,
        (elf, map): (&[u8], &str),
    ) -> Answer {
        let build = serde_json::to_vec(build).unwrap();
        let parts = [
            (upload::BUILD_PART, "application/json", build.as_slice()),
            (upload::ELF_PART, "application/octet-stream", elf),
            (upload::MAP_PART, "text/plain", map.as_bytes()),
        ];
        self.upload_parts(project, &parts).await
    }

    /// Uploads those parts: name, content type, content.
    pub(crate) async fn upload_parts(&self, project: &TestProject, parts: &[Part<'_>]) -> Answer {
        self.upload_to(project, "builds", parts).await
    }

    /// The same, and waits for the result.
    pub(crate) async fn upload_and_wait(&self, project: &TestProject, parts: &[Part<'_>]) -> Answer {
        self.upload_to(project, "builds?wait=60", parts).await
    }

    async fn upload_to(&self, project: &TestProject, rest: &str, parts: &[Part<'_>]) -> Answer {
        let path = format!("/api/v1/projects/{}/{rest}", project.name);
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", project.token))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX")
            .body(Body::from(multipart(parts)));
        self.request(request.unwrap()).await
    }

    /// Uploads what must be accepted.
    #[track_caller]
    pub(crate) fn upload<'a>(
        &'a self,
        project: &'a TestProject,
        build: &'a NewBuild,
        elf: &'a [u8],
    ) -> impl Future<Output = BuildAnswer> + 'a {
        let place = std::panic::Location::caller();
        async move {
            let answer = self.try_upload(project, build, elf).await;
            assert!(answer.status.is_success(), "at {place}: {}", answer.text());
            answer.parse()
        }
    }

    /// Does the jobs that are there, setting the clock forward to those that wait.
    pub(crate) async fn work(&self) {
        loop {
            while worker::work_once(&self.state).await.unwrap() {}
            let Some(due) = db::jobs::next_due(&self.state.db).await.unwrap() else { return };
            let mut now = self.clock.lock().unwrap();
            *now = due.max(*now);
        }
    }

    /// A build as it stands.
    pub(crate) async fn build(&self, project: &TestProject, id: uuid::Uuid) -> BuildAnswer {
        let name = plimsoll_protocol::ProjectName::parse(&project.name).unwrap();
        let path = paths::build(&name, id);
        self.send("GET", &path, Some(&project.token), None).await.expect(StatusCode::OK).parse()
    }

    /// What the API says under the project's address.
    pub(crate) async fn read(&self, project: &TestProject, rest: &str) -> Value {
        let path = format!("/api/v1/projects/{}/{rest}", project.name);
        self.send("GET", &path, Some(&project.token), None).await.expect(StatusCode::OK).parse()
    }
}

impl Answer {
    /// Goes on only with that status.
    #[track_caller]
    pub(crate) fn expect(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub(crate) fn parse<T: serde::de::DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|it| panic!("{it}: {}", self.text()))
    }

    /// `STATUS detail` of a refusal.
    #[track_caller]
    pub(crate) fn refusal(&self) -> String {
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        let problem: plimsoll_protocol::Problem = self.parse();
        assert_eq!(problem.status, self.status.as_u16());
        format!("{} {}", problem.status, problem.detail)
    }
}

fn multipart(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, content_type, content) in parts {
        let head = format!(
            "--XX\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{name}\"\r\ncontent-type: {content_type}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    body
}
