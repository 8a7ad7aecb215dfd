//! Rows about the lines that ask for machinery: what each would save alone, per crate, and all together.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::cut::{Cut, Cutter, grouped, together};
use super::scene::Scene;
use super::services::Service;
use super::suspects::{self, Suspect};
use crate::debug::chains::{Chains, is_standard};
use crate::debug::sweep::Line;
use crate::names;
use crate::report::{Blame, BlamedCrate, BlamedLine};

/// More lines than this are not listed; they count in the sums.
const MAX_LINES: usize = 2_000;
/// The questions of one file together may take this many steps through the graph.
const MAX_STEPS: usize = 20_000_000;
/// Crate of lines of which debug information does not tell.
const UNKNOWN_CRATE: &str = crate::report::assemble::UNKNOWN_CRATE;

/// Who asks for what.
pub(crate) struct Blamed {
    pub(crate) formatting: Blame,
    pub(crate) panics: Blame,
    pub(crate) services: Vec<(Service, Blame)>,
}

/// Who formats, who may panic, and who asks a library of C or C++ for something.
pub(crate) fn find(scene: &Scene<'_, '_>) -> Blamed {
    let mut chains = Chains::new(scene.debug);
    let suspects = suspects::find(scene, &mut chains);
    let mut cutter = Cutter::new(scene);
    let names = |suspects: &BTreeMap<Line, Suspect>, chains: &mut Chains<'_, '_>| -> Vec<Names> {
        let mut reader = names::Reader::new();
        let describe = |it: &Suspect| {
            let (function, krate) = chains.describe(it.function);
            (function, krate.or_else(|| crate_at(scene, it.at_address, &mut reader)))
        };
        suspects.values().map(describe).collect()
    };
    let of_formatting = names(&suspects.formatting, &mut chains);
    let of_panics = names(&suspects.panics, &mut chains);
    let of_services: Vec<Vec<Names>> = suspects.services.values().map(|it| names(it, &mut chains)).collect();
    let paths = chains.finish();
    let services = suspects.services.iter().zip(&of_services);
    Blamed {
        formatting: blame(&mut cutter, &suspects.formatting, &of_formatting, &paths),
        panics: blame(&mut cutter, &suspects.panics, &of_panics, &paths),
        services: services
            .map(|((service, lines), names)| (*service, blame(&mut cutter, lines, names, &paths)))
            .collect(),
    }
}

/// The crate of the symbol that has an instruction: line tables alone name no function's crate. A copy of
/// something generic in the standard library says nothing about its user.
fn crate_at(scene: &Scene<'_, '_>, at_address: u64, reader: &mut names::Reader) -> Option<String> {
    let mut mangled = scene.places.names_at(at_address).filter_map(|it| std::str::from_utf8(it).ok());
    let krate = mangled.find_map(|it| reader.crate_of(it))?;
    (names::is_telling(&krate) && !is_standard(&krate)).then_some(krate)
}

/// Function and crate.
type Names = (Option<String>, Option<String>);

fn blame(
    cutter: &mut Cutter<'_, '_, '_>,
    suspects: &BTreeMap<Line, Suspect>,
    names: &[Names],
    paths: &[String],
) -> Blame {
    let all = cutter.loss(&together(suspects.values().map(|it| &it.cut)));
    let crates = crates(cutter, suspects, names);
    let affordable = cutter.n_steps.saturating_add(MAX_STEPS);
    let mut lines: Vec<BlamedLine> = Vec::new();
    for (((file, line), suspect), (function, krate)) in suspects.iter().zip(names) {
        if lines.len() == MAX_LINES || cutter.n_steps > affordable {
            break;
        }
        let loss = cutter.loss(&suspect.cut);
        lines.push(BlamedLine {
            file: paths[*file].clone(),
            line: *line,
            krate: krate.clone(),
            function: function.clone(),
            saves_at_least_bytes: loss.bytes(),
            shared_bytes: loss.shared_bytes,
        });
    }
    let n_lines_left_out = (suspects.len() - lines.len()) as u64;
    lines.sort_by(|a, b| {
        let key = |it: &BlamedLine| Reverse(it.saves_at_least_bytes);
        key(a).cmp(&key(b)).then_with(|| (&a.file, a.line).cmp(&(&b.file, b.line)))
    });
    Blame { saves_at_least_bytes: all.bytes(), lines, n_lines_left_out, crates }
}

fn crates(
    cutter: &mut Cutter<'_, '_, '_>,
    suspects: &BTreeMap<Line, Suspect>,
    names: &[Names],
) -> Vec<BlamedCrate> {
    let krates = names.iter().map(|it| it.1.as_deref().unwrap_or(UNKNOWN_CRATE));
    let mut n_lines: BTreeMap<&str, u64> = BTreeMap::new();
    krates.clone().for_each(|it| *n_lines.entry(it).or_default() += 1);
    let cuts: BTreeMap<&str, Cut> = grouped(krates.zip(suspects.values().map(|it| &it.cut)));
    let row = |(name, cut): (&str, &Cut)| BlamedCrate {
        name: name.to_owned(),
        n_lines: n_lines[name],
        saves_at_least_bytes: cutter.loss(cut).bytes(),
    };
    let mut crates: Vec<BlamedCrate> = cuts.iter().map(|(name, cut)| (*name, cut)).map(row).collect();
    crates.sort_by(|a, b| {
        b.saves_at_least_bytes.cmp(&a.saves_at_least_bytes).then_with(|| a.name.cmp(&b.name))
    });
    crates
}
