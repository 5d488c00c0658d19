//! Writes the tables of `docs/reliability.md` from the rules and the expected outcomes, or compares them.

use std::{fmt::Write as _, path::Path};

use modzy_client::Sent;

use super::{
    calls::Class,
    catalogue::{self, Cause, Fault},
    expected::{Course, Ending, Expected, Failure, Kind, expected},
    matrix::fraction,
    rules,
};
use crate::support::certificates::Authority;

/// If set, the tables are written and not compared.
const WRITE: &str = "MODZY_WRITE_TABLES";

/// One line of the table of faults.
struct Row {
    /// If the fault is a status, its form of `Retry-After` follows a semicolon.
    name: String,
    error: Option<String>,
    cells: Vec<&'static str>,
}

impl Row {
    fn new(fault: &Fault) -> Self {
        let ends = Class::ALL.map(|class| outcome(fault.cause, class, Course::Lasting));
        // The error of a submit says most.
        let of_submit = ends[Class::ALL.iter().position(|class| *class == Class::Submit).unwrap()].as_ref();
        let mut failures = of_submit
            .into_iter()
            .chain(ends.iter().flatten())
            .filter_map(|end| end.failure);
        Self {
            name: fault.name.clone(),
            error: failures.next().map(described),
            cells: ends.iter().map(|end| end.as_ref().map_or("–", word)).collect(),
        }
    }
}

fn outcome(cause: Cause, class: Class, course: Course) -> Option<Expected> {
    expected(cause, class, course, fraction(course))
}

fn word(expected: &Expected) -> &'static str {
    match (expected.ending, expected.reads_the_job) {
        (Ending::Again, false) => "again",
        (Ending::Again, true) => "again; asks the job",
        (Ending::AgainAsAsked, false) => "again, as asked",
        (Ending::AgainAsAsked, true) => "again, as asked; asks the job",
        (Ending::AgainAtOnce, _) => "again at once",
        (Ending::Never, false) => "never",
        (Ending::Never, true) => "asks the job",
        (Ending::Beyond, false) => "too late",
        (Ending::Beyond, true) => "too late; asks the job",
        (Ending::RiddenOut, _) => "ridden out",
        (Ending::Doubted, _) => "doubted",
        (Ending::Followed, _) => "followed",
        (Ending::Fine, _) => "fine",
    }
}

/// Returns the class of the error in JavaScript, its phase and its `sent`.
fn described(failure: Failure) -> String {
    let (class, phase) = match failure.kind {
        Kind::Status(400 | 422) => ("BadRequestError", None),
        Kind::Status(401) => ("AuthenticationError", None),
        Kind::Status(403) => ("PermissionError", None),
        Kind::Status(404) => ("NotFoundError", None),
        Kind::Status(429) => ("RateLimitError", None),
        Kind::Status(500..=599) => ("ServerError", None),
        Kind::Status(_) => ("ApiError", None),
        Kind::Timeout(phase) => ("RequestTimeoutError", Some(phase)),
        Kind::Connection(_, phase) => ("ConnectionError", Some(phase)),
        Kind::Response(_) => ("ResponseError", None),
    };
    let sent = match failure.sent {
        Some(Sent::No) => ", not sent",
        // A response that cannot be read was sent for.
        Some(Sent::Maybe) if phase.is_some() => ", maybe sent",
        _ => "",
    };
    let Some(phase) = phase else {
        return format!("{class}{sent}");
    };
    format!("{class}, {}{sent}", phase.as_str())
}

/// Joins the rows of a status whose cells do not depend on `Retry-After`.
fn merged(rows: Vec<Row>) -> Vec<Row> {
    let mut merged: Vec<(Row, usize)> = Vec::new();
    for row in rows {
        let status = |row: &Row| row.name.split_once("; ").map(|(status, _)| status.to_owned());
        let is_same =
            |other: &Row| status(other).is_some() && status(other) == status(&row) && other.cells == row.cells;
        match merged.iter_mut().find(|(other, _)| is_same(other)) {
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

/// Renders the meaning of each word of the table of faults.
fn render_words() -> String {
    let meaning = |ending| match ending {
        Ending::Again => "the client retries after a delay of its own, until `retries` is used up",
        Ending::AgainAsAsked => {
            "the client retries after the delay that the server asked for, or after one second if a 429 names none"
        }
        Ending::AgainAtOnce => "the client sends the request again without a delay, and takes no retry",
        Ending::Never => "the call rejects with the first failure",
        Ending::Beyond => {
            "the server asks for a longer delay than the call waits, so the call rejects with the first failure"
        }
        Ending::RiddenOut => "the wait polls again until `maxOutage` has passed",
        Ending::Doubted => "the wait polls again until the failure has lasted for four seconds",
        Ending::Followed => "the download follows the redirect",
        Ending::Fine => "the call resolves: the class accepts the response, or is not affected",
    };
    let mut text = "| in the table | meaning |\n| --- | --- |\n".to_owned();
    for ending in Ending::ALL {
        let [word, with_job] = [false, true].map(|reads_the_job| {
            word(&Expected {
                ending,
                reads_the_job,
                failure: None,
                lines: vec![],
                pauses: vec![],
            })
        });
        writeln!(text, "| {word} | {} |", meaning(ending)).unwrap();
        if ending == Ending::Never {
            writeln!(
                text,
                "| {with_job} | the client reads the job, which shows what has happened |"
            )
            .unwrap();
        }
    }
    text
}

fn render_faults(faults: &[Fault]) -> String {
    let classes = Class::ALL.map(Class::name).join(" | ");
    let mut lines = vec![
        format!("| what happens | rejects with | {classes} |"),
        format!("|{}", " --- |".repeat(2 + Class::ALL.len())),
    ];
    for Row { name, error, cells } in merged(faults.iter().map(Row::new).collect()) {
        let error = error.as_deref().unwrap_or("–");
        lines.push(format!("| {name} | {error} | {} |", cells.join(" | ")));
    }
    let mut cells = 0;
    for fault in faults {
        let courses = if fault.can_pass() {
            [Course::Lasting, Course::Passing].as_slice()
        } else {
            &[Course::Lasting]
        };
        for class in Class::ALL {
            let expected = courses.iter().filter_map(|course| outcome(fault.cause, class, *course));
            cells += expected.count();
        }
    }
    // `matrix` asserts that nothing is done twice.
    format!(
        "{}\n\n{} faults, {cells} cells, 0 requests done twice.\n",
        lines.join("\n"),
        faults.len()
    )
}

/// Replaces what lies between the markers of a table.
fn replaced(page: &str, name: &str, table: &str) -> String {
    let begin = format!("<!-- {name}: written by `npm run test:faults` -->\n");
    let end = format!("<!-- end of {name} -->\n");
    let (before, rest) = page.split_once(&begin).unwrap();
    let (_, after) = rest.split_once(&end).unwrap();
    [before, &begin, "\n", table, "\n", &end, after].concat()
}

#[tokio::test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "some of the documented faults can be made on Linux only"
)]
async fn the_page_states_the_rules_and_what_follows_from_them() {
    let faults = catalogue::all(&Authority::new()).await;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reliability.md");
    let documented = std::fs::read_to_string(&file).unwrap();
    let page = replaced(&documented, "rules", &rules::render());
    let page = replaced(&page, "words", &render_words());
    let page = replaced(&page, "faults", &render_faults(&faults));
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&file, page).unwrap();
    } else {
        assert!(
            documented == page,
            "docs/reliability.md does not match the rules; run `npm run test:faults`, which writes it:\n{page}"
        );
    }
}
