//! The crate of a Rust symbol: v0 names spell it, legacy names only show paths.

/// Back references that are followed before giving up; real names need one or two.
const MAX_JUMPS: usize = 16;

/// The crate whose path or `impl` block a v0 name begins with. `None` for other manglings and for
/// `<T as Trait>` without an `impl`, where the text has to do.
pub(super) fn of_v0(mangled: &str) -> Option<String> {
    let path = mangled.strip_prefix("_R")?.as_bytes();
    let mut at = 0;
    let mut n_jumps = 0;
    loop {
        let tag = *path.get(at)?;
        at += 1;
        match tag {
            b'C' => return identifier(path, skip_disambiguator(path, at)?),
            b'M' | b'X' => at = skip_disambiguator(path, at)?,
            b'N' => at += 1,
            b'I' => {}
            b'B' => {
                n_jumps += 1;
                at = usize::try_from(base_62(path, at)?.0).ok().filter(|_| n_jumps <= MAX_JUMPS)?;
            }
            _ => return None,
        }
    }
}

fn skip_disambiguator(path: &[u8], at: usize) -> Option<usize> {
    if path.get(at) == Some(&b's') { Some(base_62(path, at + 1)?.1) } else { Some(at) }
}

/// The value and the position behind its `_`.
fn base_62(path: &[u8], mut at: usize) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    let mut is_empty = true;
    loop {
        let digit = match *path.get(at)? {
            b'_' => break,
            c @ b'0'..=b'9' => c - b'0',
            c @ b'a'..=b'z' => c - b'a' + 10,
            c @ b'A'..=b'Z' => c - b'A' + 36,
            _ => return None,
        };
        value = value.checked_mul(62)?.checked_add(digit.into())?;
        is_empty = false;
        at += 1;
    }
    let value = if is_empty { 0 } else { value.checked_add(1)? };
    Some((value, at + 1))
}

fn identifier(path: &[u8], at: usize) -> Option<String> {
    let digits = path.get(at..)?.iter().take_while(|it| it.is_ascii_digit()).count();
    let length: usize = std::str::from_utf8(&path[at..at + digits]).ok()?.parse().ok()?;
    let mut start = at + digits;
    if path.get(start) == Some(&b'_') {
        start += 1;
    }
    let name = path.get(start..start.checked_add(length)?)?;
    Some(String::from_utf8_lossy(name).into_owned()).filter(|it| !it.is_empty())
}

/// The crate of a legacy name that begins with a plain path: `_ZN4core3fmt5write17h…E`.
pub(super) fn of_legacy(mangled: &str) -> Option<String> {
    let path = mangled.strip_prefix("_ZN").filter(|it| it.contains("17h"))?.as_bytes();
    let name = identifier(path, 0)?;
    let is_plain = name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    (is_plain && !name.starts_with('_')).then_some(name)
}

/// The crate of a demangled path. Of `<A as B>::f` it is that of `A`, and that of the trait where
/// `A` is a primitive or generic.
pub(super) fn of_path(path: &str) -> Option<String> {
    let Some(inner) = path.strip_prefix('<') else { return first_segment(path) };
    let inner = &inner[..matching_end(inner)];
    let (self_type, trait_path) = split_as(inner);
    of_type(self_type).or_else(|| trait_path.and_then(first_segment))
}

/// The crate of a type, behind references, pointers, slices and tuples.
fn of_type(ty: &str) -> Option<String> {
    const WRAPPERS: [&str; 9] = ["&mut ", "&", "*const ", "*mut ", "[", "(", "dyn ", "impl ", "mut "];
    let mut ty = ty;
    while let Some(inner) = WRAPPERS.iter().find_map(|it| ty.strip_prefix(it)) {
        ty = inner.trim_start();
    }
    let ty = ty.trim_start_matches('<');
    first_segment(ty)
}

/// `core` of `core::fmt::Write`; `None` where there is no `::` behind an identifier.
fn first_segment(path: &str) -> Option<String> {
    let end = path.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
    let (name, rest) = path.split_at(end);
    (rest.starts_with("::") && !name.is_empty()).then(|| name.to_owned())
}

/// Where the bracket closes that was open before `text`.
fn matching_end(text: &str) -> usize {
    let mut depth = 1_u32;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth = depth.saturating_add(1),
            '>' if before != '-' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at;
        }
        before = c;
    }
    text.len()
}

/// `A as B`, split at the outermost ` as `.
fn split_as(inner: &str) -> (&str, Option<&str>) {
    let mut depth = 0_i64;
    for (at, c) in inner.char_indices() {
        match c {
            '<' | '(' | '[' => depth = depth.saturating_add(1),
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            ' ' if depth <= 0 && inner[at..].starts_with(" as ") => {
                return (&inner[..at], Some(&inner[at + 4..]));
            }
            _ => {}
        }
    }
    (inner, None)
}
