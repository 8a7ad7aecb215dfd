//! Linker scripts in GNU ld's grammar, as far as they say where memories are.
//!
//! Read are `MEMORY`, `REGION_ALIAS`, `INCLUDE` and assignments to symbols; everything else is
//! stepped over. As in the linker, a region's expressions are worked out last of all: they see the
//! final values of symbols, wherever those are assigned.

mod block;
mod expression;
mod in_order;
mod number;
pub(super) mod operator;
mod resolve;
mod source;
mod statement;
mod tokens;
mod window;

use super::mistake::{Mistake, located};
use super::{Layout, LayoutError, MemoryRegion, ScriptFile, Scripts};
use source::Source;
use statement::Declarations;
use tokens::{Place, shown};

/// The regions of all `MEMORY` blocks of the files with these indices. Blank scripts have none; other scripts without such a block
/// are a mistake, since their author wanted to say something.
pub(super) fn parse(scripts: &Scripts, files: &[usize]) -> Result<Layout, LayoutError> {
    let mut source = Source::new(scripts);
    let located = |mistake: Mistake| located(scripts, mistake);
    let (regions, warnings) =
        read(scripts, files, &mut source).map_err(|it| located(not_preprocessed(it, &source)))?;
    Ok(Layout { regions, warnings: warnings.into_iter().map(located).collect() })
}

/// What cannot be read has its reason in what the preprocessor would have done.
fn not_preprocessed(mut mistake: Mistake, source: &Source<'_>) -> Mistake {
    if let Some(directive) = source.directives.first() {
        let (word, line) = (directive.word, directive.place.line);
        let reason =
            format!("; `#{word}` in line {line} is for the C preprocessor: give what it writes (`cpp -P`)");
        mistake.message.push_str(&reason);
    }
    mistake
}

fn read<'script>(
    scripts: &'script Scripts,
    files: &[usize],
    source: &mut Source<'script>,
) -> Result<(Vec<MemoryRegion>, Vec<Mistake>), Mistake> {
    let mut declarations = Declarations::default();
    for (idx, (name, value)) in scripts.symbols.iter().enumerate() {
        let file = scripts.files.len() + scripts.included.len() + idx;
        source.begin(file, value)?;
        declarations.define(name, source)?;
    }
    for idx in files {
        source.begin(*idx, &scripts.files[*idx].text)?;
        declarations.read(source)?;
    }
    declarations.read_definitions(source);
    if let Some(name) = declarations.missing_regions {
        return Err(name.mistake(format!("the included {} is missing", name.shown())));
    }
    if declarations.n_blocks == 0 && !declarations.is_blank {
        return Err(no_block(source));
    }
    let (regions, mut warnings) = resolve::resolve(&declarations, &source.missing)?;
    warnings.append(&mut source.warnings);
    warnings.extend(passed_over(source));
    warnings.sort_by_key(|it| (it.place.file, it.place.line, it.place.column));
    Ok((regions, warnings))
}

fn no_block(source: &Source<'_>) -> Mistake {
    match source.missing.first() {
        Some(name) => name.mistake(format!("no MEMORY block, and the included {} is missing", name.shown())),
        None => Place::default().mistake("the script has no MEMORY block"),
    }
}

/// What a linker would have refused: files that are missing, and lines for the preprocessor, of each file the first.
fn passed_over(source: &Source<'_>) -> Vec<Mistake> {
    let missing = source.missing.iter().map(|it| {
        it.mistake(format!("the included {} is missing: what it says of memories is not known", it.shown()))
    });
    let mut directives = source.directives.clone();
    directives.dedup_by_key(|it| it.place.file);
    let directives = directives.into_iter().map(|it| {
        let word = shown(&format!("#{}", it.word));
        it.place.mistake(format!(
            "{word} is for the C preprocessor, which no linker runs: what it would leave out is read as well, \
             and what it would put in is not; give what it writes (`cpp -P`)"
        ))
    });
    missing.chain(directives).collect()
}

/// More files than this no script includes.
const MAX_INCLUDES: usize = 1 << 10;

/// The files that `script` includes, each once, in order, by the names it uses.
pub(super) fn includes(script: &str) -> Vec<String> {
    let scripts = Scripts { files: vec![ScriptFile::new("", script)], ..Scripts::default() };
    let mut source = Source::new(&scripts);
    let text = &scripts.files[0].text;
    // A mistake is told by who reads the scripts; what stands before it counts.
    let _ = source.begin(0, text).and_then(|()| Declarations::default().read(&mut source));
    let mut names: Vec<String> = Vec::new();
    for name in &source.missing {
        if names.len() < MAX_INCLUDES && !names.iter().any(|it| it == name.text) {
            names.push(name.text.to_owned());
        }
    }
    names
}
