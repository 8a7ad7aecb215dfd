//! What was typed after a chore's name.

use anyhow::Result;
use std::fmt;

/// What was typed cannot be done, whatever the state of things. Exit code 2.
#[derive(Debug)]
pub struct Mistake(pub String);

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Mistake {}

/// Refuses everything: the chore takes no options.
pub fn none(mut arguments: lexopt::Parser) -> Result<()> {
    match arguments.next()? {
        None => Ok(()),
        Some(argument) => Err(argument.unexpected().into()),
    }
}

/// One switch or nothing.
pub fn switch(arguments: lexopt::Parser, name: &'static str) -> Result<bool> {
    Ok(one_of(arguments, &[name])?.is_some())
}

/// One of these switches or nothing.
pub fn one_of(mut arguments: lexopt::Parser, names: &[&'static str]) -> Result<Option<&'static str>> {
    let mut chosen = None;
    while let Some(argument) = arguments.next()? {
        let known = match &argument {
            lexopt::Arg::Long(it) => names.iter().find(|name| *name == it),
            _ => None,
        };
        match known {
            Some(name) if chosen.is_none_or(|it| it == *name) => chosen = Some(*name),
            _ => return Err(argument.unexpected().into()),
        }
    }
    Ok(chosen)
}
