//! Names that travel in URLs and headers: parsed once, then trusted.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a name was refused: a sentence for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NameError(String);

/// `owner/name`: two parts of 1 to 64 ASCII letters, digits, `.`, `_` or `-`, neither starting with `.` or `-`.
///
/// The set is GitHub's, so that a repository's name is a project's name; the parts stand in URLs
/// unescaped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProjectName {
    owner: String,
    name: String,
}

impl ProjectName {
    /// From the two parts of a URL.
    pub fn new(owner: &str, name: &str) -> Result<Self, NameError> {
        if !is_part(owner) || !is_part(name) {
            return Err(no_project_name(&format!("{}/{}", excerpt(owner), excerpt(name))));
        }
        Ok(Self { owner: owner.to_owned(), name: name.to_owned() })
    }

    /// From `owner/name`.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let (owner, name) = text.split_once('/').ok_or_else(|| no_project_name(&excerpt(text)))?;
        Self::new(owner, name)
    }

    /// The first part.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The second part.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for ProjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

impl TryFrom<String> for ProjectName {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        Self::parse(&text)
    }
}

impl From<ProjectName> for String {
    fn from(it: ProjectName) -> Self {
        it.to_string()
    }
}

/// One build configuration, e.g. `logger/thumbv6m/release`: 1 to 200 characters without control characters,
/// not beginning or ending with a space.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TargetName(String);

impl TargetName {
    /// Checks the text.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let n_chars = text.chars().count();
        if n_chars == 0 || n_chars > 200 || text.trim() != text || text.chars().any(char::is_control) {
            return Err(NameError(format!(
                "a target's name has 1 to 200 printable characters; `{}` does not",
                excerpt(text)
            )));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TargetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for TargetName {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        Self::parse(&text)
    }
}

impl From<TargetName> for String {
    fn from(it: TargetName) -> Self {
        it.0
    }
}

/// A full commit id: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CommitId(String);

impl CommitId {
    /// Checks the text; upper-case digits are accepted and lowered.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let is_hex = text.bytes().all(|it| it.is_ascii_hexdigit());
        if !is_hex || !matches!(text.len(), 40 | 64) {
            return Err(NameError(format!(
                "a commit is named by all its 40 or 64 hexadecimal digits; `{}` is not",
                excerpt(text)
            )));
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// All digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first ten digits, for people.
    pub fn short(&self) -> &str {
        &self.0[..10]
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for CommitId {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        Self::parse(&text)
    }
}

impl From<CommitId> for String {
    fn from(it: CommitId) -> Self {
        it.0
    }
}

fn is_part(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && !text.starts_with(['.', '-'])
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || b"._-".contains(&it))
}

fn no_project_name(excerpt: &str) -> NameError {
    let rule = "a project is named `owner/name`, with letters, digits, `.`, `_` and `-`";
    NameError(format!("{rule}; `{excerpt}` is not"))
}

/// The beginning of a refused text, fit to be quoted.
fn excerpt(text: &str) -> String {
    let mut short: String =
        text.chars().take(80).map(|it| if it.is_control() { '\u{fffd}' } else { it }).collect();
    if text.chars().nth(80).is_some() {
        short.push('…');
    }
    short
}

/// In the OpenAPI document a name is a string.
#[cfg(feature = "openapi")]
mod openapi {
    use utoipa::{PartialSchema, ToSchema, openapi::RefOr, openapi::schema::Schema};

    macro_rules! string_schema {
        ($($name:ident),*) => {$(
            impl PartialSchema for super::$name {
                fn schema() -> RefOr<Schema> {
                    String::schema()
                }
            }
            impl ToSchema for super::$name {}
        )*};
    }
    string_schema!(ProjectName, TargetName, CommitId);
}
