//! The outputs of one input, out of results that the caller holds.

use super::by_input::ByInput;
use crate::document::Document;

/// Why results have no outputs of an input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoOutputs {
    /// The text is not that of results.
    #[error("this is not the result of a job")]
    NotResults,
    /// The results have no such input. They are partial while the job runs.
    #[error("the results have no input {0:?}")]
    Missing(String),
    /// The input failed.
    #[error("{0}")]
    Failed(String),
}

/// Returns the outputs of an input, by the names that the model gave them, without the metadata beside them.
///
/// # Errors
/// [`NoOutputs::Failed`] with the server's message for an input that failed.
pub fn outputs_of(results: impl Into<String>, input_key: impl Into<String>) -> Result<Document, NoOutputs> {
    let input_key = input_key.into();
    let results = Document::from_body(results.into().into_bytes()).map_err(|_| NoOutputs::NotResults)?;
    if results
        .member("results")
        .or_else(|| results.member("failures"))
        .is_none()
    {
        return Err(NoOutputs::NotResults);
    }
    let by_input = ByInput::read(&results).map_err(|_| NoOutputs::NotResults)?;
    let input = by_input.inputs.into_iter().rfind(|input| input.key == input_key);
    match input.map(|input| input.outcome) {
        Some(Ok(outputs)) => Ok(outputs),
        Some(Err(message)) => Err(NoOutputs::Failed(message.unwrap_or_else(|| without_reason(&input_key)))),
        None => Err(NoOutputs::Missing(input_key)),
    }
}

/// Returns the message for an input that failed without one of the server.
pub(crate) fn without_reason(input_key: &str) -> String {
    format!("the input {input_key:?} failed, and the server does not say why")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_come_without_metadata_and_failures_as_errors() {
        let results = r#"{"results":{"a":{"a":{"status":"SUCCESSFUL","results.json":[1]}}},"failures":{"b":{"error":"why"},"c":{}}}"#;
        assert_eq!(outputs_of(results, "a").unwrap().as_str(), r#"{"results.json":[1]}"#);
        let refused = |text: &str, key: &str| outputs_of(text, key).unwrap_err().to_string();
        assert_eq!(refused(results, "b"), "why");
        assert_eq!(
            refused(results, "c"),
            r#"the input "c" failed, and the server does not say why"#
        );
        assert_eq!(refused(results, "d"), r#"the results have no input "d""#);
        for other in [
            "",
            "[]",
            "7",
            "{",
            r#"{"status":"COMPLETED"}"#,
            r#"{"results":{"a":7}}"#,
        ] {
            assert_eq!(refused(other, "a"), "this is not the result of a job", "{other}");
        }
    }
}
