//! What `csprint!` and `cbprint!` print into, for the macros only.
#![expect(unsafe_code, reason = "a `str` is lent to C as bytes; it is mended before anybody sees it")]

use core::ffi::{c_char, c_int};
use core::str;

/// The buffer of `csprint!`; its type is checked here.
#[inline(always)]
pub fn text(buffer: &mut str) -> Text<'_> {
    // SAFETY: `Text::finish` leaves UTF-8, and nothing between can unwind: a formatter runs, in C or ours.
    Text(Bytes(unsafe { buffer.as_bytes_mut() }))
}

/// The buffer of `cbprint!`; its type is checked here.
#[inline(always)]
pub fn bytes(buffer: &mut [u8]) -> Bytes<'_> {
    Bytes(buffer)
}

/// Bytes that a formatter fills and ends with NUL; what was behind stays.
pub struct Bytes<'a>(&'a mut [u8]);

impl Bytes<'_> {
    /// The first byte.
    pub fn pointer(&mut self) -> *mut c_char {
        self.0.as_mut_ptr().cast()
    }

    /// How many bytes there are.
    pub fn length(&self) -> usize {
        self.0.len()
    }

    /// Ends the text, where the formatter is not trusted to have done so.
    pub fn finish(&mut self, printed: c_int) -> c_int {
        let (_, rest) = self.split(printed);
        if let Some(end) = rest.first_mut() {
            *end = 0;
        }
        printed
    }

    /// What was printed and the rest, in which its NUL is, unless there is no room at all.
    fn split(&mut self, printed: c_int) -> (&mut [u8], &mut [u8]) {
        let most = self.0.len().saturating_sub(1);
        let text_len = usize::try_from(printed).unwrap_or(0).min(most);
        self.0.split_at_mut_checked(text_len).unwrap_or_default()
    }
}

/// A string that a formatter fills: the text, then NULs up to the end.
pub struct Text<'a>(Bytes<'a>);

impl Text<'_> {
    /// The first byte.
    pub fn pointer(&mut self) -> *mut c_char {
        self.0.pointer()
    }

    /// How many bytes there are.
    pub fn length(&self) -> usize {
        self.0.length()
    }

    /// Makes the whole of the buffer UTF-8, whatever was printed.
    ///
    /// The rest is filled with NULs, since it may begin in the middle of an old character. A character that
    /// did not fit is left out; other bytes that are not UTF-8 become `?`.
    pub fn finish(&mut self, printed: c_int) -> c_int {
        let is_cut = usize::try_from(printed).is_ok_and(|it| it >= self.length());
        let (text, rest) = self.0.split(printed);
        rest.fill(0);
        mend(text, if is_cut { 0 } else { b'?' });
        printed
    }
}

/// Replaces what is not UTF-8; a character whose end is missing by `at_end`.
fn mend(text: &mut [u8], at_end: u8) {
    let mut rest = text;
    while let Err(error) = str::from_utf8(rest) {
        let Some((_, wrong)) = rest.split_at_mut_checked(error.valid_up_to()) else { return };
        let replacement = if error.error_len().is_some() { b'?' } else { at_end };
        let wrong_len = error.error_len().unwrap_or(wrong.len());
        let Some((wrong, after)) = wrong.split_at_mut_checked(wrong_len) else { return };
        wrong.fill(replacement);
        rest = after;
    }
}
