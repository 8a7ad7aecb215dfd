//! Strings and bytes: `{:rs}`, `{:rb}`, `{:cs}`.
#![expect(unsafe_code, reason = "`{:cs}` of a raw pointer is the caller's promise: the function is unsafe")]

use core::ffi::{CStr, c_char, c_int};
use core::marker::PhantomData;

/// What `{:rs}` prints: a Rust string.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be printed with `{{:rs}}`",
    label = "not a Rust string",
    note = "`{{:rs}}` prints `&str`, of a `String` its `.as_str()`",
    note = "for `&CStr` write `{{:cs}}`, for `&[u8]` `{{:rb}}`, for integers `{{:d}}`"
)]
pub trait RustText {
    /// The string itself.
    fn to_str(&self) -> &str;
}

/// What `{:rb}` prints: bytes, as they are.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be printed with `{{:rb}}`",
    label = "not a slice of bytes",
    note = "`{{:rb}}` prints `&[u8]` and `&[u8; N]`, of a `Vec<u8>` its `.as_slice()`; for `&str` write `{{:rs}}`"
)]
pub trait RustBytes {
    /// The bytes themselves.
    fn to_bytes(&self) -> &[u8];
}

/// What `{:cs}` prints: a C string; a raw pointer to one inside `unsafe` only.
///
/// A raw pointer must point to bytes that end in NUL and stay as they are while they are printed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be printed with `{{:cs}}`",
    label = "not a C string",
    note = "`{{:cs}}` prints `&CStr`, such as `c\"text\"`; for `&str` write `{{:rs}}`"
)]
pub trait CText {
    /// [`CheckedPointer`], or [`RawPointer`] where the caller must promise something.
    type Pointer;

    /// The string's first byte.
    fn to_pointer(&self) -> Self::Pointer;
}

/// Points to bytes that end in NUL.
#[doc(hidden)]
pub struct CheckedPointer(*const c_char);

impl CheckedPointer {
    /// For C. It is safe: only [`RawPointer`] has a use for the name.
    #[inline(always)]
    pub fn wrap_the_macro_in_unsafe_if_it_ends_in_nul(self) -> *const c_char {
        self.0
    }
}

/// Points to anything.
#[doc(hidden)]
pub struct RawPointer(*const c_char);

impl RawPointer {
    /// For C. The compiler tells its name to whoever calls the macro outside `unsafe`.
    ///
    /// # Safety
    ///
    /// It points to bytes that end in NUL and stay as they are while they are printed.
    #[inline(always)]
    pub unsafe fn wrap_the_macro_in_unsafe_if_it_ends_in_nul(self) -> *const c_char {
        self.0
    }
}

impl RustText for str {
    fn to_str(&self) -> &str {
        self
    }
}

impl RustBytes for [u8] {
    fn to_bytes(&self) -> &[u8] {
        self
    }
}

impl<const N: usize> RustBytes for [u8; N] {
    fn to_bytes(&self) -> &[u8] {
        self
    }
}

impl CText for CStr {
    type Pointer = CheckedPointer;
    fn to_pointer(&self) -> CheckedPointer {
        CheckedPointer(self.as_ptr())
    }
}

impl CText for *const c_char {
    type Pointer = RawPointer;
    fn to_pointer(&self) -> RawPointer {
        RawPointer(*self)
    }
}

impl CText for *mut c_char {
    type Pointer = RawPointer;
    fn to_pointer(&self) -> RawPointer {
        RawPointer(*self)
    }
}

/// References print what they refer to.
macro_rules! through_references {
    ($($reference:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: RustText + ?Sized> RustText for $reference {
            fn to_str(&self) -> &str { T::to_str(self) }
        }
        #[diagnostic::do_not_recommend]
        impl<T: RustBytes + ?Sized> RustBytes for $reference {
            fn to_bytes(&self) -> &[u8] { T::to_bytes(self) }
        }
        #[diagnostic::do_not_recommend]
        impl<T: CText + ?Sized> CText for $reference {
            type Pointer = T::Pointer;
            fn to_pointer(&self) -> T::Pointer { T::to_pointer(self) }
        }
    )*};
}

through_references!(&T, &mut T);

/// Bytes as `%.*s` takes them. What is longer than `int` can say is cut there.
#[doc(hidden)]
pub struct Run<'a> {
    pointer: *const u8,
    length: usize,
    bytes: PhantomData<&'a [u8]>,
}

impl<'a> Run<'a> {
    #[inline(always)]
    fn new(bytes: &'a [u8]) -> Self {
        Self { pointer: bytes.as_ptr(), length: bytes.len(), bytes: PhantomData }
    }

    /// For C.
    #[inline(always)]
    pub fn length(&self) -> c_int {
        // No slice is longer than `isize::MAX`, so that there is nothing to ask where `int` is as wide.
        if size_of::<c_int>() >= size_of::<usize>() {
            self.length as c_int
        } else {
            c_int::try_from(self.length).unwrap_or(c_int::MAX)
        }
    }

    /// For C.
    #[inline(always)]
    pub fn pointer(&self) -> *const c_char {
        self.pointer.cast()
    }
}

/// `{:rs}` for the macros.
#[doc(hidden)]
#[inline(always)]
pub fn rust_str<T: RustText + ?Sized>(value: &T) -> Run<'_> {
    Run::new(value.to_str().as_bytes())
}

/// `{:rb}` for the macros.
#[doc(hidden)]
#[inline(always)]
pub fn rust_bytes<T: RustBytes + ?Sized>(value: &T) -> Run<'_> {
    Run::new(value.to_bytes())
}

/// `{:cs}` for the macros.
#[doc(hidden)]
#[inline(always)]
pub fn c_str<T: CText + ?Sized>(value: &T) -> T::Pointer {
    value.to_pointer()
}
