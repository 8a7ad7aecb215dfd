//! Arguments that say where a device's memories are.

use clap::Args;
use std::path::PathBuf;

/// What the linker is told about memories.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Memory")]
pub struct MemoryArgs {
    /// Linker script whose MEMORY block names the regions; repeatable, in the linker's order. Scripts of TI (.cmd), Keil
    /// (.sct), IAR and SEGGER (.icf, .emProject) are read, too. Where a region shows
    /// memory of another one at a second address, `__plimsoll_window_ITCM = ORIGIN(FLASH);` says so
    #[arg(long, value_name = "FILE")]
    pub memory: Vec<PathBuf>,
    /// Symbol that the linker is given, for scripts that refer to it; repeatable
    #[arg(long = "defsym", value_name = "NAME=VALUE", value_parser = symbol)]
    pub symbols: Vec<(String, String)>,
    /// Folder to look for INCLUDEd scripts in, after the script's own and the current one; repeatable
    #[arg(long = "library-path", short = 'L', value_name = "FOLDER")]
    pub folders: Vec<PathBuf>,
}

fn symbol(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => Ok((name.into(), value.into())),
        _ => Err("write NAME=VALUE, e.g. _flash_size=2M".to_owned()),
    }
}
