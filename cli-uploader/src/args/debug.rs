//! Arguments that say where debug information is that was left out of an image.

use clap::Args;
use std::path::PathBuf;

/// Where split debug information is.
#[derive(Debug, Clone, Default, Args)]
pub struct DebugArgs {
    /// Package with the split debug information of the image (`-gsplit-dwarf`). Without it, ELF.dwp is read,
    /// else the .dwo files that the image names, where they are
    #[arg(long, value_name = "FILE")]
    pub dwp: Option<PathBuf>,
}
