//! Names that compilers make up for things without a name.

/// `.Lanon.<hash>.12` and `alloc_<hash>` of rustc, `.L__unnamed_12`, `.str.12` of LLVM: constants
/// whose number or hash differs from build to build.
pub(super) fn is_anonymous(name: &str) -> bool {
    let name = name.strip_prefix(".L").unwrap_or(name);
    let hash = name.strip_prefix("anon.").and_then(|it| it.split('.').next());
    let hash = hash.or_else(|| name.strip_prefix("alloc_"));
    if let Some(hash) = hash {
        return hash.len() == 32 && hash.bytes().all(|it| it.is_ascii_hexdigit());
    }
    let number = ["__unnamed_", ".str.", "str."].iter().find_map(|it| name.strip_prefix(it));
    number.is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit())) || name == ".str"
}

/// The function whose `match` became a look-up table: `.Lswitch.table.<function>[.12]`.
pub(super) fn switch_table_of(name: &str) -> Option<&str> {
    let name = name.strip_prefix(".L").unwrap_or(name);
    name.strip_prefix("switch.table.").map(super::stem).filter(|it| !it.is_empty())
}
