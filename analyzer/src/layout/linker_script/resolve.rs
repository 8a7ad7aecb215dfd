//! Works out what regions say of themselves.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::Mistake;
use super::block::Region;
use super::expression::{Expression, Step};
use super::in_order;
use super::operator::unsigned;
use super::statement::{Alias, Assignment, Declarations};
use super::tokens::{Place, Token, shown};
use super::window;
use crate::layout::MemoryRegion;

/// Symbols may be made of regions, and regions of those symbols. More turns than this nobody takes.
const MAX_PASSES: usize = 8;

pub(super) type Value = Result<i128, Rc<Mistake>>;

/// The regions that the declarations come to, and what a linker may read otherwise.
pub(super) fn resolve(
    declarations: &Declarations<'_>,
    missing: &[Token<'_>],
) -> Result<(Vec<MemoryRegion>, Vec<Mistake>), Mistake> {
    let homes = homes(declarations, !missing.is_empty())?;
    let ambiguous = declarations.assignments.iter().map(|it| it.symbol);
    let ambiguous = ambiguous.filter(|it| declarations.is_ambiguous(it)).collect();
    let mut known = Known { homes, missing, ambiguous, ..Known::default() };
    let mut n_unknown = usize::MAX;
    for _ in 0..MAX_PASSES {
        let n_before = n_unknown;
        n_unknown = known.assign(&declarations.assignments) + known.place(&declarations.regions);
        if n_unknown == 0 || n_unknown == n_before {
            break;
        }
    }
    let mut regions = Vec::with_capacity(declarations.regions.len());
    let mut warnings = in_order::warnings(&known, declarations);
    for (idx, region) in declarations.regions.iter().enumerate() {
        if region.is_ambiguous {
            warnings.push(Mistake::clone(&ambiguous_region(region)));
            continue;
        }
        // Nothing can be in a region without length.
        if let Some(layout) = known.region(idx, region)?.filter(|it| it.length_bytes > 0) {
            regions.push(layout);
        }
    }
    for alias in &declarations.aliases {
        let name = known.homes.get(alias.name.text).map(|idx| declarations.regions[*idx].name);
        if let Some(region) = regions.iter_mut().find(|it| Some(it.name.as_str()) == name) {
            region.aliases.push(alias.name.text.to_owned());
        }
    }
    window::enter(&known, declarations, &mut regions)?;
    Ok((regions, warnings))
}

/// Where each name of a region leads. Aliases of aliases come in any order.
fn homes<'script>(
    declarations: &Declarations<'script>,
    is_incomplete: bool,
) -> Result<HashMap<&'script str, usize>, Mistake> {
    let regions = declarations.regions.iter().enumerate();
    let mut homes: HashMap<&str, usize> = regions.map(|(idx, it)| (it.name, idx)).collect();
    let mut open: Vec<Alias<'script>> = declarations.aliases.clone();
    while let Some(first) = open.first().copied() {
        let n_open = open.len();
        let mut taken = None;
        open.retain(|alias| match homes.get(alias.region.text).copied() {
            Some(idx) => {
                let before = homes.insert(alias.name.text, idx);
                taken = taken.or(before.map(|_| alias.name));
                false
            }
            None => true,
        });
        if let Some(name) = taken {
            return Err(name.mistake(format!("there is another region {}", name.shown())));
        }
        if open.len() == n_open && is_incomplete {
            break;
        }
        if open.len() == n_open {
            return Err(first.region.mistake(format!("unknown region {}", first.region.shown())));
        }
    }
    Ok(homes)
}

/// What has been worked out.
#[derive(Default, Clone)]
pub(super) struct Known<'run, 'script> {
    /// Indices of the declared regions.
    pub(super) homes: HashMap<&'script str, usize>,
    missing: &'run [Token<'run>],
    /// Symbols of several values.
    ambiguous: HashSet<&'script str>,
    symbols: HashMap<&'script str, Value>,
    /// The symbols of the pass before: a reference may precede what it refers to.
    final_symbols: HashMap<&'script str, Value>,
    /// Origin and length.
    pub(super) places: Vec<(Value, Value)>,
}

