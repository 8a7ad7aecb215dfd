//! The map that a linker wrote beside an image (`-Map`).

use crate::{failure, link_error};
use anyhow::Context;
use plimsoll_analyzer::{check_map, map_file};
use std::path::Path;

/// Its text, where it is one of the image. One of another link is left out with a warning: it is evidence
/// besides, and the sizes are as true without it.
pub(crate) fn of_image(path: &Path, elf: &[u8]) -> anyhow::Result<Option<String>> {
    let text = link_error::map_text(path)?;
    let map = map_file::parse(&text).with_context(|| format!("cannot read {}", path.display()))?;
    if let Err(error) = check_map(elf, &map) {
        failure::warn(&format!("{} is not used: {}", path.display(), error.message));
        return Ok(None);
    }
    Ok(Some(text))
}
