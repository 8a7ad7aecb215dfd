//! The grammar of `plimsoll.toml`: every key checked, every mistake placed.

use super::{Config, Target};
use plimsoll_protocol::{Budget, ByteCount, ProjectName, TargetName};
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A mistake and where it stands.
#[derive(Debug)]
pub(super) struct Mistake {
    /// From 1.
    pub line: usize,
    pub message: String,
}

/// Reads the text; paths are relative to `folder`.
pub(super) fn parse(text: &str, folder: &Path) -> Result<Config, Mistake> {
    let reader = Reader { text, folder };
    let root = DeTable::parse(text).map_err(|it| {
        let span = it.span().unwrap_or(0..0);
        reader.mistake(&span, format!("not TOML: {}", it.message().replace('\n', ", ")))
    })?;
    reader.config(root.get_ref())
}

struct Reader<'a> {
    text: &'a str,
    folder: &'a Path,
}

/// The tables of the file, as they are called in messages.
type Key<'a> = (&'a Spanned<std::borrow::Cow<'a, str>>, &'a Spanned<DeValue<'a>>);

impl Reader<'_> {
    fn config(&self, root: &DeTable<'_>) -> Result<Config, Mistake> {
        let mut config = Config::default();
        for (key, value) in root {
            match key.get_ref().as_ref() {
                "server" => config.server = Some(self.text("server", value)?),
                "project" => config.project = Some(self.project(value)?),
                "target" => config.targets = self.targets(value)?,
                _ => return Err(self.unknown(key, "", &["server", "project", "target"])),
            }
        }
        Ok(config)
    }

    fn project(&self, value: &Spanned<DeValue<'_>>) -> Result<ProjectName, Mistake> {
        ProjectName::parse(&self.text("project", value)?)
            .map_err(|it| self.mistake(&value.span(), format!("`project`: {it}")))
    }

    fn targets(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<Target>, Mistake> {
        let tables = value.get_ref().as_array().ok_or_else(|| {
            self.mistake(&value.span(), "`target` must be written as `[[target]]`, once for each".into())
        })?;
        let mut names = BTreeSet::new();
        let mut targets = Vec::new();
        for table in tables.iter() {
            let target = self.target(table)?;
            if !names.insert(target.name.clone()) {
                return Err(
                    self.mistake(&table.span(), format!("a second target is named `{}`", target.name))
                );
            }
            targets.push(target);
        }
        Ok(targets)
    }

    fn target(&self, value: &Spanned<DeValue<'_>>) -> Result<Target, Mistake> {
        let table = value
            .get_ref()
            .as_table()
            .ok_or_else(|| self.mistake(&value.span(), "`target` must be written as `[[target]]`".into()))?;
        let (mut name, mut elf, mut map, mut memory, mut budgets) =
            (None, None, None, Vec::new(), Vec::new());
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "name" => name = Some(self.target_name(value)?),
                "elf" => elf = Some(self.folder.join(self.text("target.elf", value)?)),
                "memory" => memory = self.scripts(value)?,
                "map" => map = Some(self.folder.join(self.text("target.map", value)?)),
                "budgets" => budgets = self.budgets(value)?,
                _ => return Err(self.unknown(key, "target.", &["name", "elf", "memory", "map", "budgets"])),
            }
        }
        let missing = |key: &str| self.mistake(&value.span(), format!("this `[[target]]` has no `{key}`"));
        let name = name.ok_or_else(|| missing("name"))?;
        Ok(Target { name, elf: elf.ok_or_else(|| missing("elf"))?, memory, map, budgets })
    }

    fn scripts(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<PathBuf>, Mistake> {
        let path = |it| self.text("target.memory", it).map(|it| self.folder.join(it));
        match value.get_ref().as_array() {
            Some(list) => list.iter().map(path).collect(),
            None => path(value).map(|it| vec![it]),
        }
    }

    fn target_name(&self, value: &Spanned<DeValue<'_>>) -> Result<TargetName, Mistake> {
        TargetName::parse(&self.text("target.name", value)?)
            .map_err(|it| self.mistake(&value.span(), format!("`target.name`: {it}")))
    }

    fn budgets(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<Budget>, Mistake> {
        let table = value.get_ref().as_table().ok_or_else(|| {
            self.mistake(&value.span(), "`target.budgets` must be a table such as { FLASH = \"16K\" }".into())
        })?;
        let mut keys: Vec<Key<'_>> = table.iter().collect();
        // As they are written, so that verdicts come in the order people chose.
        keys.sort_by_key(|(key, _)| key.span().start);
        keys.into_iter().map(|it| self.budget(it)).collect()
    }

    fn budget(&self, (key, value): Key<'_>) -> Result<Budget, Mistake> {
        let limit = match value.get_ref() {
            DeValue::String(text) => ByteCount::parse(text).map_err(|it| it.to_string()),
            DeValue::Integer(it) => u64::from_str_radix(it.as_str(), it.radix())
                .map(ByteCount)
                .map_err(|_| "a limit is a number of bytes that is not negative".to_owned()),
            other => Err(format!("a limit is a number or a text such as \"16K\", not {}", other.type_str())),
        };
        let subject = key.get_ref().to_string();
        match limit {
            Ok(limit) => Ok(Budget { subject, limit_bytes: limit.0 }),
            Err(why) => Err(self.mistake(&value.span(), format!("`target.budgets.{subject}`: {why}"))),
        }
    }

    fn text(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<String, Mistake> {
        match value.get_ref().as_str() {
            Some("") => Err(self.mistake(&value.span(), format!("`{key}` is empty"))),
            Some(text) => Ok(text.to_owned()),
            None => {
                let found = value.get_ref().type_str();
                Err(self.mistake(&value.span(), format!("`{key}` must be a text in quotes, not {found}")))
            }
        }
    }

    fn unknown(&self, key: &Spanned<std::borrow::Cow<'_, str>>, table: &str, known: &[&str]) -> Mistake {
        let name = key.get_ref();
        let message = match closest(name, known) {
            Some(it) => format!("unknown key `{table}{name}`: did you mean `{it}`?"),
            None => format!("unknown key `{table}{name}`: known are {}", known.join(", ")),
        };
        self.mistake(&key.span(), message)
    }

    fn mistake(&self, span: &Range<usize>, message: String) -> Mistake {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        Mistake { line: before.matches('\n').count() + 1, message }
    }
}

/// The known word that was probably meant.
fn closest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let scored = known.iter().map(|it| (strsim::jaro_winkler(&word.to_lowercase(), it), *it));
    scored.filter(|(score, _)| *score > 0.75).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, it)| it)
}

#[cfg(test)]
mod tests;
