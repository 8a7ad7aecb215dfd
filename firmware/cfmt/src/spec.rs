//! What each spec takes: one trait per spec, and the conversion to what C receives.

mod character;
mod text;

pub use character::{AsciiChar, RustChar, Utf8, ascii_char, rust_char};
pub use text::{CText, CheckedPointer, RawPointer, Run, RustBytes, RustText, c_str, rust_bytes, rust_str};

use core::ffi::{c_double, c_longlong, c_ulonglong, c_void};
use core::ptr::NonNull;

/// What `{:d}` prints: an integer that fits C's `long long`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be printed with `{{:d}}`",
    label = "not an integer that fits `long long`",
    note = "`{{:d}}` prints i8 to i64 and u8 to u32; for `u64`, and a `usize` of 64 bits, write `{{:u}}`",
    note = "for floats write `{{:e}}`, for `&str` `{{:rs}}`"
)]
pub trait Decimal {
    /// The value as C receives it.
    fn to_longlong(&self) -> c_longlong;
}

/// What `{:u}` prints: an unsigned integer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be printed with `{{:u}}`",
    label = "not an unsigned integer",
    note = "for a signed integer write `{{:d}}`; a bare number is an `i32`: write `5_u32` or `{{:d}}`"
)]
pub trait Unsigned {
    /// The value as C receives it.
    fn to_ulonglong(&self) -> c_ulonglong;
}

/// What `{:x}` prints: an integer; a negative one as its two's complement at its own width.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be printed with `{{:x}}`",
    label = "not an integer",
    note = "`{{:x}}` prints integers of up to 64 bits"
)]
pub trait Hexadecimal {
    /// The value as C receives it.
    fn to_bits(&self) -> c_ulonglong;
}

/// What `{:p}` prints: a pointer or a reference, as the address; of a slice or an object, where it begins.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be printed with `{{:p}}`",
    label = "neither a pointer nor a reference",
    note = "to print the address of a value write `&value`; an integer prints as `0x{{:x}}`"
)]
pub trait Pointer {
    /// The address as C receives it.
    fn to_address(&self) -> *const c_void;
}

/// What `{:e}` prints: a floating point number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be printed with `{{:e}}`",
    label = "not a floating point number",
    note = "`{{:e}}` prints f32 and f64; for integers write `{{:d}}` or `{{:u}}`"
)]
pub trait Float {
    /// The value as C receives it.
    fn to_double(&self) -> c_double;
}

/// Implements the integer traits. `as` only ever widens here, or reads the bits of the same width.
macro_rules! integers {
    ($($signed:ty, $unsigned:ty;)*) => {$(
        impl Decimal for $signed {
            fn to_longlong(&self) -> c_longlong { *self as c_longlong }
        }
        impl Hexadecimal for $signed {
            fn to_bits(&self) -> c_ulonglong { *self as $unsigned as c_ulonglong }
        }
        impl Unsigned for $unsigned {
            fn to_ulonglong(&self) -> c_ulonglong { *self as c_ulonglong }
        }
        impl Hexadecimal for $unsigned {
            fn to_bits(&self) -> c_ulonglong { *self as c_ulonglong }
        }
    )*};
}

integers! {
    i8, u8;
    i16, u16;
    i32, u32;
    i64, u64;
    isize, usize;
}

/// The unsigned types that fit; `usize` does where it is narrower than 64 bits.
macro_rules! unsigned_that_fit {
    ($($ty:ty),*) => {$(
        impl Decimal for $ty {
            fn to_longlong(&self) -> c_longlong { *self as c_longlong }
        }
    )*};
}

unsigned_that_fit!(u8, u16, u32);
#[cfg(not(target_pointer_width = "64"))]
unsigned_that_fit!(usize);

/// Implements the float trait. C's `double` is narrower than `f64` on some targets.
macro_rules! floats {
    ($($ty:ty),*) => {$(
        impl Float for $ty {
            fn to_double(&self) -> c_double { *self as c_double }
        }
    )*};
}

floats!(f32, f64);

/// Everything that holds an address and says nothing else of it.
macro_rules! pointers {
    ($($ty:ty => |$it:ident| $pointer:expr;)*) => {$(
        impl<T: ?Sized> Pointer for $ty {
            fn to_address(&self) -> *const c_void { let $it = *self; $pointer.cast() }
        }
    )*};
}

pointers! {
    *const T => |it| it;
    *mut T => |it| it.cast_const();
    NonNull<T> => |it| it.as_ptr().cast_const();
    &T => |it| core::ptr::from_ref(it);
}

impl<T: ?Sized> Pointer for &mut T {
    fn to_address(&self) -> *const c_void {
        core::ptr::from_ref::<T>(self).cast()
    }
}

/// References print what they refer to.
macro_rules! through_references {
    ($($spec:ident: fn $convert:ident() -> $to:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: $spec + ?Sized> $spec for &T {
            fn $convert(&self) -> $to { T::$convert(self) }
        }
        #[diagnostic::do_not_recommend]
        impl<T: $spec + ?Sized> $spec for &mut T {
            fn $convert(&self) -> $to { T::$convert(self) }
        }
    )*};
}

through_references! {
    Decimal: fn to_longlong() -> c_longlong;
    Unsigned: fn to_ulonglong() -> c_ulonglong;
    Hexadecimal: fn to_bits() -> c_ulonglong;
    Float: fn to_double() -> c_double;
}

/// `{:d}` for the macros.
#[doc(hidden)]
#[inline(always)]
pub fn decimal<T: Decimal + ?Sized>(value: &T) -> c_longlong {
    value.to_longlong()
}

/// `{:u}` for the macros.
#[doc(hidden)]
#[inline(always)]
pub fn unsigned<T: Unsigned + ?Sized>(value: &T) -> c_ulonglong {
    value.to_ulonglong()
}

/// `{:x}` for the macros.
#[doc(hidden)]
#[inline(always)]
pub fn hexadecimal<T: Hexadecimal + ?Sized>(value: &T) -> c_ulonglong {
    value.to_bits()
}

/// `{:p}` for the macros.
#[doc(hidden)]
#[inline(always)]
pub fn pointer<T: Pointer + ?Sized>(value: &T) -> *const c_void {
    value.to_address()
}

/// `{:e}` for the macros.
#[doc(hidden)]
#[inline(always)]
pub fn float<T: Float + ?Sized>(value: &T) -> c_double {
    value.to_double()
}
