//! Regions that a script calls windows on another one's memory: `__plimsoll_window_ITCM = ORIGIN(FLASH);`.

use super::Mistake;
use super::resolve::Known;
use super::statement::Declarations;
use super::tokens::{Place, shown};
use crate::layout::{MemoryRegion, WINDOW_PREFIX};

/// Tells the regions what they show. Those without length can show nothing.
pub(super) fn enter(
    known: &Known<'_, '_>,
    declarations: &Declarations<'_>,
    regions: &mut [MemoryRegion],
) -> Result<(), Mistake> {
    let mut windows: Vec<(usize, Place)> = Vec::new();
    for it in &declarations.assignments {
        let Some(name) = it.symbol.strip_prefix(WINDOW_PREFIX) else { continue };
        let home = known.homes.get(name);
        let home = home.ok_or_else(|| it.place.mistake(format!("unknown region {}", shown(name))))?;
        let name = declarations.regions[*home].name;
        let Some(region_idx) = regions.iter().position(|it| it.name == name) else { continue };
        let address = u64::try_from(known.symbol(it.symbol, it.place)?);
        let address = address.map_err(|_| it.place.mistake("a window shows no such address"))?;
        regions[region_idx].shows_address = Some(address);
        windows.push((region_idx, it.place));
    }
    // Only now it is known who else is a window.
    windows.into_iter().try_for_each(|(region_idx, place)| check(regions, region_idx, place))
}

fn check(regions: &[MemoryRegion], region_idx: usize, place: Place) -> Result<(), Mistake> {
    let window = &regions[region_idx];
    let Some(address) = window.shows_address else { return Ok(()) };
    let mistake = |what: &str| {
        Err(place.mistake(format!("the window {} shows {address:#x}, {what}", shown(&window.name))))
    };
    let holds = |it: &MemoryRegion| {
        address.checked_sub(it.origin_address).is_some_and(|offset| offset < it.length_bytes)
    };
    let others = regions.iter().enumerate().filter(|(idx, it)| *idx != region_idx && holds(it));
    let are_memories: Vec<bool> = others.map(|(_, it)| it.shows_address.is_none()).collect();
    if address.checked_add(window.length_bytes).is_none() {
        mistake("and reaches beyond 64-bit addresses")
    } else if are_memories.is_empty() {
        mistake("which is in no other region")
    } else if !are_memories.contains(&true) {
        mistake("which is in a window itself")
    } else {
        Ok(())
    }
}
