//! The table in `docs/reliability.md`, from what was seen.

use std::path::Path;

use modzy_client::{Error, Sent};

use super::{
    calls::Class,
    expected::{Again, Course, pauses},
    matrix::fraction,
    world::Outcome,
};

const BEGIN: &str = "<!-- Written by `npm run test:faults`. -->\n";
const END: &str = "<!-- The end of what is written. -->\n";

/// Writes the table in place of comparing it.
const WRITE: &str = "MODZY_WRITE_TABLES";

/// What was seen of one fault.
pub(super) struct Row {
    /// Of a status the form of its `Retry-After` stands behind a semicolon.
    name: String,
    error: Option<String>,
    cells: Vec<&'static str>,
}

impl Row {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            error: None,
            cells: vec!["–"; Class::ALL.len()],
        }
    }

    pub(super) fn note(&mut self, column: usize, outcome: &Outcome) {
        let class = Class::ALL[column];
        if let Some(cell) = self.cells.get_mut(column) {
            *cell = word(class, outcome);
        }
        // That of a submit says most.
        if let Err(error) = &outcome.result
            && (self.error.is_none() || class == Class::Submit)
        {
            self.error = Some(described(error));
        }
    }
}

fn word(class: Class, outcome: &Outcome) -> &'static str {
    let asked = outcome.lines.iter().filter(|line| *line == class.line()).count();
    let asks_the_job =
        !matches!(class, Class::Read | Class::Poll) && outcome.lines.iter().any(|line| line == "GET /api/jobs/j");
    let Err(error) = &outcome.result else {
        return match (asked, outcome.lines.last().map(String::as_str)) {
            (2.., _) => "again at once",
            (_, Some("GET /api/elsewhere")) => "followed",
            _ => "fine",
        };
    };
    if class == Class::Poll {
        return match error.status() {
            _ if outcome.pauses.is_empty() => "never",
            Some(404) => "doubted",
            _ => "ridden out",
        };
    }
    let attempts = error.call().map_or(1, |call| call.attempts);
    let own_pauses = pauses(Again::Backoff, attempts - 1, fraction(Course::Lasting));
    let is_backoff = outcome.pauses.iter().eq(own_pauses.iter().map(|(pause, _)| pause));
    match (attempts, is_backoff, asks_the_job) {
        (1, _, false) => "never",
        (1, _, true) => "asks the job",
        (_, true, false) => "again",
        (_, true, true) => "again; asks the job",
        (_, false, false) => "again, as asked",
        (_, false, true) => "again, as asked; asks the job",
    }
}

/// The error by its class in JavaScript, and what it says.
fn described(error: &Error) -> String {
    let class = match error {
        Error::Status { status, .. } => match status {
            400 | 422 => "BadRequestError",
            401 => "AuthenticationError",
            403 => "PermissionError",
            404 => "NotFoundError",
            429 => "RateLimitError",
            500..=599 => "ServerError",
            _ => "ApiError",
        },
        Error::Timeout { .. } => "RequestTimeoutError",
        Error::Connection { .. } => "ConnectionError",
        Error::Response { .. } => "ResponseError",
        other => panic!("{other:?}"),
    };
    let phase = error.phase().map_or("", |phase| phase.as_str());
    let sent = match error.sent() {
        Some(_) if phase.is_empty() => "",
        Some(Sent::No) => "not sent",
        Some(Sent::Maybe) => "maybe sent",
        None => "",
    };
    let parts: Vec<_> = [class, phase, sent]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(", ")
}

/// The rows, with those of a status as one where its `Retry-After` makes no difference.
pub(super) fn merged(rows: Vec<Row>) -> Vec<Row> {
    let mut merged: Vec<(Row, usize)> = Vec::new();
    for row in rows {
        let status = |row: &Row| row.name.split_once("; ").map(|(status, _)| status.to_owned());
        let of_same =
            |other: &Row| status(other).is_some() && status(other) == status(&row) && other.cells == row.cells;
        match merged.iter_mut().find(|(other, _)| of_same(other)) {
            Some((other, forms)) => {
                let (_, form) = row.name.split_once("; ").unwrap();
                other.name = format!("{}, {form}", other.name);
                *forms += 1;
            }
            None => merged.push((row, 1)),
        }
    }
    let forms = merged.iter().map(|(_, forms)| *forms).max().unwrap_or_default();
    let named = |(row, count): (Row, usize)| {
        let name = match row.name.split_once("; ") {
            Some((status, _)) if count == forms => format!("{status}, with any `Retry-After`"),
            Some((status, form)) => format!("{status}, `Retry-After`: {form}"),
            None => row.name,
        };
        Row { name, ..row }
    };
    merged.into_iter().map(named).collect()
}

pub(super) fn render(rows: &[Row]) -> String {
    let classes = Class::ALL.map(Class::name).join(" | ");
    let mut lines = vec![
        format!("| what happens | rejects with | {classes} |"),
        format!("|{}", " --- |".repeat(2 + Class::ALL.len())),
    ];
    for Row { name, error, cells } in rows {
        let error = error.as_deref().unwrap_or("–");
        lines.push(format!("| {name} | {error} | {} |", cells.join(" | ")));
    }
    lines.join("\n") + "\n"
}

/// Compares the table with the documented one, or writes it.
pub(super) fn document(table: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reliability.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (documented, after) = rest.split_once(END).unwrap();
    let table = format!("\n{table}\n");
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&file, [before, BEGIN, &table, END, after].concat()).unwrap();
    } else {
        assert!(
            documented == table,
            "docs/reliability.md is not what was seen; `npm run test:faults` writes it:\n{table}"
        );
    }
}
