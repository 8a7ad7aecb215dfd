//! The orders in which symbols are listed.

use super::linked_from;
use plimsoll_analyzer::report::Symbol;
use std::cmp::Reverse;

/// A column that orders the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Size,
    Retained,
    Name,
    Kind,
    Crate,
    Section,
    LinkedFrom,
    Address,
}

impl Sort {
    /// With their heads, in the order of the columns.
    pub(super) const ALL: [(Sort, &'static str); 8] = [
        (Sort::Name, "Symbol"),
        (Sort::Size, "Size"),
        (Sort::Retained, "Retained"),
        (Sort::Kind, "Kind"),
        (Sort::Crate, "Crate"),
        (Sort::Section, "Section"),
        (Sort::LinkedFrom, "Linked from"),
        (Sort::Address, "Address"),
    ];

    /// Its word in an address.
    pub(super) fn key(self) -> &'static str {
        match self {
            Sort::Size => "size",
            Sort::Retained => "retained",
            Sort::Kind => "kind",
            Sort::Name => "name",
            Sort::Crate => "crate",
            Sort::Section => "section",
            Sort::LinkedFrom => "linked_from",
            Sort::Address => "address",
        }
    }

    /// By size where the word is none of them.
    pub(super) fn parse(text: Option<&str>) -> Self {
        let wanted = Sort::ALL.iter().find(|(it, _)| Some(it.key()) == text);
        wanted.map_or(Sort::Size, |(it, _)| *it)
    }

    /// Biggest first; everything else ascending, and then biggest first.
    pub(super) fn apply(self, rows: &mut [&Symbol]) {
        match self {
            Sort::Size => {
                rows.sort_by(|a, b| b.size_bytes.cmp(&a.size_bytes).then_with(|| a.name.cmp(&b.name)))
            }
            Sort::Retained => rows.sort_by_key(|it| Reverse(it.retained_bytes)),
            Sort::Kind => rows.sort_by_key(|it| (it.kind, Reverse(it.size_bytes))),
            Sort::Name => rows.sort_by(|a, b| a.name.cmp(&b.name)),
            Sort::Crate => rows.sort_by(|a, b| (&a.krate, b.size_bytes).cmp(&(&b.krate, a.size_bytes))),
            Sort::Section => rows.sort_by(|a, b| (&a.section, b.size_bytes).cmp(&(&b.section, a.size_bytes))),
            Sort::LinkedFrom => rows.sort_by(|a, b| file_and_size(a).cmp(&file_and_size(b))),
            Sort::Address => rows.sort_by_key(|it| it.run_address),
        }
    }
}

/// By the object file, whose pieces belong together; what has none comes last.
fn file_and_size(symbol: &Symbol) -> (bool, Option<&str>, Reverse<u64>) {
    let file = linked_from(symbol).map(|it| it.rsplit_once(" of ").map_or(it, |(_, file)| file));
    (file.is_none(), file, Reverse(symbol.size_bytes))
}
