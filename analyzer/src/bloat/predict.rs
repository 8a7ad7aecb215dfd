//! What removing the formatting of source lines saves: the question that `--without` asks.

use serde::{Deserialize, Serialize};

use super::cut::{Cut, Cutter, together};
use super::scene::Scene;
use super::suspects;
use super::{linked, machinery};
use crate::Source;
use crate::debug::chains::{Author, Chains};
use crate::debug::sweep::Line;
use crate::debug::{DebugInfo, DebugSections};
use crate::error::Error;
use crate::graph::{self, Graph};
use crate::image::Image;
use crate::map::Attribution;

/// What to take out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Without {
    /// The formatting of these lines.
    Lines(Vec<SourceLine>),
    /// The formatting of all lines.
    AllFormatting,
}

/// A line as people name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceLine {
    /// A path or its end, whole components: `main.rs`, `src/main.rs`.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// What goes with some lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Prediction {
    /// The sum of the three below. A rebuild saves more where the compiler then does better.
    pub saves_at_least_bytes: u64,
    /// Functions and constants that nothing leads to any more, with their padding.
    pub unreachable_bytes: u64,
    /// Instructions in functions that stay.
    pub instruction_bytes: u64,
    /// Literals that only such instructions load.
    pub literal_bytes: u64,
    /// Machinery that the lines use and that stays because others use it too.
    pub shared_bytes: u64,
    /// The lines that were found, in order.
    pub lines: Vec<PredictedLine>,
}

/// A line that goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PredictedLine {
    /// Path as in [`BlamedLine::file`](crate::report::BlamedLine::file).
    pub file: String,
    /// The line.
    pub line: u32,
    /// Whether it asks for formatting; else the saving is that of the whole line.
    pub formats: bool,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PredictError {
    /// The file cannot be read at all.
    #[error(transparent)]
    Image(#[from] Error),
    /// Who refers to whom is not known.
    #[error("{0}")]
    NoGraph(String),
    /// Source lines are not known.
    #[error("there is no debug information, so nothing is known about source lines")]
    NoDebug,
    /// No code comes from such a line.
    #[error("no code comes from {file}:{line}")]
    NoSuchLine {
        /// What was asked for.
        file: String,
        /// The line asked for.
        line: u32,
        /// Lines that format in files that fit, at most 20.
        formatting_lines: Vec<u32>,
    },
}

/// Everything that is known about an image, held together.
pub(crate) fn open<T>(
    source: Source<'_>,
    ask: impl FnOnce(&Scene<'_, '_>) -> Result<T, PredictError>,
) -> Result<T, PredictError> {
    let image = Image::parse(source.elf)?;
    let attribution = Attribution::new(&image);
    let graph = Graph::new(&image, &attribution, None)
        .map_err(|it| PredictError::NoGraph(graph::reason(it, &image.header)))?;
    let attribution = attribution.refined(&image, Some(&graph.references));
    let sections = DebugSections::new(&image, source.split);
    let debug = DebugInfo::new(&sections);
    if debug.is_empty() {
        return Err(PredictError::NoDebug);
    }
    let parts = machinery::parts(&image, &attribution);
    let together = linked::pairs((&image, &attribution), &graph, &debug);
    let graph = if together.is_empty() { graph } else { graph.with_edges(&together) };
    ask(&Scene::new((&image, &attribution), &graph, &debug, &parts))
}

/// What goes with the lines.
pub(crate) fn predict(scene: &Scene<'_, '_>, without: &Without) -> Result<Prediction, PredictError> {
    let mut chains = Chains::new(scene.debug);
    let mut cuts = suspects::find(scene, &mut chains).formatting;
    let formatting: Vec<Line> = cuts.keys().copied().collect();
    let (chosen, others) = match without {
        Without::AllFormatting => (formatting.clone(), Vec::new()),
        Without::Lines(lines) => choose(scene, &mut chains, lines, &formatting)?,
    };
    let paths = chains.finish();
    let chosen_cuts = chosen.iter().filter_map(|it| cuts.remove(it)).map(|it| it.cut);
    let all: Vec<Cut> = chosen_cuts.chain(others.iter().map(|it| it.1.clone())).collect();
    let loss = Cutter::new(scene).loss(&together(&all));
    let row = |(file, line): Line, formats| PredictedLine { file: paths[file].clone(), line, formats };
    let formatting = chosen.iter().map(|it| row(*it, true));
    let mut lines: Vec<PredictedLine> = formatting.chain(others.iter().map(|it| row(it.0, false))).collect();
    lines.sort();
    Ok(Prediction {
        saves_at_least_bytes: loss.bytes(),
        unreachable_bytes: loss.unreachable_bytes,
        instruction_bytes: loss.instruction_bytes,
        literal_bytes: loss.literal_bytes,
        shared_bytes: loss.shared_bytes,
        lines,
    })
}

/// The lines that format among those asked for, and all code of the others.
type Chosen = (Vec<Line>, Vec<(Line, Cut)>);

fn choose(
    scene: &Scene<'_, '_>,
    chains: &mut Chains<'_, '_>,
    asked: &[SourceLine],
    formatting: &[Line],
) -> Result<Chosen, PredictError> {
    let (mut chosen, mut others): Chosen = (Vec::new(), Vec::new());
    for asked in asked {
        let fits = |it: &&Line| is_in_file(chains, it.0, &asked.file);
        let mut found: Vec<Line> =
            formatting.iter().filter(|it| it.1 == asked.line).filter(fits).copied().collect();
        // Who takes a path from the report means that one and no other that ends alike.
        if found.iter().any(|it| chains.short_path(it.0) == asked.file) {
            found.retain(|it| chains.short_path(it.0) == asked.file);
        }
        if !found.is_empty() {
            chosen.extend(found);
            continue;
        }
        let formatting_lines: Vec<u32> = formatting.iter().filter(fits).map(|it| it.1).take(20).collect();
        let found = other_lines(scene, chains, asked);
        if found.is_empty() {
            let SourceLine { file, line } = asked.clone();
            return Err(PredictError::NoSuchLine { file, line, formatting_lines });
        }
        others.extend(found);
    }
    chosen.sort_unstable();
    chosen.dedup();
    Ok((chosen, others))
}

/// All code of a line that formats nothing.
fn other_lines(scene: &Scene<'_, '_>, chains: &mut Chains<'_, '_>, asked: &SourceLine) -> Vec<(Line, Cut)> {
    let mut found: std::collections::BTreeMap<Line, Cut> = Default::default();
    for place in scene.places.list.iter().filter(|it| scene.places.section(it).is_executable) {
        let mut runs = Vec::new();
        chains.runs(place.span, |span, chain| {
            let users = chain.iter().filter(|it| it.author == Author::User).filter_map(|it| it.line);
            runs.extend(users.filter(|it| it.1 == asked.line).map(|it| (it, span)));
        });
        for (line, span) in runs.into_iter().filter(|it| is_in_file(chains, it.0.0, &asked.file)) {
            found.entry(line).or_default().spans.push(span);
        }
    }
    found.values_mut().for_each(Cut::settle);
    found.into_iter().collect()
}

/// Whether the path of a file, whole or as the report shows it, ends with the components of `asked`.
fn is_in_file(chains: &Chains<'_, '_>, file: usize, asked: &str) -> bool {
    let asked = asked.strip_prefix("./").unwrap_or(asked).replace('\\', "/");
    let ends = |path: &str| {
        let rest = path.strip_suffix(asked.as_str());
        rest.is_some_and(|it| it.is_empty() || it.ends_with('/') || asked.starts_with('/'))
    };
    ends(chains.path(file)) || ends(&chains.short_path(file))
}
