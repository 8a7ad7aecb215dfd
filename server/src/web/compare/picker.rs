//! The form that chooses two builds.

use crate::db::views::builds::ChoiceRow;
use crate::domain::Project;
use crate::urls;
use crate::web::commit::{place, short};
use crate::web::format::Moment;
use uuid::Uuid;

/// The form.
pub struct Picker {
    /// Where it leads.
    pub action_url: String,
    /// The builds before.
    pub old: Vec<Choice>,
    /// The builds after.
    pub new: Vec<Choice>,
}

/// A build to choose.
pub struct Choice {
    /// The build.
    pub id: Uuid,
    /// Commit, message, target, branch, day.
    pub label: String,
    /// Whether it is chosen.
    pub selected: bool,
}

/// Offers the known builds; without a wish the newest after the one before it.
pub fn picker(project: &Project, known: &[ChoiceRow], old: Option<Uuid>, new: Option<Uuid>) -> Picker {
    let newest = known.first();
    let before = newest.and_then(|it| known.iter().skip(1).find(|other| other.target == it.target));
    Picker {
        action_url: urls::compare_form(&project.name),
        old: offered(known, old, before.map(|it| it.build_id)),
        new: offered(known, new, newest.map(|it| it.build_id)),
    }
}

/// A chosen build that is too old for the list is offered all the same.
fn offered(known: &[ChoiceRow], wanted: Option<Uuid>, usual: Option<Uuid>) -> Vec<Choice> {
    let selected = wanted.or(usual);
    let mut choices: Vec<Choice> = known
        .iter()
        .map(|it| Choice { id: it.build_id, label: label(it), selected: Some(it.build_id) == selected })
        .collect();
    if let Some(id) = wanted.filter(|_| !choices.iter().any(|it| it.selected)) {
        choices.insert(0, Choice { id, label: "the build chosen now".to_owned(), selected: true });
    }
    choices
}

fn label(row: &ChoiceRow) -> String {
    let message: String = row.message.as_deref().unwrap_or_default().chars().take(60).collect();
    let place = place(row.branch.as_deref(), row.pull_request).unwrap_or_default();
    let day = Moment(row.committed_at).day();
    let parts = [short(&row.commit_id), &message, &row.target, &place, &day];
    parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" · ")
}
