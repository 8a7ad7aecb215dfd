//! What every page has around its content: title, visitor, JSON twin; and a project's head.

use super::assets;
use crate::auth::{ReadProject, Viewer};
use crate::error::AppResult;
use crate::state::AppState;
use crate::{db, urls};
use plimsoll_protocol::ProjectName;

/// The frame of a page.
pub struct Shell {
    /// The page's title.
    pub title: String,
    /// Who looks at it.
    pub viewer: Viewer,
    /// The same content as JSON.
    pub json_url: Option<String>,
    here: String,
}

impl Shell {
    /// The frame of the page at `here`.
    pub fn new(title: impl Into<String>, viewer: Viewer, here: impl Into<String>) -> Self {
        Self { title: title.into(), viewer, json_url: None, here: here.into() }
    }

    /// Names the page's JSON twin.
    pub fn with_json(mut self, json_url: String) -> Self {
        self.json_url = Some(json_url);
        self
    }

    /// The address of an asset.
    pub fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    /// The server's version.
    pub fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// Whether nobody has logged in.
    pub fn is_anonymous(&self) -> bool {
        self.viewer == Viewer::Anonymous
    }

    /// Whether the administrator looks at it.
    pub fn is_admin(&self) -> bool {
        self.viewer == Viewer::Admin
    }

    /// Who looks at it, in words.
    pub fn viewer_word(&self) -> &'static str {
        match self.viewer {
            Viewer::Anonymous => "nobody",
            Viewer::Admin => "administrator",
            Viewer::Project { .. } => "project token",
        }
    }

    /// The form for a token, which leads back here.
    pub fn login_url(&self) -> String {
        urls::login_for(&self.here)
    }
}

/// A project's name, description and tabs, on top of all its pages.
pub struct ProjectHead {
    /// Its name.
    pub name: ProjectName,
    /// One sentence about it.
    pub description: String,
    /// Whether everybody may read it.
    pub public: bool,
    /// Whether this is its first page.
    pub is_home: bool,
    /// Its pages.
    pub tabs: Vec<TabLink>,
}

/// The pages of a project that have a tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// The first page.
    Overview,
    /// Open and resolved alerts.
    Alerts,
    /// The comparison of two builds.
    Compare,
    /// For the administrator.
    Settings,
    /// A page below the tabs.
    None,
}

/// A tab.
pub struct TabLink {
    /// Its text.
    pub label: &'static str,
    /// Its page.
    pub url: String,
    /// Whether this is the page.
    pub current: bool,
    /// A number that wants attention.
    pub count: Option<i64>,
}

impl ProjectHead {
    /// The head of a page of a project.
    pub async fn load(state: &AppState, read: &ReadProject, current: Tab) -> AppResult<Self> {
        let project = &read.project;
        let n_open = db::views::alerts::count_open(&state.db, project.project_id).await?;
        let name = &project.name;
        let mut tabs = vec![
            (Tab::Overview, "Overview", urls::project(name)),
            (Tab::Alerts, "Alerts", urls::alerts(name)),
            (Tab::Compare, "Compare", urls::compare_form(name)),
        ];
        if read.viewer == Viewer::Admin {
            tabs.push((Tab::Settings, "Settings", urls::settings(name)));
        }
        let link = |(tab, label, url)| {
            let count = (tab == Tab::Alerts && n_open > 0).then_some(n_open);
            TabLink { label, url, current: tab == current, count }
        };
        Ok(Self {
            name: name.clone(),
            description: project.description.clone(),
            public: project.is_public,
            is_home: current == Tab::Overview,
            tabs: tabs.into_iter().map(link).collect(),
        })
    }
}
