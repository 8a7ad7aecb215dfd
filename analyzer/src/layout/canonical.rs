//! A layout as a linker script that needs no other file.

use std::fmt::{self, Display, Formatter};

use super::{Layout, WINDOW_PREFIX};

impl Display for Layout {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("MEMORY\n{\n")?;
        for region in &self.regions {
            let attributes = match region.attributes.as_str() {
                "" => String::new(),
                some => format!(" ({some})"),
            };
            let (origin, length) = (region.origin_address, region.length_bytes);
            let name = quoted(&region.name);
            writeln!(f, "  {name}{attributes} : ORIGIN = {origin:#x}, LENGTH = {length:#x}")?;
        }
        f.write_str("}\n")?;
        for region in &self.regions {
            for alias in &region.aliases {
                // To GNU ld, a comma without a blank before it is part of a name.
                writeln!(f, "REGION_ALIAS(\"{alias}\", \"{}\");", region.name)?;
            }
        }
        for region in &self.regions {
            if let Some(address) = region.shows_address {
                writeln!(f, "{} = {address:#x};", quoted(&format!("{WINDOW_PREFIX}{}", region.name)))?;
            }
        }
        Ok(())
    }
}

/// A name that would not be read as one word, or as a command, needs quotation marks.
fn quoted(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name != "INCLUDE";
    if is_plain { name.to_owned() } else { format!("\"{name}\"") }
}
