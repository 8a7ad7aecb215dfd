//! What GNU ld makes of regions that refer to later ones.
//!
//! It works out the scripts' symbols first, while no region has a place yet, and then one region after the other
//! (`lang_do_memory_regions`): until its turn comes, a region begins at 0 and is as long as numbers go, so that
//! `8K - LENGTH(LATER)` is 8,193. It says nothing of it. lld refuses to name what is not declared yet.

use super::Mistake;
use super::resolve::{Known, Value};
use super::statement::Declarations;
use super::tokens::shown;

/// What a region is until its turn comes.
const NO_PLACE: (i128, i128) = (0, -1);

/// A warning for each region that GNU ld takes for another one than its author.
pub(super) fn warnings(known: &Known<'_, '_>, declarations: &Declarations<'_>) -> Vec<Mistake> {
    let mut theirs = known.clone();
    theirs.places.fill((Ok(NO_PLACE.0), Ok(NO_PLACE.1)));
    // The second time, what the first left behind of our own places is gone.
    for _ in 0..2 {
        theirs.assign(&declarations.assignments);
    }
    let mut warnings = Vec::new();
    for (idx, region) in declarations.regions.iter().enumerate() {
        let Some(ours) = known.places.get(idx).and_then(shortened) else { continue };
        let place = (theirs.evaluate(&region.origin), theirs.evaluate(&region.length));
        let their_place = shortened(&place);
        theirs.places[idx] = place;
        if their_place == Some(ours) {
            continue;
        }
        let is_origin = their_place.is_some_and(|it| it.0 != ours.0);
        let place = if is_origin { region.origin.place } else { region.length.place };
        let (name, hint) = (shown(region.name), "declare what it is made of before it, and not as a symbol");
        let theirs =
            their_place.map_or("unknown".to_owned(), |(origin, length)| format!("{origin:#x} + {length:#x}"));
        let (origin, length) = ours;
        warnings.push(place.mistake(format!(
            "GNU ld works out symbols and then regions in order: to it, {name} is {theirs} and not {origin:#x} + \
             {length:#x}; {hint}"
        )));
    }
    warnings
}

/// Origin and length as the linker keeps them.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers wrap in the linker, too"
)]
fn shortened(place: &(Value, Value)) -> Option<(u64, u64)> {
    let word = |it: &Value| it.as_ref().ok().map(|it| *it as u64);
    Some((word(&place.0)?, word(&place.1)?))
}
