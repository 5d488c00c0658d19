//! The table of the built-in models, for people.

use std::fmt::Write;

use super::catalog::Catalog;
use super::record::ModelRecord;

/// Returns a table of the built-in models, one a line: the identifier, the latest active version, the names of its inputs and
/// outputs, and the name. A model without an active version has a `-` in place of it, and the inputs and outputs of its latest one.
#[must_use]
pub fn table_of_models() -> String {
    let mut rows = vec![["MODEL", "VERSION", "INPUTS", "OUTPUTS", "NAME"].map(str::to_owned)];
    rows.extend(Catalog::default().all().iter().map(|model| row(model)));
    let widths: Vec<usize> = (0..4)
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(String::len).max())
        .map(Option::unwrap_or_default)
        .collect();
    let mut table = String::new();
    for row in &rows {
        for (cell, width) in row.iter().zip(&widths) {
            // Writing to a text cannot fail.
            let _ = write!(table, "{cell:width$}  ");
        }
        table.extend(row.last().map(String::as_str));
        table.push('\n');
    }
    table
}

fn row(model: &ModelRecord) -> [String; 5] {
    let active = model.latest_active();
    let number = if active.is_empty() { model.latest() } else { active };
    let version = model.versions.iter().find(|version| version.number == number);
    let inputs = version.map_or_else(Vec::new, |version| version.input_names());
    let outputs = version.map_or(&[][..], |version| &version.attributes.outputs);
    let outputs: Vec<&str> = outputs.iter().map(|output| output.name.as_str()).collect();
    let shown = if active.is_empty() { "-" } else { active };
    [
        model.identifier.clone(),
        shown.to_owned(),
        inputs.join(", "),
        outputs.join(", "),
        model.name.clone(),
    ]
}
