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
    pub old: Vec<Group>,
    /// The builds after.
    pub new: Vec<Group>,
}

/// The builds of a target.
pub struct Group {
    /// Its name, whole.
    pub target: String,
    /// Newest first.
    pub choices: Vec<Choice>,
}

/// A build to choose.
pub struct Choice {
    /// The build.
    pub id: Uuid,
    /// Commit, message, branch, day.
    pub label: String,
    /// Whether it is chosen.
    pub selected: bool,
}

/// Offers the known builds, newest first; without a wish a pair that is worth a look. And says what is offered.
pub fn picker(
    project: &Project,
    known: &[ChoiceRow],
    old: Option<Uuid>,
    new: Option<Uuid>,
) -> (Picker, String) {
    let pair = usual_pair(known, new);
    let words = pair.filter(|_| old.is_none() && new.is_none()).map_or_else(
        || "Choose two builds.".to_owned(),
        |(_, new)| format!("Choose two builds. Offered are the newest of {}.", new.target),
    );
    let picker = Picker {
        action_url: urls::compare_form(&project.name),
        old: offered(known, old.or(pair.map(|it| it.0.build_id))),
        new: offered(known, new.or(pair.map(|it| it.1.build_id))),
    };
    (picker, words)
}

/// The newest build with a baseline, or the one that is wanted, behind that: a target that has just come has none.
/// Where no baseline is in the list, behind an earlier build of its target.
fn usual_pair(known: &[ChoiceRow], wanted: Option<Uuid>) -> Option<(&ChoiceRow, &ChoiceRow)> {
    let news = || known.iter().enumerate().filter(|it| wanted.is_none_or(|id| id == it.1.build_id));
    let with_baseline = news().find_map(|(_, new)| {
        let old = known.iter().find(|it| Some(it.build_id) == new.baseline_build_id)?;
        Some((old, new))
    });
    with_baseline.or_else(|| {
        news().find_map(|(idx, new)| {
            let old = known[idx + 1..].iter().find(|it| it.target == new.target)?;
            Some((old, new))
        })
    })
}

/// A chosen build that is too old for the list is offered all the same.
fn offered(known: &[ChoiceRow], selected: Option<Uuid>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    if let Some(id) = selected.filter(|id| !known.iter().any(|it| it.build_id == *id)) {
        let choice = Choice { id, label: "the build chosen now".to_owned(), selected: true };
        groups.push(Group { target: "Older".to_owned(), choices: vec![choice] });
    }
    for row in known {
        let choice = Choice { id: row.build_id, label: label(row), selected: Some(row.build_id) == selected };
        match groups.iter_mut().find(|it| it.target == row.target) {
            Some(group) => group.choices.push(choice),
            None => groups.push(Group { target: row.target.clone(), choices: vec![choice] }),
        }
    }
    groups
}

fn label(row: &ChoiceRow) -> String {
    let message: String = row.message.as_deref().unwrap_or_default().chars().take(60).collect();
    let place = place(row.branch.as_deref(), row.pull_request).unwrap_or_default();
    let day = Moment(row.committed_at).day();
    let parts = [short(&row.commit_id), &message, &place, &day];
    parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" · ")
}