impl<'script> Known<'_, 'script> {
    /// Answers how many values stay unknown.
    pub(super) fn assign(&mut self, assignments: &[Assignment<'script>]) -> usize {
        let mut n_unknown = 0;
        self.final_symbols = std::mem::take(&mut self.symbols);
        for it in assignments {
            let before = self.symbols.get(it.symbol).cloned();
            if it.is_provided && before.is_some() {
                continue;
            }
            let mut value = self.evaluate(&it.value);
            if self.ambiguous.contains(it.symbol) {
                value = Err(Rc::new(it.place.mistake(format!(
                    "the symbol {} has other values in other branches of `#if`",
                    shown(it.symbol)
                ))));
            }
            if let Some(operator) = it.operator {
                let before = before.unwrap_or_else(|| Err(self.unknown_symbol(it.symbol, it.value.place)));
                value = before.and_then(|left| Ok(operator.apply(it.value.place, left, value?)?));
            }
            n_unknown += usize::from(value.is_err());
            self.symbols.insert(it.symbol, value);
        }
        n_unknown
    }

    /// Answers how many values stay unknown.
    fn place(&mut self, regions: &[Region<'script>]) -> usize {
        for (idx, region) in regions.iter().enumerate() {
            let place = match region.is_ambiguous {
                true => (Err(ambiguous_region(region)), Err(ambiguous_region(region))),
                false => (self.evaluate(&region.origin), self.evaluate(&region.length)),
            };
            match self.places.get_mut(idx) {
                Some(before) => *before = place,
                None => self.places.push(place),
            }
        }
        let n_unknown =
            |(origin, length): &(Value, Value)| usize::from(origin.is_err()) + usize::from(length.is_err());
        self.places.iter().map(n_unknown).sum()
    }

    fn region(&self, idx: usize, region: &Region<'_>) -> Result<Option<MemoryRegion>, Mistake> {
        let Some((origin, length)) = self.places.get(idx) else { return Ok(None) };
        let origin_address = address(region, &region.origin, "ORIGIN", origin)?;
        let length_bytes = address(region, &region.length, "LENGTH", length)?;
        if origin_address.checked_add(length_bytes).is_none() {
            let message = format!("region {} reaches beyond 64-bit addresses", shown(region.name));
            return Err(region.length.place.mistake(message));
        }
        Ok(Some(MemoryRegion {
            name: region.name.to_owned(),
            origin_address,
            length_bytes,
            attributes: region.attributes.clone(),
            aliases: Vec::new(),
            shows_address: None,
        }))
    }

    pub(super) fn evaluate(&self, expression: &Expression<'script>) -> Value {
        let mut stack: Vec<Value> = Vec::new();
        for (step, place) in expression.steps.as_ref().map_err(|it| Rc::new(it.clone()))? {
            let value = self.step(step, *place, &mut stack);
            stack.push(value);
        }
        pop(&mut stack, expression.place)
    }

    fn step(&self, step: &Step<'script>, place: Place, stack: &mut Vec<Value>) -> Value {
        match *step {
            Step::Number(value) => Ok(value.into()),
            Step::Symbol(name) => self.symbol(name, place),
            Step::Defined(name) => Ok(self.symbols.contains_key(name).into()),
            Step::Origin(name) => self.home(name, place).and_then(|it| it.0),
            Step::Length(name) => self.home(name, place).and_then(|it| it.1),
            Step::Unknown(what) => {
                Err(Rc::new(place.mistake(format!("only the linker knows what `{what}` comes to"))))
            }
            Step::Negate => pop(stack, place).map(|it| -it),
            Step::Not => pop(stack, place).map(|it| (it == 0).into()),
            Step::Complement => pop(stack, place).map(|it| unsigned(!it)),
            Step::Log2 => pop(stack, place).map(|it| log2(unsigned(it))),
            Step::Binary(operator) => {
                let right = pop(stack, place);
                let left = pop(stack, place)?;
                Ok(operator.apply(place, left, right?)?)
            }
            Step::Choose => {
                let (other, one) = (pop(stack, place), pop(stack, place));
                if pop(stack, place)? != 0 { one } else { other }
            }
        }
    }

    pub(super) fn symbol(&self, name: &str, place: Place) -> Value {
        let value = self.symbols.get(name).or_else(|| self.final_symbols.get(name));
        value.cloned().unwrap_or_else(|| Err(self.unknown_symbol(name, place)))
    }

    fn unknown_symbol(&self, name: &str, place: Place) -> Rc<Mistake> {
        let why = match self.missing.first() {
            Some(file) => format!("the included {} is missing", file.shown()),
            None => "neither a script nor --defsym gives it a value".to_owned(),
        };
        Rc::new(place.mistake(format!("unknown symbol {}: {why}", shown(name))))
    }

    fn home(&self, name: &str, place: Place) -> Result<(Value, Value), Rc<Mistake>> {
        let mistake = |message| Rc::new(place.mistake(message));
        let idx = self.homes.get(name).ok_or_else(|| mistake(format!("unknown region {}", shown(name))))?;
        let value = self.places.get(*idx).cloned();
        value.ok_or_else(|| mistake(format!("region {} is made of itself", shown(name))))
    }
}

fn ambiguous_region(region: &Region<'_>) -> Rc<Mistake> {
    let name = shown(region.name);
    Rc::new(region.place.mistake(format!(
        "the region {name} is declared otherwise in another branch of `#if`: only the preprocessor knows which counts"
    )))
}

impl From<Rc<Mistake>> for Mistake {
    fn from(mistake: Rc<Mistake>) -> Self {
        Rc::unwrap_or_clone(mistake)
    }
}

fn address(
    region: &Region<'_>,
    expression: &Expression<'_>,
    what: &str,
    value: &Value,
) -> Result<u64, Mistake> {
    let value = match value {
        Ok(value) => *value,
        Err(mistake) => {
            let mut mistake = Mistake::clone(mistake);
            if mistake.place.file != expression.place.file || mistake.place.line != expression.place.line {
                let needed = format!(" (needed for the {what} of {})", shown(region.name));
                mistake.message.push_str(&needed);
            }
            return Err(mistake);
        }
    };
    u64::try_from(value).map_err(|_| {
        let complaint = if value < 0 { "is negative" } else { "does not fit into 64 bits" };
        expression.place.mistake(format!("`{what}` {complaint}"))
    })
}

/// Every step finds what those before it have put there.
fn pop(stack: &mut Vec<Value>, place: Place) -> Value {
    stack.pop().unwrap_or_else(|| Err(Rc::new(place.mistake("expected a number"))))
}

fn log2(value: i128) -> i128 {
    if value <= 1 { 0 } else { (128 - (value - 1).leading_zeros()).into() }
}
