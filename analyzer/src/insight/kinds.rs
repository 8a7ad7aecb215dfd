//! The kinds of advice, and where each comes from.

/// One kind of advice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// A stable word.
    pub(super) word: &'static str,
    /// What it rests on: a manual, a specification, a paper.
    pub(super) source_url: &'static str,
}

pub(super) const OVERFLOW_CHECKS: Kind = Kind {
    word: "overflow_checks",
    source_url: "https://doc.rust-lang.org/cargo/reference/profiles.html#overflow-checks",
};
pub(super) const DEBUG_ASSERTIONS: Kind = Kind {
    word: "debug_assertions",
    source_url: "https://doc.rust-lang.org/cargo/reference/profiles.html#debug-assertions",
};
pub(super) const UNOPTIMISED_RUST: Kind = Kind {
    word: "unoptimised_rust",
    source_url: "https://docs.rust-embedded.org/book/unsorted/speed-vs-size.html",
};
pub(super) const UNOPTIMISED_C: Kind =
    Kind { word: "unoptimised_c", source_url: "https://gcc.gnu.org/onlinedocs/gcc/Optimize-Options.html" };
pub(super) const UNWIND_TABLES: Kind = Kind {
    word: "unwind_tables",
    source_url: "https://github.com/ARM-software/abi-aa/blob/main/ehabi32/ehabi32.rst",
};
pub(super) const UNUSED_VECTORS: Kind =
    Kind { word: "unused_vectors", source_url: "https://docs.rs/cortex-m-rt/latest/cortex_m_rt/#device" };
pub(super) const BIG_ZERO_STATICS: Kind = Kind {
    word: "big_zero_statics",
    source_url: "https://docs.rust-embedded.org/book/collections/index.html",
};
pub(super) const ZEROES_IN_DATA: Kind = Kind {
    word: "zeroes_in_data",
    source_url: "https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.sheader.html#special_sections",
};
pub(super) const CONSTANTS_IN_DATA: Kind = Kind {
    word: "constants_in_data",
    source_url: "https://doc.rust-lang.org/reference/items/static-items.html",
};
pub(super) const ALIGNMENT_HOLES: Kind = Kind {
    word: "alignment_holes",
    source_url: "https://sourceware.org/binutils/docs/ld/Input-Section-Wildcards.html",
};
pub(super) const ORPHAN_SECTIONS: Kind = Kind {
    word: "orphan_sections",
    source_url: "https://sourceware.org/binutils/docs/ld/Orphan-Sections.html",
};
pub(super) const CRATE_VERSIONS: Kind = Kind {
    word: "crate_versions",
    source_url: "https://doc.rust-lang.org/cargo/reference/resolver.html#version-incompatibility-hazards",
};
pub(super) const SINGLE_PATH: Kind = Kind {
    word: "single_path",
    source_url: "https://rustwasm.github.io/twiggy/concepts/dominators-and-retained-size.html",
};

pub(super) const GENERIC_FAMILIES: Kind = Kind {
    word: "generic_families",
    source_url: "https://doc.rust-lang.org/book/ch10-01-syntax.html#performance-of-code-using-generics",
};
pub(super) const IDENTICAL_BODIES: Kind = Kind {
    word: "identical_bodies",
    source_url: "https://research.google/pubs/safe-icf-pointer-safe-and-unwinding-aware-identical-code-folding-in-gold/",
};
pub(super) const DUPLICATED_STRINGS: Kind = Kind {
    word: "duplicated_strings",
    source_url: "https://doc.rust-lang.org/cargo/reference/profiles.html#codegen-units",
};
pub(super) const FLOATS_FORMATTED: Kind =
    Kind { word: "floats_formatted", source_url: "https://doi.org/10.1145/1806596.1806623" };
pub(super) const DIVISION_64: Kind = Kind {
    word: "division_64",
    source_url: "https://github.com/ARM-software/abi-aa/blob/main/rtabi32/rtabi32.rst",
};
pub(super) const FORMATTING_LINE: Kind =
    Kind { word: "formatting_line", source_url: "https://github.com/johnthagen/min-sized-rust" };
pub(super) const PANIC_LOCATIONS: Kind = Kind {
    word: "panic_locations",
    source_url: "https://doc.rust-lang.org/unstable-book/compiler-flags/location-detail.html",
};

pub(super) const PANIC_MESSAGES: Kind = Kind {
    word: "panic_messages",
    source_url: "https://github.com/johnthagen/min-sized-rust#remove-panic-string-formatting-with-panic_immediate_abort",
};

/// Every kind that there is.
const KINDS: [Kind; 21] = [
    OVERFLOW_CHECKS,
    DEBUG_ASSERTIONS,
    UNOPTIMISED_RUST,
    UNOPTIMISED_C,
    UNWIND_TABLES,
    UNUSED_VECTORS,
    BIG_ZERO_STATICS,
    ZEROES_IN_DATA,
    CONSTANTS_IN_DATA,
    ALIGNMENT_HOLES,
    ORPHAN_SECTIONS,
    CRATE_VERSIONS,
    SINGLE_PATH,
    GENERIC_FAMILIES,
    IDENTICAL_BODIES,
    DUPLICATED_STRINGS,
    FLOATS_FORMATTED,
    DIVISION_64,
    FORMATTING_LINE,
    PANIC_LOCATIONS,
    PANIC_MESSAGES,
];

/// The word of every kind of advice and the address of its source.
pub fn sources() -> impl Iterator<Item = (&'static str, &'static str)> {
    KINDS.iter().map(|it| (it.word, it.source_url))
}
