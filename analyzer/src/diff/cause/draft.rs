//! Sums up what each cause let in, by the dominator tree of what is new.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::doors::{Doors, Node, Site, Weight};
use super::trace::Object;
use super::{Cause, CauseKind, Explained, Memory, Traced, words};
use crate::graph::{Dominators, Edges, RootKind};
use crate::report::{Symbol, SymbolKind};

/// More causes are not listed; they are in the sums.
const MAX_CAUSES: usize = 64;
/// Finding out which of several lines leads to most may take this many steps.
const MAX_STEPS: usize = 20_000_000;

/// Chains of object files that bring each other along are followed so far.
const MAX_ROUNDS: usize = 16;

/// What one cause is for.
#[derive(Debug, Default)]
struct Draft {
    let_in: Weight,
    own: Weight,
    /// Rows that it let in.
    rows: Vec<LetIn>,
    /// The functions that it inlined, and the bytes behind each.
    inlined: Vec<(u64, u32)>,
    n_others: u64,
}

/// Causes, and sums over all of them.
pub(super) fn explained(doors: &Doors<'_>) -> Explained {
    let mut drafts = drafts(doors);
    share_unwind(doors, &mut drafts);
    drafts.retain(|_, it| it.let_in.bytes + it.own.bytes > 0);
    let mut explained = Explained::default();
    let mut causes = Vec::new();
    for (site, draft) in &drafts {
        let cause = cause(doors, *site, draft);
        let is_placed = cause.line.is_some() || matches!(site, Site::Root(_));
        explained.bytes += cause.grown_bytes;
        explained.explained_bytes += if is_placed { cause.grown_bytes } else { 0 };
        explained.own_bytes += if is_placed { draft.own.bytes } else { 0 };
        causes.push(cause);
    }
    causes.sort_by(|a, b| {
        let place = |it: &Cause| (it.file.clone(), it.line, it.what.clone());
        Reverse(a.grown_bytes).cmp(&Reverse(b.grown_bytes)).then_with(|| place(a).cmp(&place(b)))
    });
    explained.n_left_out = causes.len().saturating_sub(MAX_CAUSES) as u64;
    causes.truncate(MAX_CAUSES);
    explained.causes = causes;
    explained
}

/// A row that a cause let in.
#[derive(Debug, Clone, Copy)]
pub(super) struct LetIn {
    pub(super) row: u32,
    pub(super) bytes: u64,
    /// With what only it leads to.
    pub(super) retained_bytes: u64,
}

/// By site.
fn drafts(doors: &Doors<'_>) -> BTreeMap<Site, Draft> {
    let edges = Edges::of_pairs(doors.pairs.clone(), doors.nodes.len());
    let sites: Vec<usize> = (0..doors.nodes.len()).filter(|it| is_site(doors.nodes[*it])).collect();
    let dominators = Dominators::new(&edges, &sites);
    let mut retained_bytes: Vec<u64> = doors.weights.iter().map(|it| it.bytes).collect();
    let tree: Vec<(usize, usize)> = dominators.bottom_up().collect();
    tree.iter().for_each(|(node, parent)| retained_bytes[*parent] += retained_bytes[*node]);
    let mut top: Vec<usize> = (0..doors.nodes.len()).collect();
    tree.iter().rev().for_each(|(node, parent)| top[*node] = top[*parent]);
    let mut chooser =
        Chooser { doors, edges: &edges, reach: BTreeMap::new(), chosen: BTreeMap::new(), n_steps: 0 };
    let mut drafts: BTreeMap<Site, Draft> = BTreeMap::new();
    let mut idle: Vec<(u32, usize)> = Vec::new();
    for (id, node) in doors.nodes.iter().enumerate().filter(|it| !is_site(*it.1)) {
        let chosen = match doors.nodes[top[id]] {
            Node::Site(site) => Some((site, 0)),
            _ if dominators.is_reachable(id) => chooser.choose(top[id]),
            _ => None,
        };
        match (chosen, *node) {
            (Some((site, n_others)), _) => {
                let draft = drafts.entry(site).or_default();
                draft.n_others = draft.n_others.max(n_others);
                draft.let_in(*node, doors.weights[id], retained_bytes[id]);
            }
            (None, Node::Row(row)) => idle.push((row, id)),
            (None, _) => {}
        }
    }
    came_along(doors, &edges, &idle, &mut drafts);
    for (site, weight) in &doors.own {
        drafts.entry(*site).or_default().own.add(*weight);
    }
    drafts
}

