//! Pages for people: rendered on the server, usable without JavaScript.

pub mod assets;
pub mod commit;
pub mod escape;
pub mod format;
pub mod gauge;
pub mod shell;
pub mod stored;

pub mod alerts;
pub mod build;
pub mod compare;
pub mod home;
pub mod login;
pub mod new;
pub mod project;
pub mod refusal;
pub mod settings;
pub mod symbol;

pub use refusal::as_page;

use crate::error::{AppError, AppResult};
use askama::Template;
use axum::response::{Html, IntoResponse, Response};

/// What a page's handler answers.
pub type PageResult<T> = AppResult<Page<T>>;

/// A template as an answer.
pub struct Page<T>(pub T);

impl<T: Template> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(text) => Html(text).into_response(),
            Err(it) => AppError::Internal(anyhow::Error::new(it).context("a page cannot be rendered"))
                .into_response(),
        }
    }
}
