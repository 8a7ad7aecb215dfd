//! Rows for what has no symbol: named by their content or by who refers to them, so that two builds
//! call the same thing alike.

use super::assemble::{self, Findings, Named, rows_by_node};
use super::{Symbol, SymbolKind};
use crate::anonymous::{self, Piece, What};
use crate::bloat::machinery::Part;
use crate::debug::DebugInfo;
use crate::graph::Graph;
use crate::image::Image;
use crate::map::{Input, Inputs};
use crate::names::{self, LOCATION, Language};
use crate::span::Span;

/// So much of a text is shown.
const MAX_CHARS: usize = 60;
/// So much of a function's name, and of a path.
const MAX_NAME_CHARS: usize = 160;
/// As many of those who refer to something are listed.
const MAX_REFERRERS: usize = 8;
/// So far a way back to a symbol may be: a text, its table, the table of that, a function.
const MAX_STEPS: usize = 8;

/// Adds a row for each piece that somebody knows. `rows` are those of the symbols, by node.
pub(super) fn add_rows(findings: &Findings<'_>, rows: &mut Vec<Named>, reader: &mut names::Reader) {
    let writer = Writer {
        image: findings.image,
        inputs: &findings.attribution.inputs,
        graph: findings.graph.as_ref().ok(),
        contents: Contents::new(findings.image),
        debug: findings.debug,
        n_owners: rows.len(),
    };
    let attribution = findings.attribution;
    let pieces = attribution.anonymous.iter().enumerate().filter(|(_, it)| attribution.names(it));
    for (piece_idx, piece) in pieces {
        let node = writer.n_owners + piece_idx;
        let user = writer.user(node, piece);
        let row = match piece.what {
            What::Label(symbol_idx) => writer.label(piece, node, (symbol_idx, reader)),
            _ => {
                let user_name = user.and_then(|it| rows.get(it)).map(|it| it.symbol.name.as_str());
                let name = writer.name(piece, node, (user_name, rows));
                writer.row(piece, node, name)
            }
        };
        rows.push(Named { user, ..row });
    }
}

/// Tells each of those rows who refers to it. `rows` are in the order of the report.
pub(super) fn enter_referrers(findings: &Findings<'_>, rows: &mut [Named]) {
    let Ok(graph) = &findings.graph else { return };
    let by_node = rows_by_node(rows);
    let n_owners = findings.attribution.owners.len();
    for row in rows.iter_mut().filter(|it| it.node >= n_owners) {
        let referrers = graph.referrers(row.node).filter_map(|it| by_node.get(it).copied().flatten());
        row.symbol.referred_by = referrers.take(MAX_REFERRERS).collect();
    }
}

/// What is called so that has no row, since nobody could name it.
pub(crate) fn nameless(section: &str) -> String {
    format!("(anonymous in {section})")
}

/// Gives each of those rows the crate of its first user.
pub(super) fn enter_crates(rows: &mut [Named]) {
    let by_node = rows_by_node(rows);
    for row_idx in 0..rows.len() {
        let user = rows[row_idx].user.and_then(|it| by_node.get(it).copied().flatten());
        if let Some(user) = user.filter(|_| rows[row_idx].symbol.krate.is_none()) {
            rows[row_idx].symbol.krate = rows[user].symbol.krate.clone();
        }
    }
}

/// Outlining may take from what was outlined before; real programs do so twice or thrice.
const MAX_ROUNDS: usize = 8;

/// What a compiler outlined has the crate of those that call it, where all are of one.
pub(super) fn enter_outlined_crates(findings: &Findings<'_>, rows: &mut [Named]) {
    let Ok(graph) = &findings.graph else { return };
    let is_outlined = |it: &Named| names::is_outlined(&it.symbol.mangled) && it.symbol.krate.is_none();
    let mut left: Vec<usize> = (0..rows.len()).filter(|it| is_outlined(&rows[*it])).collect();
    if left.is_empty() {
        return;
    }
    let by_node = rows_by_node(rows);
    for _ in 0..MAX_ROUNDS {
        let n_before = left.len();
        left.retain(|row_idx| {
            let callers = graph.referrers(rows[*row_idx].node).filter(|it| *it != rows[*row_idx].node);
            let mut crates = callers.map(|it| rows[by_node.get(it).copied().flatten()?].symbol.krate.clone());
            let krate = crates.next().flatten().filter(|first| crates.all(|it| it.as_ref() == Some(first)));
            rows[*row_idx].symbol.krate = krate;
            rows[*row_idx].symbol.krate.is_none()
        });
        if left.len() == n_before {
            break;
        }
    }
}