impl Draft {
    fn let_in(&mut self, node: Node, weight: Weight, retained_bytes: u64) {
        self.let_in.add(weight);
        match node {
            Node::Row(row) => self.rows.push(LetIn { row, bytes: weight.bytes, retained_bytes }),
            Node::Inlined(_, function) => self.inlined.push((retained_bytes, function)),
            Node::Site(_) => {}
        }
    }

    /// What most of it is behind: a symbol, unless it is for the most part inlined.
    fn first(&self, side: &Traced) -> String {
        let row = self.rows.iter().max_by_key(|it| (it.retained_bytes, Reverse(it.row)));
        let inlined = self.inlined.iter().max_by_key(|it| (it.0, Reverse(it.1)));
        let name = |it: &LetIn| side.report.symbols.get(it.row as usize).map(|it| it.name.clone());
        match (row, inlined) {
            (Some(row), Some(inlined)) if row.retained_bytes.saturating_mul(2) >= inlined.0 => name(row),
            (_, Some(inlined)) => Some(side.trace.functions[inlined.1 as usize].clone()),
            (row, None) => row.and_then(name),
        }
        .unwrap_or_default()
    }
}

/// What nothing refers to came along with the object file that it is in, and brought others along.
fn came_along(doors: &Doors<'_>, edges: &Edges, idle: &[(u32, usize)], drafts: &mut BTreeMap<Site, Draft>) {
    let mut site_of_object = sites_by_object(doors, drafts);
    let mut site_of: BTreeMap<usize, Site> = BTreeMap::new();
    let object = |row: u32| doors.new.trace.objects.get(row as usize).and_then(Option::as_ref);
    for _ in 0..MAX_ROUNDS {
        let n_known = site_of.len();
        for (row, id) in idle {
            let by_object = object(*row).and_then(|it| site_of_object.get(it));
            let by_source = || edges.sources(*id).iter().find_map(|it| site_of.get(&(*it as usize)));
            let Some(site) = by_object.or_else(by_source).copied() else { continue };
            site_of.insert(*id, site);
            if let Some(object) = object(*row) {
                site_of_object.entry(object).or_insert(site);
            }
        }
        if site_of.len() == n_known {
            break;
        }
    }
    for (row, id) in idle {
        let site = site_of.get(id).copied().unwrap_or(Site::Idle(*row));
        drafts.entry(site).or_default().let_in(Node::Row(*row), doors.weights[*id], 0);
    }
}

/// Object files that came in for somebody's sake: what of them nothing refers to came along. Each is the cause's that
/// has the most of it.
fn sites_by_object<'a>(doors: &Doors<'a>, drafts: &BTreeMap<Site, Draft>) -> BTreeMap<&'a Object, Site> {
    let new: &'a Traced = doors.new;
    let mut sums: BTreeMap<(&Object, Site), u64> = BTreeMap::new();
    for (site, draft) in drafts {
        for it in &draft.rows {
            if let Some(Some(object)) = new.trace.objects.get(it.row as usize) {
                *sums.entry((object, *site)).or_default() += it.bytes;
            }
        }
    }
    let mut best: BTreeMap<&Object, (u64, Site)> = BTreeMap::new();
    for ((object, site), bytes) in sums {
        let known = best.entry(object).or_insert((bytes, site));
        if known.0 < bytes {
            *known = (bytes, site);
        }
    }
    best.into_iter().map(|(object, (_, site))| (object, site)).collect()
}

fn is_site(node: Node) -> bool {
    matches!(node, Node::Site(_))
}

