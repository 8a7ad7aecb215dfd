//! How often the program started since power came up, in memory that no start clears.

use core::cell::UnsafeCell;

/// The number and its complement: memory that just got power holds anything, but hardly that.
struct Kept(UnsafeCell<[u32; 2]>);

// SAFETY: one core looks at it, once, before any interrupt is on.
unsafe impl Sync for Kept {}

/// `link.x` of cortex-m-rt puts the section behind `.bss`, and start-up leaves it alone.
#[unsafe(link_section = ".uninit.STARTS")]
static STARTS: Kept = Kept(UnsafeCell::new([0; 2]));

/// Counts this start; called once, first in `main`. Says how many it were, this one included.
pub fn count() -> u32 {
    let kept = STARTS.0.get();
    // SAFETY: nobody else has the pointer. Volatile, since what is there came from before this program began.
    let [known, complement] = unsafe { kept.read_volatile() };
    let n_starts = if complement == !known { known.wrapping_add(1) } else { 1 };
    // SAFETY: as above.
    unsafe { kept.write_volatile([n_starts, !n_starts]) };
    n_starts
}
