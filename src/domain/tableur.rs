//! Cells of a file that people open in a spreadsheet: none of them is ever a formula.

use std::fmt::Write;

/// The mark by which a spreadsheet knows a file to be in UTF-8.
pub const MARQUE: &str = "\u{feff}";

/// What a spreadsheet takes for the beginning of a formula, or passes over before one.
const FORMULES: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Adds a row, its cells separated by semicolons and its end marked as spreadsheets do. A cell that would be a formula
/// begins with an apostrophe, by which it is a text.
pub fn ligne<'a>(out: &mut String, cellules: impl IntoIterator<Item = &'a str>) {
    for (place, text) in cellules.into_iter().enumerate() {
        if place > 0 {
            out.push(';');
        }
        cellule(out, text);
    }
    out.push_str("\r\n");
}

fn cellule(out: &mut String, text: &str) {
    let formula = text.starts_with(FORMULES);
    if !formula && !text.contains([';', '"', '\n', '\r']) {
        return out.push_str(text);
    }
    let mark = if formula { "'" } else { "" };
    // Writing to memory cannot fail.
    write!(out, "\"{mark}{}\"", text.replace('"', "\"\"")).unwrap_or_default();
}
