//! What each spec takes: one trait per spec, and the conversion to what C receives.

use core::ffi::{CStr, c_char, c_int, c_longlong, c_ulonglong};

/// What `{:d}` prints: an integer that fits C's `long long`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be printed with `{{:d}}`",
    label = "not an integer that fits `long long`",
    note = "`{{:d}}` prints i8 to i64 and u8 to u32; for `u64` write `{{:u}}`, for `&str` write `{{:rs}}`"
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

/// What `{:rs}` prints: a Rust string.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be printed with `{{:rs}}`",
    label = "not a Rust string",
    note = "`{{:rs}}` prints `&str`; for `&CStr` write `{{:cs}}`, for integers `{{:d}}`"
)]
pub trait RustText {
    /// The string itself.
    fn to_str(&self) -> &str;
}

/// What `{:cs}` prints: a C string.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be printed with `{{:cs}}`",
    label = "not a C string",
    note = "`{{:cs}}` prints `&CStr`, such as `c\"text\"`; for `&str` write `{{:rs}}`"
)]
pub trait CText {
    /// The string itself.
    fn to_c_str(&self) -> &CStr;
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

impl RustText for str {
    fn to_str(&self) -> &str {
        self
    }
}

impl CText for CStr {
    fn to_c_str(&self) -> &CStr {
        self
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
    RustText: fn to_str() -> &str;
    CText: fn to_c_str() -> &CStr;
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

/// `{:rs}` for the macros: what `%.*s` takes. A string longer than `int` can say is cut there.
#[doc(hidden)]
#[inline(always)]
pub fn rust_str<T: RustText + ?Sized>(value: &T) -> (c_int, *const c_char) {
    let text = value.to_str();
    (c_int::try_from(text.len()).unwrap_or(c_int::MAX), text.as_ptr().cast())
}

/// `{:cs}` for the macros.
#[doc(hidden)]
#[inline(always)]
pub fn c_str<T: CText + ?Sized>(value: &T) -> *const c_char {
    value.to_c_str().as_ptr()
}
