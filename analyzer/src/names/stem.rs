//! Names without what compilers number: equal in two builds, whatever was edited elsewhere.

use std::borrow::Cow;

use super::LOCATION;
use super::generated::outlined_stem;

/// What GCC and LLVM append to the name of a function that they changed the parameters of or moved: what
/// is left is the function itself.
const VARIANTS: [&str; 4] = ["isra", "constprop", "lto_priv", "llvm"];
/// Of parts that were split off, which are functions of their own.
const PARTS: [&str; 2] = ["part", "cold"];
/// How demanglers of C++ show a suffix: `f(int) [clone .isra.0]`.
const CLONE: &str = " [clone .";

/// The name without the numbers by which compilers tell equal names apart, since they change with every
/// unrelated edit: `buffer.4321` → `buffer`, `get.constprop.2.isra.0` → `get.constprop.isra`,
/// `OUTLINED_FUNCTION_3` → `OUTLINED_FUNCTION`, `f()::{lambda()#2}` → `f()::{lambda()#}`. So are line and
/// column of a location.
pub(crate) fn stem(name: &str) -> Cow<'_, str> {
    if name.starts_with(LOCATION) {
        return name.trim_end_matches(|it: char| it.is_ascii_digit() || it == ':').into();
    }
    if is_content(name) {
        return name.into();
    }
    if let Some(stem) = outlined_stem(name) {
        return stem.into();
    }
    let (function, suffixes) = cut(name);
    let words = suffixes.into_iter().filter(|it| !is_number(it));
    let stem = with_suffixes(without_counters(function), words, name);
    if stem == name { name.into() } else { stem }
}

/// The name of the function that a compiler made a variant of: `get.isra.0` → `get`. Parts that were
/// split off (`.part`, `.cold`) are functions of their own.
pub(crate) fn without_clone_suffix(name: &str) -> Cow<'_, str> {
    if name.starts_with(LOCATION) || is_content(name) {
        return stem(name);
    }
    let (function, suffixes) = cut(name);
    let parts = suffixes.into_iter().filter(|it| PARTS.contains(it));
    with_suffixes(without_counters(function), parts, name)
}

/// Texts and templates are called by what they say, numbers included.
fn is_content(name: &str) -> bool {
    name.ends_with('"')
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

/// A function with suffixes, written as they are in `like`.
fn with_suffixes<'name>(
    function: Cow<'name, str>,
    suffixes: impl Iterator<Item = &'name str>,
    like: &str,
) -> Cow<'name, str> {
    let (before, behind) = if like.ends_with(']') { (CLONE, "]") } else { (".", "") };
    suffixes.fold(function, |function, it| format!("{function}{before}{it}{behind}").into())
}

/// A name and the suffixes that compilers appended: words of theirs, and numbers behind such or alone. Both
/// as linkers see them (`get.isra.0`) and as demanglers show them.
fn cut(name: &str) -> (&str, Vec<&str>) {
    let mut function = name;
    let mut suffixes = Vec::new();
    while let Some((before, last)) = last_suffix(function) {
        // From the last to the first.
        suffixes.extend(last.rsplit('.'));
        function = before;
    }
    suffixes.reverse();
    (function, suffixes)
}

fn last_suffix(name: &str) -> Option<(&str, &str)> {
    let is_suffix = |it: &str| is_number(it) || VARIANTS.contains(&it) || PARTS.contains(&it);
    let (before, last) = match name.strip_suffix(']') {
        Some(inner) => inner.rsplit_once(CLONE)?,
        None => name.rsplit_once('.')?,
    };
    (!before.is_empty() && last.split('.').all(is_suffix)).then_some((before, last))
}

/// Without the numbers of closures, lambdas and other types that have no name: `{closure#1}` → `{closure#}`,
/// `$_3` → `$_`.
fn without_counters(name: &str) -> Cow<'_, str> {
    const MARKS: [&str; 2] = ["#", "$_"];
    if !MARKS.iter().any(|it| name.contains(it)) {
        return name.into();
    }
    let mut text = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(end) = MARKS.iter().filter_map(|it| Some(rest.find(it)? + it.len())).min() {
        let (before, behind) = rest.split_at(end);
        text.push_str(before);
        let tail = behind.trim_start_matches(|it: char| it.is_ascii_digit());
        // A number in the middle of a word is no counter: `$_0` of `$_0x`.
        let is_counter = before.ends_with("$_")
            && !tail.starts_with(|it: char| it.is_alphanumeric() || it == '_')
            || before.ends_with('#') && tail.starts_with('}');
        rest = if is_counter { tail } else { behind };
    }
    text.push_str(rest);
    text.into()
}