/// Unwind tables grow with the functions that they are about: their bytes go to the causes by what those let in.
fn share_unwind(doors: &Doors<'_>, drafts: &mut BTreeMap<Site, Draft>) {
    let is_unwind = |site: &Site| match site {
        Site::Row(row) | Site::Root(row) | Site::Idle(row) => {
            doors.new.report.symbols.get(*row as usize).is_some_and(|it| it.kind == SymbolKind::Unwind)
        }
        Site::Line { .. } => false,
    };
    let mut unwind = Weight::default();
    for (_, draft) in drafts.iter_mut().filter(|it| is_unwind(it.0)) {
        unwind.add(std::mem::take(&mut draft.own));
        unwind.add(std::mem::take(&mut draft.let_in));
    }
    let whole_bytes: u64 = drafts.values().map(|it| it.let_in.bytes).sum();
    if whole_bytes == 0 {
        return;
    }
    let mut seen_bytes = 0;
    let mut done = Weight::default();
    for draft in drafts.values_mut() {
        seen_bytes += draft.let_in.bytes;
        let due = |bytes: u64| (u128::from(bytes) * u128::from(seen_bytes) / u128::from(whole_bytes)) as u64;
        let part = Weight {
            bytes: due(unwind.bytes) - done.bytes,
            flash_bytes: due(unwind.flash_bytes) - done.flash_bytes,
            ram_bytes: due(unwind.ram_bytes) - done.ram_bytes,
        };
        done.add(part);
        draft.let_in.add(part);
    }
}

/// Which of several sites is named for what all of them lead to.
struct Chooser<'a, 'd> {
    doors: &'a Doors<'d>,
    edges: &'a Edges,
    /// By site: bytes of all that it leads to.
    reach: BTreeMap<usize, u64>,
    /// By node: the site, and how many others there are.
    chosen: BTreeMap<usize, Option<(Site, u64)>>,
    n_steps: usize,
}

impl Chooser<'_, '_> {
    fn choose(&mut self, node: usize) -> Option<(Site, u64)> {
        if let Some(known) = self.chosen.get(&node) {
            return *known;
        }
        let sources = self.walk(node, |edges, it| edges.sources(it));
        let sites: Vec<usize> = sources.into_iter().filter(|it| is_site(self.doors.nodes[*it])).collect();
        let rank = |it: usize| match self.doors.nodes[it] {
            Node::Site(site) => site.rank(),
            _ => u8::MAX,
        };
        let lowest = sites.iter().map(|it| rank(*it)).min();
        let named: Vec<usize> = sites.into_iter().filter(|it| Some(rank(*it)) == lowest).collect();
        let first =
            named.iter().copied().max_by_key(|it| (self.reach_bytes(*it), Reverse(self.doors.nodes[*it])));
        let chosen = first.and_then(|it| match self.doors.nodes[it] {
            Node::Site(site) => Some((site, named.len() as u64 - 1)),
            _ => None,
        });
        self.chosen.insert(node, chosen);
        chosen
    }

    fn reach_bytes(&mut self, site: usize) -> u64 {
        if let Some(known) = self.reach.get(&site) {
            return *known;
        }
        let reached = self.walk(site, |edges, it| edges.targets(it));
        let bytes = reached.into_iter().map(|it| self.doors.weights[it].bytes).sum();
        self.reach.insert(site, bytes);
        bytes
    }

    /// All nodes that one leads to, one way or the other, as far as there are steps left.
    fn walk(&mut self, start: usize, next: impl Fn(&Edges, usize) -> &[u32]) -> BTreeSet<usize> {
        let mut seen = BTreeSet::from([start]);
        let mut waiting = vec![start];
        while let Some(node) = waiting.pop().filter(|_| self.n_steps < MAX_STEPS) {
            let neighbours = next(self.edges, node);
            self.n_steps += 1 + neighbours.len();
            waiting.extend(neighbours.iter().map(|it| *it as usize).filter(|it| seen.insert(*it)));
        }
        seen
    }
}