struct Writer<'graph, 'image> {
    image: &'image Image<'image>,
    inputs: &'image Inputs,
    graph: Option<&'graph Graph>,
    contents: Contents<'image>,
    debug: &'image DebugInfo<'image>,
    n_owners: usize,
}

impl Writer<'_, '_> {
    /// The first symbol that leads to a piece, if need be over other pieces.
    fn user(&self, node: usize, piece: &Piece) -> Option<usize> {
        if let What::LiteralPool(Some(owner)) = piece.what {
            return Some(owner);
        }
        let graph = self.graph?;
        let mut cursor = node;
        for _ in 0..MAX_STEPS {
            // By node, so symbols come first.
            cursor = graph.referrers(cursor).next()?;
            if cursor < self.n_owners {
                return Some(cursor);
            }
        }
        None
    }

    fn row(&self, piece: &Piece, node: usize, name: String) -> Named {
        let symbol = Symbol {
            name,
            mangled: String::new(),
            size_bytes: piece.span.size(),
            run_address: piece.span.start(),
            section: self.image.sections[piece.section_idx].name.clone(),
            krate: None,
            kind: self.kind(piece),
            referred_by: Vec::new(),
            retained_bytes: self.graph.map(|it| it.retained_bytes(node)),
            retained_flash_bytes: 0,
            retained_ram_bytes: 0,
            body: None,
            frame_bytes: None,
            reachable: self.graph.map(|it| it.is_reachable(node)),
            aliases: Vec::new(),
            file: None,
            line: None,
            unit: None,
            linked_from: None,
        };
        let place = (piece.section_idx, piece.span.start());
        let (language, part) = (Language::Unknown, Part::None);
        let is_code = assemble::is_code(self.image, place, symbol.kind);
        Named { symbol, node, user: None, section_idx: piece.section_idx, is_code, language, part }
    }

    fn label(&self, piece: &Piece, node: usize, (symbol_idx, reader): (usize, &mut names::Reader)) -> Named {
        let symbol = &self.image.symbols[symbol_idx];
        let mangled = String::from_utf8_lossy(symbol.name).into_owned();
        let names::Name { text, krate, .. } = reader.read(&mangled);
        let row = self.row(piece, node, text);
        let is_code = assemble::is_code(self.image, (piece.section_idx, piece.span.start()), symbol.kind);
        Named { symbol: Symbol { mangled, krate, kind: symbol.kind, ..row.symbol }, is_code, ..row }
    }

    fn name(&self, piece: &Piece, node: usize, (user, rows): (Option<&str>, &[Named])) -> String {
        let section = &self.image.sections[piece.section_idx].name;
        let input = self.inputs.name_at(piece.section_idx, piece.span.start());
        let of_user = |what: &str| match (user, input) {
            (Some(user), _) => format!("{what} of {}", shortened(user)),
            (None, Some(input)) => input.to_owned(),
            (None, None) => format!("{what} in {section}"),
        };
        match piece.what {
            What::Text => quoted(self.contents.at(piece.span)),
            What::Template => match anonymous::template(self.contents.at(piece.span)) {
                Some(template) => format!("template {}", quoted(template.text.as_bytes())),
                None => of_user("template"),
            },
            What::Location { path, len, line, column } => {
                let path = self.contents.at(Span::saturating(path, len.into()));
                let path = self.debug.short_path(&String::from_utf8_lossy(path));
                format!("{LOCATION}{}:{line}:{column}", shortened(&path))
            }
            What::Vtable => self.vtable(node, rows).unwrap_or_else(|| of_user("vtable")),
            What::SwitchTable => of_user("switch table"),
            What::PointerTable => of_user("pointers"),
            What::LiteralPool(_) => of_user("literals"),
            What::Code => of_user("code"),
            What::Variable => of_user("variable"),
            What::VectorTable => "vector table".into(),
            What::Header => "ELF header and program headers".into(),
            What::Unwind => format!("unwind table {section}"),
            What::Reservation => format!("reserved in {section}"),
            What::WholeSection => section.clone(),
            What::Space => format!("space in {section}"),
            What::Input => input.unwrap_or(section).to_owned(),
            What::Constant | What::Unknown | What::Label(_) => of_user("constant"),
        }
    }

