//! What was typed after a chore's name.

use anyhow::Result;

/// Refuses everything: the chore takes no options.
pub fn none(mut arguments: lexopt::Parser) -> Result<()> {
    match arguments.next()? {
        None => Ok(()),
        Some(argument) => Err(argument.unexpected().into()),
    }
}

/// One switch or nothing.
pub fn switch(mut arguments: lexopt::Parser, name: &str) -> Result<bool> {
    let mut is_set = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long(it) if it == name => is_set = true,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(is_set)
}
