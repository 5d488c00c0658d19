//! What replaces secrets: stars, or marks by which the page puts environment variables in their places.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use uuid::Uuid;

use super::names::variable;

/// Replaces a secret that is only hidden.
const STARS: &str = "***";

/// The replacements within one text.
#[derive(Default)]
pub(super) struct Marks {
    /// The beginning of all marks. No text contains it by chance.
    prefix: Option<String>,
    found: Vec<Mark>,
    /// Where the mark of a secret is, for each kind of mark.
    known: HashMap<(String, bool), usize>,
    variables: HashSet<String>,
    /// How many secrets have a name.
    named: HashMap<String, usize>,
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
        Self::default()
    }

    pub(super) fn numbered() -> Self {
        Self {
            prefix: Some(format!("{}x", Uuid::new_v4().simple())),
            ..Self::default()
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
        let key = (secret.to_owned(), is_json);
        if let Some(known) = self.known.get(&key).and_then(|at| self.found.get(*at)) {
            return known.text.clone();
        }
        let text = format!("{prefix}{:04}", self.found.len());
        let variable = self.variable(name);
        self.known.insert(key, self.found.len());
        self.found.push(Mark {
            text: text.clone(),
            variable,
            is_json,
        });
        text
    }

    /// Returns a variable that no other secret has.
    fn variable(&mut self, name: &str) -> String {
        let name = variable(name);
        let number = self.named.entry(name.clone()).or_default();
        loop {
            *number += 1;
            let variable = if *number == 1 {
                name.clone()
            } else {
                format!("{name}_{number}")
            };
            if self.variables.insert(variable.clone()) {
                return variable;
            }
        }
    }

    pub(super) fn into_found(self) -> Vec<Mark> {
        self.found
    }
}
