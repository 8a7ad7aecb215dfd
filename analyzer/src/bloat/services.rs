//! What C's and C++'s libraries are asked for, told by the names of their functions.

/// What a program asks a library for. Those that bring others along come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Service {
    Iostreams,
    Exceptions,
    Rtti,
    Printf,
    Scanf,
    Strtod,
    Malloc,
}

/// Functions that only numbers with a fraction need, of newlib, its nano variant, picolibc and avr-libc.
const FLOATS: [&str; 11] = [
    "_printf_float",
    "_scanf_float",
    "__cvt",
    "_dtoa_r",
    "_ldtoa_r",
    "__dtoa_engine",
    "__ftoa_engine",
    "__d_vfprintf",
    "__f_vfprintf",
    "__d_vfscanf",
    "__f_vfscanf",
];
/// What `printf` is in C's names besides its own: the cores of the libraries.
const PRINTF_CORES: [&str; 9] = [
    "_printf_i",
    "_printf_common",
    "_svfprintf_r",
    "_svfiprintf_r",
    "__i_vfprintf",
    "__l_vfprintf",
    "__m_vfprintf",
    "__ssputs_r",
    "__sfputs_r",
];
const SCANF_CORES: [&str; 8] = [
    "_scanf_i",
    "_scanf_chars",
    "__ssvfscanf_r",
    "__ssvfiscanf_r",
    "__svfscanf_r",
    "__svfiscanf_r",
    "__i_vfscanf",
    "__m_vfscanf",
];
const STRTODS: [&str; 8] =
    ["strtod", "strtof", "strtold", "atof", "atoff", "_strtod_l", "_strtod_r", "__strtod"];
const MALLOCS: [&str; 10] = [
    "malloc",
    "calloc",
    "realloc",
    "free",
    "_malloc_r",
    "_calloc_r",
    "_realloc_r",
    "_free_r",
    "operator new(unsigned int)",
    "operator new(unsigned long)",
];
const THROWS: [&str; 4] =
    ["__cxa_throw", "__cxa_allocate_exception", "_Unwind_RaiseException", "__cxa_begin_catch"];
const STREAMS: [&str; 8] = [
    "std::basic_ostream",
    "std::basic_istream",
    "std::basic_streambuf",
    "std::ios_base",
    "std::ostream::",
    "std::istream::",
    "std::num_put",
    "std::locale",
];

impl Service {
    /// What a symbol belongs to, by its demangled name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let is_one = |names: &[&str]| names.contains(&name);
        match name {
            _ if is_one(&PRINTF_CORES) || is_format(name, "printf") => Some(Self::Printf),
            _ if is_one(&SCANF_CORES) || is_format(name, "scanf") => Some(Self::Scanf),
            _ if is_one(&STRTODS) => Some(Self::Strtod),
            _ if is_one(&MALLOCS) => Some(Self::Malloc),
            _ if is_one(&THROWS) => Some(Self::Exceptions),
            _ if name == "__dynamic_cast" => Some(Self::Rtti),
            _ if STREAMS.iter().any(|it| name.starts_with(it)) => Some(Self::Iostreams),
            _ => None,
        }
    }

    /// In words.
    pub(crate) fn words(self, with_floats: bool) -> &'static str {
        match self {
            Self::Printf if with_floats => "`printf` with floats",
            Self::Printf => "`printf`",
            Self::Scanf if with_floats => "`scanf` with floats",
            Self::Scanf => "`scanf`",
            Self::Strtod => "`strtod`",
            Self::Malloc => "`malloc`",
            Self::Iostreams => "C++ streams",
            Self::Exceptions => "C++ exceptions",
            Self::Rtti => "C++ run-time types",
        }
    }
}

/// Whether only numbers with a fraction need a function of a C library.
pub(crate) fn is_float(name: &str) -> bool {
    FLOATS.contains(&name)
}

/// `printf`, `_vfiprintf_r`, `sniprintf`: the standard's names, newlib's without floats (`i`), and its reentrant ones.
fn is_format(name: &str, stem: &str) -> bool {
    let bare = name.trim_start_matches('_');
    let bare = bare.strip_suffix("_r").unwrap_or(bare);
    let Some(prefix) = bare.strip_suffix(stem) else { return false };
    let prefix = prefix.strip_suffix('i').unwrap_or(prefix);
    let prefix = prefix.strip_prefix('v').unwrap_or(prefix);
    matches!(prefix, "" | "f" | "s" | "sn" | "as" | "asn" | "d" | "small_")
}

/// Folders of the sources of C's and C++'s libraries, as their builders' debug information has them.
const TOOLCHAIN_FOLDERS: [&str; 7] =
    ["/newlib/", "/picolibc/", "/libgcc/", "libstdc++-v3/", "libsupc++/", "/include/c++/", "/avr-libc/"];

/// Whether a source file comes with the toolchain.
pub(crate) fn is_of_toolchain(path: &str) -> bool {
    TOOLCHAIN_FOLDERS.iter().any(|it| path.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_libraries_own_names_are_told_from_others() {
        for name in ["printf", "iprintf", "_vfiprintf_r", "snprintf", "vsniprintf", "_svfprintf_r"] {
            assert_eq!(Service::of(name), Some(Service::Printf), "{name}");
        }
        assert_eq!(Service::of("_vfscanf_r"), Some(Service::Scanf));
        for name in ["my_printf", "printf_init", "print", "scan", "freeze"] {
            assert_eq!(Service::of(name), None, "{name}");
        }
    }
}
