//! Tables without lines: columns two blanks apart, which `cut` and `awk` can take.

use std::fmt;

use comfy_table::presets::NOTHING;

use super::wording::printable_line;

/// A table with a head.
#[derive(Debug)]
pub(super) struct Table(comfy_table::Table);

impl Table {
    pub(super) fn new<const N: usize>(head: [&str; N]) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_preset(NOTHING);
        table.set_header(head.map(str::to_uppercase));
        Self(table)
    }

    pub(super) fn row<T: Into<String>, const N: usize>(&mut self, cells: [T; N]) {
        let cells = cells.map(|cell| printable_line(&cell.into()));
        self.0.add_row(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.0.lines() {
            // Each cell has a blank on both sides; the first column starts at the margin.
            writeln!(f, "{}", line.strip_prefix(' ').unwrap_or(&line).trim_end())?;
        }
        Ok(())
    }
}
