//! What replaces secrets: stars, or marks by which the page puts environment variables in their places.

use serde::Serialize;
use uuid::Uuid;

use super::names::variable;

/// Replaces a secret that is only hidden.
const STARS: &str = "***";

/// The replacements within one text.
pub(super) struct Marks {
    /// The beginning of all marks. No text contains it by chance.
    prefix: Option<String>,
    found: Vec<(Mark, String)>,
}

/// A secret that was replaced.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::page) struct Mark {
    /// What replaces it.
    pub(in crate::page) text: String,
    /// The environment variable that is to have its value.
    pub(in crate::page) variable: String,
    /// Whether it is JSON that is not a string, and its mark a string in its place.
    pub(in crate::page) is_json: bool,
}

impl Marks {
    pub(super) fn stars() -> Self {
        Self {
            prefix: None,
            found: Vec::new(),
        }
    }

    pub(super) fn numbered() -> Self {
        Self {
            prefix: Some(format!("{}x", Uuid::new_v4().simple())),
            found: Vec::new(),
        }
    }

    /// Returns the replacement of a secret, by its name. What is replaced already stays.
    pub(super) fn replace(&mut self, name: &str, secret: &str, is_json: bool) -> String {
        let Some(prefix) = &self.prefix else {
            // What follows the stars may be an escape of the text around them.
            return if secret.starts_with(STARS) { secret } else { STARS }.to_owned();
        };
        if secret.contains(prefix.as_str()) {
            return secret.to_owned();
        }
        if let Some((known, _)) = self
            .found
            .iter()
            .find(|(mark, value)| value == secret && mark.is_json == is_json)
        {
            return known.text.clone();
        }
        let mut variable = variable(name);
        let same = |(mark, _): &&(Mark, String)| mark.variable.starts_with(&variable);
        let others = self.found.iter().filter(same).count();
        if others > 0 {
            variable = format!("{variable}_{}", others + 1);
        }
        let mark = format!("{prefix}{:04}", self.found.len());
        let known = Mark {
            text: mark.clone(),
            variable,
            is_json,
        };
        self.found.push((known, secret.to_owned()));
        mark
    }

    pub(super) fn into_found(self) -> Vec<Mark> {
        self.found.into_iter().map(|(mark, _)| mark).collect()
    }
}