    fn kind(&self, piece: &Piece) -> SymbolKind {
        let is_stored = !self.image.sections[piece.section_idx].data.is_empty();
        match piece.what {
            What::Text => SymbolKind::String,
            What::Location { .. } => SymbolKind::Location,
            What::Template => SymbolKind::Template,
            What::SwitchTable => SymbolKind::SwitchTable,
            What::PointerTable | What::Vtable => SymbolKind::PointerTable,
            What::LiteralPool(_) => SymbolKind::LiteralPool,
            What::VectorTable => SymbolKind::VectorTable,
            What::Header => SymbolKind::Header,
            What::Unwind => SymbolKind::Unwind,
            What::Reservation | What::Space => SymbolKind::Reservation,
            What::Code => SymbolKind::Function,
            What::Variable => SymbolKind::Variable,
            What::WholeSection | What::Input if !is_stored => SymbolKind::Variable,
            What::Input if self.is_code(piece) => SymbolKind::Function,
            What::WholeSection | What::Input | What::Constant | What::Unknown => SymbolKind::Constant,
            What::Label(_) => SymbolKind::Label,
        }
    }

    fn is_code(&self, piece: &Piece) -> bool {
        let input = self.inputs.at(piece.section_idx, piece.span.start());
        matches!(input, Some(Input::Linked { is_code: true, .. }))
    }

    /// By the type and trait of its first method that shows them.
    fn vtable(&self, node: usize, rows: &[Named]) -> Option<String> {
        let methods = self.graph?.targets(node).filter_map(|it| rows.get(it));
        let name =
            |it: &Named| implementation(&it.symbol.name).map(|it| format!("vtable of {}", shortened(it)));
        methods.filter(|it| it.node < self.n_owners).find_map(name)
    }
}

/// `<T as Trait>` of `<T as Trait>::method`, `<impl Trait for T>` of `path::<impl Trait for T>::method`.
fn implementation(method: &str) -> Option<&str> {
    let start = method.find("<impl ").or_else(|| method.starts_with('<').then_some(0))?;
    let mut depth = 0_usize;
    for (at, c) in method[start..].char_indices() {
        match c {
            '<' => depth += 1,
            '>' if method[..start + at].ends_with('-') => {}
            '>' if depth == 1 => return method.get(start..=start + at),
            '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The beginning of a name: one that is long would be repeated by everything that its function uses.
fn shortened(name: &str) -> String {
    match name.char_indices().nth(MAX_NAME_CHARS) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// A text in quotation marks on one line, shortened.
fn quoted(content: &[u8]) -> String {
    let content = content.strip_suffix(&[0]).unwrap_or(content);
    let text = String::from_utf8_lossy(content);
    let mut shown: String = text.chars().take(MAX_CHARS).flat_map(char::escape_debug).collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        shown.push('…');
    }
    format!("\"{shown}\"")
}

/// From an address to content.
struct Contents<'image> {
    image: &'image Image<'image>,
    /// Sections with content, by address.
    sections: Vec<(Span, usize)>,
}

impl<'image> Contents<'image> {
    fn new(image: &'image Image<'image>) -> Self {
        let stored =
            image.sections.iter().enumerate().filter(|(_, it)| it.takes_memory() && !it.data.is_empty());
        let mut sections: Vec<(Span, usize)> = stored.map(|(idx, it)| (it.run, idx)).collect();
        sections.sort_unstable();
        Self { image, sections }
    }

    /// Empty where no section has all of it.
    fn at(&self, span: Span) -> &'image [u8] {
        let idx = self.sections.partition_point(|(it, _)| it.start() <= span.start());
        let Some((run, section_idx)) = idx.checked_sub(1).map(|it| self.sections[it]) else { return &[] };
        let index = |address: u64| usize::try_from(address - run.start()).ok();
        let range = index(span.start()).zip(index(span.end()));
        range.and_then(|(from, to)| self.image.sections[section_idx].data.get(from..to)).unwrap_or(&[])
    }
}
