//! Characters: `{:cc}`, `{:rc}`.

use core::ffi::{c_char, c_int};

/// What `{:cc}` prints: an ASCII character. Any other prints as `?`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be printed with `{{:cc}}`",
    label = "not a character",
    note = "`{{:cc}}` prints an ASCII `char` or `u8`; for any `char` write `{{:rc}}`, for numbers `{{:d}}`"
)]
pub trait AsciiChar {
    /// The character's number, of ASCII or not.
    fn to_code(&self) -> u32;
}

/// What `{:rc}` prints: a character, as UTF-8.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be printed with `{{:rc}}`",
    label = "not a `char`",
    note = "`{{:rc}}` prints `char`; for a byte write `{{:cc}}`, for `&str` `{{:rs}}`"
)]
pub trait RustChar {
    /// The character itself.
    fn to_char(&self) -> char;
}

impl AsciiChar for char {
    fn to_code(&self) -> u32 {
        u32::from(*self)
    }
}

impl AsciiChar for u8 {
    fn to_code(&self) -> u32 {
        u32::from(*self)
    }
}

impl RustChar for char {
    fn to_char(&self) -> char {
        *self
    }
}

/// References print what they refer to.
macro_rules! through_references {
    ($($reference:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: AsciiChar + ?Sized> AsciiChar for $reference {
            fn to_code(&self) -> u32 { T::to_code(self) }
        }
        #[diagnostic::do_not_recommend]
        impl<T: RustChar + ?Sized> RustChar for $reference {
            fn to_char(&self) -> char { T::to_char(self) }
        }
    )*};
}

through_references!(&T, &mut T);

/// `{:cc}` for the macros: what `%c` takes.
#[doc(hidden)]
#[inline(always)]
pub fn ascii_char<T: AsciiChar + ?Sized>(value: &T) -> c_int {
    let code = value.to_code();
    // Below 128 it is the same in every integer.
    if code < 0x80 { code as c_int } else { c_int::from(b'?') }
}

/// A character's bytes.
#[doc(hidden)]
pub struct Utf8 {
    bytes: [u8; 4],
    length: u8,
}

impl Utf8 {
    /// For C.
    #[inline(always)]
    pub fn length(&self) -> c_int {
        c_int::from(self.length)
    }

    /// For C.
    #[inline(always)]
    pub fn pointer(&self) -> *const c_char {
        self.bytes.as_ptr().cast()
    }
}

/// `{:rc}` for the macros.
#[doc(hidden)]
#[inline(always)]
pub fn rust_char<T: RustChar + ?Sized>(value: &T) -> Utf8 {
    encode(value.to_char())
}

/// UTF-8 without a slice whose bounds would have to be checked, unlike `char::encode_utf8`.
#[inline(never)]
fn encode(character: char) -> Utf8 {
    let code = u32::from(character);
    // The low byte is meant.
    let byte = |shift: u32, mask: u32, mark: u32| (code >> shift & mask | mark) as u8;
    let continuation = |shift| byte(shift, 0x3f, 0x80);
    match code {
        0..0x80 => Utf8 { bytes: [byte(0, 0x7f, 0), 0, 0, 0], length: 1 },
        0x80..0x800 => Utf8 { bytes: [byte(6, 0x1f, 0xc0), continuation(0), 0, 0], length: 2 },
        0x800..0x1_0000 => {
            Utf8 { bytes: [byte(12, 0x0f, 0xe0), continuation(6), continuation(0), 0], length: 3 }
        }
        _ => Utf8 {
            bytes: [byte(18, 0x07, 0xf0), continuation(12), continuation(6), continuation(0)],
            length: 4,
        },
    }
}
