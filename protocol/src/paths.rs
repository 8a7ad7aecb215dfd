//! The API's paths, for clients; the server's routes are tested against them.

use crate::ProjectName;
use uuid::Uuid;

/// Where all paths begin.
pub const API: &str = "/api/v1";

/// The project: `GET` reads it, `PUT` makes or changes it (administrator).
pub fn project(project: &ProjectName) -> String {
    format!("{API}/projects/{project}")
}

/// Its builds: `GET` lists, `POST` uploads. `?wait=SECONDS` on an upload answers with the result.
pub fn builds(project: &ProjectName) -> String {
    format!("{API}/projects/{project}/builds")
}

/// One build as [`BuildAnswer`](crate::BuildAnswer).
pub fn build(project: &ProjectName, build_id: Uuid) -> String {
    format!("{API}/projects/{project}/builds/{build_id}")
}
