//! Tables for terminals: columns aligned by what characters are wide, the last one cut to fit.

use crate::text;
use anstyle::Style;
use unicode_width::UnicodeWidthStr;

/// How a column is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// One cell: escaped text and its style.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

/// A table under construction.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Align>,
    rows: Vec<Vec<Cell>>,
}

impl Cell {
    /// Any text, untrusted too.
    pub(crate) fn new(text: impl AsRef<str>) -> Self {
        Self { text: text::visible(text.as_ref()), style: Style::new() }
    }

    /// The cell in a style.
    pub(crate) fn styled(self, style: Style) -> Self {
        Self { style, ..self }
    }
}

impl Table {
    /// A table with these columns and their headings.
    pub(crate) fn new(columns: &[(&str, Align)]) -> Self {
        let heading = columns.iter().map(|(it, _)| Cell::new(it).styled(super::FAINT)).collect();
        Self { columns: columns.iter().map(|(_, align)| *align).collect(), rows: vec![heading] }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The table's lines, indented by two, at most `width` wide if that leaves ten for the last column.
    pub(crate) fn render(&self, width: Option<usize>) -> String {
        let widths = self.widths();
        let before_last: usize = widths.iter().rev().skip(1).map(|it| it + 2).sum();
        let room = width.map(|it| it.saturating_sub(before_last + 2).max(10));
        let mut text = String::new();
        for row in &self.rows {
            for (idx, cell) in row.iter().enumerate() {
                let is_last = idx + 1 == self.columns.len();
                text.push_str("  ");
                text.push_str(&self.cell(cell, idx, widths[idx], room.filter(|_| is_last)));
            }
            text.truncate(text.trim_end_matches(' ').len());
            text.push('\n');
        }
        text
    }

    fn cell(&self, cell: &Cell, idx: usize, width: usize, room: Option<usize>) -> String {
        let style = cell.style;
        let shown = room.map_or_else(|| cell.text.clone(), |it| fitted(&cell.text, it));
        let pad = " ".repeat(width.saturating_sub(shown.width()));
        if shown.is_empty() {
            return pad;
        }
        match self.columns[idx] {
            Align::Right => format!("{pad}{style}{shown}{style:#}"),
            // Nothing follows the last column, so it needs no filling.
            Align::Left if idx + 1 == self.columns.len() => format!("{style}{shown}{style:#}"),
            Align::Left => format!("{style}{shown}{style:#}{pad}"),
        }
    }

    fn widths(&self) -> Vec<usize> {
        let n_columns = self.columns.len();
        (0..n_columns)
            .map(|idx| {
                self.rows.iter().filter_map(|row| row.get(idx)).map(|it| it.text.width()).max().unwrap_or(0)
            })
            .collect()
    }
}

fn fitted(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = text::shortened(text, width);
    while short.width() > width {
        short = text::shortened(text, short.chars().count() - 1);
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn columns_line_up_and_the_last_one_is_cut() {
        let mut table = Table::new(&[("size", Align::Right), ("name", Align::Left)]);
        table.row([Cell::new("5,964"), Cell::new("core::fmt::Formatter::pad_integral")]);
        table.row([Cell::new("2"), Cell::new("日本\x1b[2J")]);
        let plain = anstream::adapter::strip_str(&table.render(Some(24))).to_string();
        expect![[r#"
             size  name
            5,964  core::fmt::For…
                2  日本\u{1b}[2J
        "#]]
        .assert_eq(&plain.lines().map(|it| format!("{}\n", &it[2..])).collect::<String>());
    }
}
