//! Names that compilers make up for things without a name.

/// `.Lanon.<hash>.12` and `alloc_<hash>` of rustc, `.L__unnamed_12`, `.str.12` of LLVM: constants
/// whose number or hash differs from build to build.
pub(crate) fn is_anonymous(name: &[u8]) -> bool {
    let name = name.strip_prefix(b".L").unwrap_or(name);
    let hash = name.strip_prefix(b"anon.").and_then(|it| it.split(|it| *it == b'.').next());
    let hash = hash.or_else(|| name.strip_prefix(b"alloc_"));
    if let Some(hash) = hash {
        return hash.len() == 32 && hash.iter().all(u8::is_ascii_hexdigit);
    }
    const NUMBERED: [&[u8]; 3] = [b"__unnamed_", b".str.", b"str."];
    let number = NUMBERED.iter().find_map(|it| name.strip_prefix(*it));
    number.is_some_and(|it| !it.is_empty() && it.iter().all(u8::is_ascii_digit)) || name == b".str"
}

/// The function whose `match` became a look-up table: `.Lswitch.table.<function>[.12]`.
pub(super) fn switch_table_of(name: &str) -> Option<&str> {
    let name = name.strip_prefix(".L").unwrap_or(name);
    name.strip_prefix("switch.table.").map(super::stem).filter(|it| !it.is_empty())
}