fn cause(doors: &Doors<'_>, site: Site, draft: &Draft) -> Cause {
    let trace = &doors.new.trace;
    let mut sum = draft.let_in;
    sum.add(draft.own);
    let row = doors.row_of_site.get(&site).copied();
    let symbol = |row: u32| doors.new.report.symbols.get(row as usize);
    let declared = |row: u32| {
        let symbol = symbol(row)?;
        Some((doors.new.report.files.get(symbol.file?)?.path.clone(), symbol.line?))
    };
    let (place, function) = match site {
        Site::Line { file, line, function, .. } => {
            let function = trace.functions[function as usize].clone();
            (Some((trace.files[file as usize].clone(), line)), Some(function).filter(|it| !it.is_empty()))
        }
        Site::Row(row) if is_own_code(draft, symbol(row)) => (None, None),
        Site::Row(row) | Site::Idle(row) => (declared(row), symbol(row).map(|it| it.name.clone())),
        Site::Root(row) => (declared(row).or_else(|| first_line(doors, row)), None),
    };
    let (kind, what) = what(doors, site, draft);
    let through = match site {
        Site::Root(row) => trace.roots.get(&row).map(|it| keeper(*it).to_owned()),
        _ => library(doors, row.and_then(symbol), draft),
    };
    let memory = if sum.ram_bytes > sum.flash_bytes { Memory::Ram } else { Memory::Flash };
    let (file, line) = place.unzip();
    let Weight { bytes: grown_bytes, flash_bytes, ram_bytes } = sum;
    let n_other_lines = draft.n_others;
    Cause {
        kind,
        what,
        file,
        line,
        function,
        through,
        n_other_lines,
        grown_bytes,
        flash_bytes,
        ram_bytes,
        memory,
    }
}

/// Where the code of a row begins that is declared nowhere.
fn first_line(doors: &Doors<'_>, row: u32) -> Option<(String, u32)> {
    let trace = &doors.new.trace;
    let code = trace.code.iter().filter(|it| it.row == row);
    let (file, line) = code.flat_map(|it| trace.chain(it.frame)).find_map(|it| it.line)?;
    Some((trace.files[file as usize].clone(), line))
}

/// Code that grew, and nobody knows where in it.
fn is_own_code(draft: &Draft, symbol: Option<&Symbol>) -> bool {
    let is_code = symbol.is_some_and(|it| matches!(it.kind, SymbolKind::Function | SymbolKind::Label));
    is_code && draft.own.bytes > draft.let_in.bytes
}

/// What sort of cause it is, and what it let in.
fn what(doors: &Doors<'_>, site: Site, draft: &Draft) -> (CauseKind, String) {
    let symbol = |row: u32| doors.new.report.symbols.get(row as usize);
    let name = |row: u32| symbol(row).map(|it| it.name.clone()).unwrap_or_default();
    if draft.own.bytes > draft.let_in.bytes {
        let row = doors.row_of_site.get(&site).copied();
        let is_data = row.and_then(symbol).is_some_and(|it| it.body.is_none() && is_data(it));
        let kind = if is_data { CauseKind::Data } else { CauseKind::Code };
        return (kind, row.map(name).unwrap_or_default());
    }
    let family = words::family(doors.new, &draft.rows);
    let first = || draft.first(doors.new);
    match site {
        Site::Root(_) => (CauseKind::Root, family.map_or_else(first, |it| it.1)),
        Site::Idle(_) => (CauseKind::Unreferenced, first()),
        Site::Line { .. } | Site::Row(_) => family.unwrap_or_else(|| (CauseKind::Reference, first())),
    }
}

fn is_data(symbol: &Symbol) -> bool {
    !matches!(symbol.kind, SymbolKind::Function | SymbolKind::Label)
}

/// Where most of it is from, if that is not where its line is.
fn library(doors: &Doors<'_>, host: Option<&Symbol>, draft: &Draft) -> Option<String> {
    let library = words::library(doors.new, &draft.rows)?;
    let is_elsewhere = host.and_then(|it| it.krate.as_ref()) != Some(&library);
    (is_elsewhere && draft.let_in.bytes >= draft.own.bytes).then_some(library)
}

fn keeper(kind: RootKind) -> &'static str {
    match kind {
        RootKind::Entry => "the entry point",
        RootKind::Vector => "the vector table",
        RootKind::Kept => "the linker script",
        RootKind::Exported => "the list of exported symbols",
        RootKind::Secure => "the secure gateway",
    }
}
