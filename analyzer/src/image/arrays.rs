//! Arrays that linker scripts gather from all objects and start-up code walks from border to border.

use std::collections::BTreeMap;

use crate::span::Span;

/// Borders by the name of their array.
#[derive(Debug, Default)]
pub(super) struct Borders<'data> {
    starts: BTreeMap<&'data [u8], u64>,
    ends: BTreeMap<&'data [u8], u64>,
}

impl<'data> Borders<'data> {
    /// Takes note of a symbol if it is called like a border: `__start_NAME` and `__stop_NAME`, as
    /// linkers define them, or `NAME_array_start` and `NAME_array_end`, as scripts do.
    pub(super) fn add(&mut self, name: &'data [u8], value: u64) {
        let start = name.strip_prefix(b"__start_").or_else(|| name.strip_suffix(b"_array_start"));
        let end = name.strip_prefix(b"__stop_").or_else(|| name.strip_suffix(b"_array_end"));
        if let Some(array) = start {
            self.starts.insert(array, value);
        } else if let Some(array) = end {
            self.ends.insert(array, value);
        }
    }

    /// The arrays that have something in them.
    pub(super) fn arrays(&self) -> Vec<Span> {
        let span = |(name, start): (&&[u8], &u64)| Span::between(*start, *self.ends.get(name)?);
        self.starts.iter().filter_map(span).filter(|it| !it.is_empty()).collect()
    }
}
