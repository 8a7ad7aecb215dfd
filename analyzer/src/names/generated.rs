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
    let function = name.strip_prefix("switch.table.")?;
    let without_number = function.trim_end_matches(|it: char| it.is_ascii_digit()).strip_suffix('.');
    without_number
        .filter(|it| !it.is_empty() && it.len() + 1 < function.len())
        .or(Some(function))
        .filter(|it| !it.is_empty())
}

/// Sequences of instructions that several functions share, of LLVM's two outliners: the names are their numbers
/// (`MachineOutliner.cpp`: `OUTLINED_FUNCTION_2_7` for the second round; `IROutliner.cpp`).
const OUTLINED: [&str; 2] = ["OUTLINED_FUNCTION", "outlined_ir_func"];

/// Whether a function is what several others have in common, put there by the compiler.
pub(crate) fn is_outlined(name: &str) -> bool {
    outlined_stem(name).is_some()
}

/// The name of such a function without its numbers.
pub(super) fn outlined_stem(name: &str) -> Option<&str> {
    let stem = OUTLINED.iter().find_map(|it| name.get(..it.len()).filter(|start| start == it))?;
    let numbers = &name[stem.len()..];
    let is_numbers = numbers.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'_' | b'.'));
    is_numbers.then_some(stem)
}

/// The block in which LLVM's pass `GlobalMerge` lays statics side by side, so that one address serves all:
/// `.L_MergedGlobals`, `_MergedGlobals.3`. What was merged keeps its name there.
pub(crate) fn is_merged_block(name: &[u8]) -> bool {
    let name = name.strip_prefix(b".L").unwrap_or(name);
    let rest = name.strip_prefix(b"_MergedGlobals");
    rest.is_some_and(|it| it.iter().all(|it| it.is_ascii_digit() || *it == b'.'))
}
