//! The files of the page, compiled into the program.

use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Response};

use crate::error::{self, Error};

const INDEX: &str = include_str!("../../page/index.html");

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// The files under `/page/`, by name, with their media types.
macro_rules! files {
    ($($name:literal: $media_type:expr,)*) => {
        const FILES: &[(&str, &str, &str)] = &[$(($name, $media_type, include_str!(concat!("../../page/", $name)))),*];
    };
}

files! {
    "app.js": SCRIPT,
    "base.css": STYLE,
    "commands.js": SCRIPT,
    "content.css": STYLE,
    "detail.css": STYLE,
    "dom.js": SCRIPT,
    "events.js": SCRIPT,
    "explanations.js": SCRIPT,
    "faults.js": SCRIPT,
    "form.css": STYLE,
    "format.js": SCRIPT,
    "icon.svg": "image/svg+xml",
    "inputs.js": SCRIPT,
    "job.js": SCRIPT,
    "jobs.js": SCRIPT,
    "json.js": SCRIPT,
    "list.css": STYLE,
    "list.js": SCRIPT,
    "live.js": SCRIPT,
    "models.js": SCRIPT,
    "narrow.css": STYLE,
    "outputs.js": SCRIPT,
    "request.js": SCRIPT,
    "requests.js": SCRIPT,
    "run-form.js": SCRIPT,
    "signatures.js": SCRIPT,
    "timeline.js": SCRIPT,
    "tree.js": SCRIPT,
    "values.js": SCRIPT,
    "views.js": SCRIPT,
}

pub(super) async fn index() -> Html<&'static str> {
    Html(INDEX)
}

pub(super) async fn file(Path(name): Path<String>) -> Result<Response, Error> {
    match FILES.iter().find(|(known, ..)| *known == name) {
        Some((_, media_type, content)) => Ok(([(CONTENT_TYPE, *media_type)], *content).into_response()),
        None => Err(error::unknown_route().await),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_together_have_at_most_150_kb() {
        let bytes = INDEX.len() + FILES.iter().map(|(_, _, content)| content.len()).sum::<usize>();
        assert!(bytes <= 150_000, "{bytes}");
    }

    #[test]
    fn every_file_of_the_folder_is_served() {
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/page")).unwrap();
        let mut names: Vec<_> = folder
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "index.html" && name != "tsconfig.json")
            .collect();
        names.sort();
        let mut served: Vec<_> = FILES.iter().map(|(name, ..)| (*name).to_owned()).collect();
        served.sort();
        assert_eq!(served, names);
    }

    #[test]
    fn no_file_sets_html_or_runs_text() {
        for (name, _, content) in FILES {
            for danger in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                "new Function",
            ] {
                assert!(!content.contains(danger), "{name}: {danger}");
            }
        }
        assert!(!INDEX.contains("<style") && !INDEX.contains("<script>") && !INDEX.contains(" style="));
    }
}
