//! Arguments of `plimsoll stack`.

use super::{DebugArgs, MemoryArgs};
use clap::Args;
use std::path::PathBuf;

const HELP: &str = "\
How to read it:
  main       from reset on; the path goes from the root down to the deepest
             function
  secure     a service that the other world calls (TrustZone)
  thread     what Zephyr's, FreeRTOS's or RIOT's calls and records say of a
             thread: the worst, of its own stack where that is known
  task       a function of --root: somebody starts it with a stack of its
             own. If that is a static array, it is part of static data;
             interrupts may store their 36 or 108 bytes on it too (Cortex-M)
  interrupt  with what the hardware stores when it strikes (Cortex-M: 36
             bytes, 108 with floating point)
  panic      apart, since it does not come back: on top of whatever was
             running

\"uncertain\" means that there is recursion, a frame that grows at run time, or a call of nobody knows \
whom on some way down; all of these are listed. The figure is then the deepest of the ways that are \
known: more may be taken, and less where a table of functions names some that are never called \
from there. Where functions call each other in a circle, the way meets none of them twice.

Headroom is the room of the stack less the worst of main, of secure services and of the deepest interrupt on \
top of it. The room begins where the vector table's first word (else a symbol such as _estack) says and ends at what is allocated below: \
what ends there is the stack itself. Where nothing tells, it is the length of the RAM less static data. The exit code is 1 where \
a stack is too small for the worst that is known. Which interrupts may interrupt each other is decided at run time: with nested priorities, subtract \
the others too. It needs to know how long the RAM is: give the linker script with --memory.

Frames come from .stack_sizes (rustc -Z emit-stack-sizes, clang -fstack-size-section) where it is there, \
from call frame information, and from the instructions that move the stack pointer; the greatest counts.

The JSON of --json:
  source                  stack_sizes, frame_information or prologues
  roots[].{name,kind,worst_bytes,hardware_bytes,thread,stack_bytes,
    uncertain_because[],path[].{name,frame_bytes}}
  headroom.{region,length_bytes,static_bytes,top_address,room_bytes,
    stack_bytes,headroom_bytes,overwrites[],outside_bytes,
    uncertain_because[]}  or null
  uncertain_because[]     recursion, unknown_calls, growing_frames; absent
                          where certain
  recursions[][], growing_frames[]        names
  unknown_calls[].{name,at_addresses[]}
  frames[].{name,frame_bytes}             every function, biggest first";

/// Arguments of `plimsoll stack`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub struct StackArgs {
    /// The image
    #[arg(value_name = "ELF")]
    pub elf: PathBuf,
    /// Print the answer as JSON
    #[arg(long)]
    pub json: bool,
    /// Function that somebody starts with a stack of its own, such as a task of an RTOS: its name, the end of
    /// it (`radio::task`), or mangled; where several are called so, NAME@0xADDRESS. Repeatable
    #[arg(long = "root", value_name = "SYMBOL")]
    pub roots: Vec<String>,
    /// Where split debug information is.
    #[command(flatten)]
    pub debug: DebugArgs,
    /// How many interrupts and lists of functions to show
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10)]
    pub top: usize,
    /// Show all of them
    #[arg(long, conflicts_with = "top")]
    pub all: bool,
    /// Where the regions are; without it nobody knows how long the RAM is.
    #[command(flatten)]
    pub layout: MemoryArgs,
}
