//! Rows about the stack: what each way in needs at worst, and what that leaves of the RAM.

use serde::{Deserialize, Serialize};

use super::symbol::is_zero;

/// Worst-case stack of the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StackUse {
    /// Where the sizes of frames come from.
    pub source: FrameSource,
    /// Ways in: the main program first, then tasks and interrupts, each by need, the panic handler last.
    pub roots: Vec<StackRoot>,
    /// Ways in that were asked for and are no one function.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unresolved_roots: Vec<UnresolvedRoot>,
    /// Functions on some way from a root that call each other in a circle, each circle once: indices
    /// into [`Report::symbols`](super::Report::symbols). How deep they go nobody knows.
    pub recursions: Vec<Vec<usize>>,
    /// Functions on some way from a root that take a part of the stack whose size is only known at run
    /// time: indices into [`Report::symbols`](super::Report::symbols).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub growing_frames: Vec<usize>,
    /// Functions on some way from a root with calls through registers whose target is not known.
    pub unknown_calls: Vec<UnknownCalls>,
    /// How static data and the stacks share the RAM; absent where no region of known length is RAM.
    pub headroom: Option<Headroom>,
}

/// Where the sizes of frames come from: the best source that is there. Of what several say about a
/// function, the greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FrameSource {
    /// The compiler's `.stack_sizes`, and prologues of functions that it does not list.
    StackSizes,
    /// Call frame information (`.eh_frame`, `.debug_frame`), and prologues.
    FrameInformation,
    /// The instructions of each function that move the stack pointer.
    Prologues,
}

/// A way into the program, and the deepest stack below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StackRoot {
    /// Its name, demangled.
    pub name: String,
    /// The sort of way in.
    pub kind: StackRootKind,
    /// Frames along `path`, and for an interrupt what the hardware stores. Where functions call each
    /// other in a circle, the deepest way is one that meets none of them twice.
    pub worst_bytes: u64,
    /// Of these, what the hardware stores before the first instruction.
    #[serde(default)]
    pub hardware_bytes: u64,
    /// What the thread is called where that is not the function's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// Size of the stack that it has for itself, where the image tells. Interrupts may store their frames there too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack_bytes: Option<u64>,
    /// What is not known on some way down; empty where the figure can be relied on. Else it is the
    /// deepest of the ways that are known: neither what may be taken at most nor what surely is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncertain_because: Vec<StackDoubt>,
    /// The way that needs most, from the root down.
    pub path: Vec<StackFrame>,
}

/// What keeps the figure of a root from being relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StackDoubt {
    /// Functions call each other in a circle, and how often nobody knows.
    Recursion,
    /// Calls through registers whose targets are not known.
    UnknownCalls,
    /// Frames of a size that only running the program would tell.
    GrowingFrames,
}

/// The sort of a way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum StackRootKind {
    /// From reset on.
    Main,
    /// A secure service that the other world calls: ARM's TrustZone.
    Secure,
    /// A task or thread: somebody starts it with a stack of its own. Asked for, or told by the image.
    Task,
    /// An interrupt or exception handler.
    Interrupt,
    /// The panic handler, which is not part of the others: it does not come back.
    Panic,
}

/// A way in that was asked for and is no one function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnresolvedRoot {
    /// What was asked for.
    pub name: String,
    /// How many functions are called so.
    pub n_functions: u64,
    /// At most 20 of them, each with its address, as one can ask for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<String>,
}

/// One function on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StackFrame {
    /// Index into [`Report::symbols`](super::Report::symbols), where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol: Option<usize>,
    /// Its name, demangled.
    pub name: String,
    /// What it takes of the stack; 0 where it has given that back before it jumps on.
    pub frame_bytes: u64,
}

/// Calls whose targets are not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnknownCalls {
    /// Who calls: index into [`Report::symbols`](super::Report::symbols).
    pub symbol: usize,
    /// The calling instructions.
    pub at_addresses: Vec<u64>,
}

/// What is left of a RAM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Headroom {
    /// The region's name.
    pub region: String,
    /// Its capacity.
    pub length_bytes: u64,
    /// What is in use before anything runs, reservations for stack and heap left out.
    pub static_bytes: u64,
    /// Where the stack begins: behind its first byte, since it grows down. Absent where the image does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_address: Option<u64>,
    /// What the stack may take: from there down to what is allocated below or to where the region begins; what ends there is
    /// the stack itself. Where nobody knows where it begins, what static data leaves of the region. Absent in reports
    /// before version 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_bytes: Option<u64>,
    /// The worst of main and, on top of it, the worst of the secure services and of the interrupts.
    pub stack_bytes: u64,
    /// What is left of the room; negative where it does not fit.
    pub headroom_bytes: i64,
    /// Where it does not fit: what it runs into, from the top down. At most eight are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overwrites: Vec<String>,
    /// Where it does not fit: by how many bytes it leaves the region below.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub outside_bytes: u64,
    /// What is not known of these stacks; empty where the figure can be relied on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncertain_because: Vec<StackDoubt>,
}
