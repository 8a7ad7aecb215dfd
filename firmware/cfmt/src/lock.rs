//! The hook around each whole print to a stream, for programs that print from several places at once.
//!
//! Without the feature `lock` there is no hook and no cost: two threads, or a thread and an interrupt, may
//! mix their pieces as they please, and the C function or [`Output`](crate::Output) must bear that.
//!
//! With it the program says how others are kept away:
//!
//! - on one core with interrupts that print: switch interrupts off, and the token is whether they were on;
//! - with threads: take a mutex that the same thread may take again, if interrupts or signals print;
//! - on several cores: both of them.
//!
//! ```
//! # #[cfg(feature = "lock")] {
//! use cfmt::lock::{Lock, Token};
//!
//! struct InterruptsOff;
//!
//! impl Lock for InterruptsOff {
//!     fn acquire() -> Token {
//!         // On a Cortex-M: read PRIMASK, then `cpsid i`.
//!         1
//!     }
//!     fn release(token: Token) {
//!         // `cpsie i`, if they were on before; prints may be nested.
//!         assert_eq!(token, 1);
//!     }
//! }
//!
//! cfmt::set_lock!(InterruptsOff);
//! # }
//! ```
//!
//! Arguments are evaluated before the lock is taken, so that they may print. Prints into buffers take no
//! lock: a buffer has one owner.
#![cfg_attr(
    feature = "lock",
    expect(unsafe_code, reason = "the two functions are found by the linker: `set_lock!` defines them")
)]

/// What [`Lock::acquire`] wants to know again when it is released, such as whether interrupts were on.
pub type Token = usize;

/// Keeps others from printing meanwhile. [`set_lock!`](crate::set_lock) makes it the program's.
pub trait Lock {
    /// Waits until nobody else prints, and keeps it so.
    fn acquire() -> Token;

    /// Lets others print again.
    fn release(token: Token);
}

/// The lock is held as long as this lives.
#[doc(hidden)]
#[cfg(feature = "lock")]
pub struct Locked(Token);

#[cfg(feature = "lock")]
unsafe extern "Rust" {
    fn __cfmt_acquire_is_defined_by_set_lock() -> Token;
    fn __cfmt_release_is_defined_by_set_lock(token: Token);
}

#[cfg(feature = "lock")]
impl Drop for Locked {
    fn drop(&mut self) {
        // SAFETY: `set_lock!` defines it with this signature, as a safe function.
        unsafe { __cfmt_release_is_defined_by_set_lock(self.0) }
    }
}

/// For the macros.
#[doc(hidden)]
#[cfg(feature = "lock")]
#[inline(always)]
pub fn lock() -> Locked {
    // SAFETY: `set_lock!` defines it with this signature, as a safe function.
    Locked(unsafe { __cfmt_acquire_is_defined_by_set_lock() })
}

/// There is nothing to hold.
#[doc(hidden)]
#[cfg(not(feature = "lock"))]
pub struct Locked;

/// For the macros.
#[doc(hidden)]
#[cfg(not(feature = "lock"))]
#[inline(always)]
pub fn lock() -> Locked {
    Locked
}

/// Makes a type that implements [`Lock`](crate::lock::Lock) the lock of this program.
///
/// With the feature `lock` a program without one does not link, nor does one with two. Without the feature nobody
/// would take it: it is refused.
#[cfg(not(feature = "lock"))]
#[macro_export]
macro_rules! set_lock {
    ($lock:ty) => {
        compile_error! {
            "nothing would take this lock: enable cfmt's feature `lock`, or remove `set_lock!`"
        }
    };
}

/// Makes a type that implements [`Lock`](crate::lock::Lock) the lock of this program.
///
/// A program without one does not link, nor does one with two. Without the feature `lock` nobody would take it:
/// it is refused.
#[cfg(feature = "lock")]
#[macro_export]
macro_rules! set_lock {
    ($lock:ty) => {
        const _: () = {
            #[unsafe(no_mangle)]
            extern "Rust" fn __cfmt_acquire_is_defined_by_set_lock() -> $crate::lock::Token {
                <$lock as $crate::lock::Lock>::acquire()
            }

            #[unsafe(no_mangle)]
            extern "Rust" fn __cfmt_release_is_defined_by_set_lock(token: $crate::lock::Token) {
                <$lock as $crate::lock::Lock>::release(token)
            }
        };
    };
}
