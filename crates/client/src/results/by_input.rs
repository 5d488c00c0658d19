//! Complete results by their inputs, without the level that old servers add. Leaves the parts of a single input to `input`.

use super::{
    input::{self, Object, nested},
    scan::{Found, Section},
};
use crate::{
    document::{self, Document, Members},
    error::BodyFault,
};

/// The results and the failures of a job, as objects by input key.
#[derive(Debug)]
pub(crate) struct ByInput {
    /// The inputs that succeeded.
    pub(crate) results: Document,
    /// The inputs that failed.
    pub(crate) failures: Document,
    /// What is known about each input, in the order of the server.
    pub(crate) inputs: Vec<Input>,
}

/// An input of a job that has ended.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) key: String,
    /// Its outputs, or its failure with the server's message, if there is one.
    pub(crate) outcome: Result<Document, Option<String>>,
}

impl ByInput {
    /// Reads the results of a job.
    ///
    /// # Errors
    /// The fault in them.
    pub(crate) fn read(results: &Document) -> Result<Self, BodyFault> {
        let members = Members::read(results.as_str()).ok_or(BodyFault::NoResults)?;
        let mut inputs = Vec::new();
        let results = section(&members, Section::Results, &mut inputs)?;
        let failures = section(&members, Section::Failures, &mut inputs)?;
        Ok(Self {
            results,
            failures,
            inputs,
        })
    }
}

/// Reads one of the two objects. One that is missing, or `null`, is empty.
fn section(members: &Members<'_>, section: Section, inputs: &mut Vec<Input>) -> Result<Document, BodyFault> {
    let wanted = match section {
        Section::Results => "results",
        Section::Failures => "failures",
    };
    let given = members
        .iter()
        .rfind(|(name, _)| document::name(name).as_deref() == Some(wanted));
    let given = given.and_then(|(_, value)| Members::read(value.get()));
    let mut written = Object::default();
    for (key, value) in given.iter().flat_map(Members::iter) {
        let found = Found {
            section,
            key: key.get().to_owned().into(),
            value: value.get().to_owned().into(),
        };
        let parts = input::read(&found)?;
        let inner = Members::read(value.get()).and_then(|all| Some(nested(&all, key.get())?.1));
        match inner {
            Some(inner) => {
                let mut own = Object::default();
                inner.iter().for_each(|(name, value)| own.add(name.get(), value.get()));
                written.add(key.get(), &own.close());
            }
            None if value.get().starts_with('{') => written.add(key.get(), value.get()),
            // The failure of an old server: only its message, or nothing.
            None => written.add(key.get(), &failure(&parts)),
        }
        let is_failure = section == Section::Failures || parts.string_member("status").as_deref() == Some("FAILED");
        inputs.push(Input {
            // A key that is not valid text is not one of the caller's.
            key: document::name(key).unwrap_or_default().into_owned(),
            outcome: if is_failure {
                Err(reason(&parts))
            } else {
                Ok(parts.member("outputs").unwrap_or_default())
            },
        });
    }
    Ok(Document::of_json(written.close()))
}

/// Returns why an input failed: its text, or the JSON of another value.
fn reason(parts: &Document) -> Option<String> {
    let other = || parts.member("metadata")?.text_member("error");
    let reason = parts.string_member("error").or_else(other);
    reason.filter(|reason| !reason.trim().is_empty())
}

fn failure(parts: &Document) -> String {
    let mut own = Object::default();
    own.add(r#""status""#, r#""FAILED""#);
    if let Some(error) = parts.member("error") {
        own.add(r#""error""#, error.as_str());
    }
    own.close()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(results: &Value) -> ByInput {
        ByInput::read(&Document::of_json(results.to_string())).unwrap()
    }

    fn value(document: &Document) -> Value {
        document.parse().unwrap()
    }

    #[test]
    fn results_and_failures_are_objects_whatever_the_server_sends() {
        for sections in [
            json!({}),
            json!({"results": null, "failures": null}),
            json!({"results": {}}),
        ] {
            let by_input = read(&sections);
            assert_eq!(
                (value(&by_input.results), value(&by_input.failures)),
                (json!({}), json!({}))
            );
            assert!(by_input.inputs.is_empty());
        }
    }

    #[test]
    fn the_level_that_old_servers_add_is_left_out_of_results_and_failures() {
        let result = json!({"status": "SUCCESSFUL", "engine": "e", "results.json": 1.5});
        let by_input = read(&json!({
            "results": {"a": {"a": result}, "b": result},
            "failures": {"c": {"c": {"error": "why"}}, "d": "because", "e": null},
        }));
        assert_eq!(value(&by_input.results), json!({"a": result, "b": result}));
        let failures =
            json!({"c": {"error": "why"}, "d": {"status": "FAILED", "error": "because"}, "e": {"status": "FAILED"}});
        assert_eq!(value(&by_input.failures), failures);
        let outcomes: Vec<_> = by_input
            .inputs
            .iter()
            .map(|input| (input.key.as_str(), input.outcome.as_ref().map(value)))
            .collect();
        let (outputs, why) = (json!({"results.json": 1.5}), |text: &str| Some(text.to_owned()));
        assert_eq!(
            outcomes,
            [
                ("a", Ok(outputs.clone())),
                ("b", Ok(outputs)),
                ("c", Err(&why("why"))),
                ("d", Err(&why("because"))),
                ("e", Err(&None)),
            ]
        );
    }

    #[test]
    fn a_reason_that_is_not_a_text_is_kept_as_json() {
        let by_input =
            read(&json!({"failures": {"a": {"error": {"code": 7}}, "b": {"error": ["x"]}, "c": {"error": " "}}}));
        let reasons = by_input.inputs.into_iter().map(|input| input.outcome.unwrap_err());
        let expected = [Some(r#"{"code":7}"#.to_owned()), Some(r#"["x"]"#.to_owned()), None];
        assert_eq!(reasons.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn an_input_whose_status_is_failed_has_failed_wherever_it_stands() {
        let by_input = read(&json!({"results": {"a": {"status": "FAILED", "error": "why"}}}));
        assert_eq!(by_input.inputs[0].outcome.as_ref().unwrap_err().as_deref(), Some("why"));
    }
}
