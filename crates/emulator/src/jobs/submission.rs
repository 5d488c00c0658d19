//! Reads the body of a submit. An error names the invalid member, and never repeats its value.

use std::time::Duration;

use super::sources::Sources;
use crate::error::Error;
use crate::member::Members;

/// The body of `POST /jobs`.
#[derive(Debug)]
pub(super) struct Submission {
    pub(super) model: String,
    pub(super) version: String,
    pub(super) explain: bool,
    pub(super) timeout: Option<Duration>,
    /// `None` opens a job that waits for its inputs.
    pub(super) sources: Option<Sources>,
}

impl Submission {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Error> {
        let body = Members::of_body(body)?;
        let model = body.required("model")?.members()?;
        Ok(Self {
            model: model.required("identifier")?.string()?,
            version: model.required("version")?.string()?,
            explain: body
                .optional("explain")
                .map_or(Ok(false), |explain| explain.boolean())?,
            timeout: body
                .optional("timeout")
                .map(|timeout| timeout.milliseconds())
                .transpose()?,
            sources: body.optional("input").map(|input| Sources::parse(&input)).transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::input::Input;

    const MODEL: &str = r#""model":{"identifier":"ed542963de","version":"1.0.1"}"#;

    fn parse(rest: &str) -> Result<Submission, Error> {
        Submission::parse(format!("{{{MODEL},{rest}}}").as_bytes())
    }

    fn refusal(rest: &str) -> String {
        parse(rest).unwrap_err().message().to_owned()
    }

    #[test]
    fn inputs_keep_their_order_and_any_key() {
        let sources = r#"{"z":{"input.txt":"1"},"a/b?#% ü":{"input.txt":"2"},"":{}}"#;
        let inputs = parse(&format!(r#""input":{{"type":"text","sources":{sources}}}"#))
            .unwrap()
            .sources
            .unwrap();
        let Sources::Inputs(inputs) = inputs else {
            panic!("not rows");
        };
        let keys: Vec<_> = inputs.iter().map(|input| input.key.as_str()).collect();
        assert_eq!(keys, ["z", "a/b?#% ü", ""]);
        assert_eq!(inputs[1].values["input.txt"], &b"2"[..]);
        assert_eq!(inputs.iter().map(Input::bytes).collect::<Vec<_>>(), [1, 1, 0]);
    }

    #[test]
    fn without_an_input_a_job_is_opened() {
        assert!(parse(r#""explain":true"#).unwrap().sources.is_none());
        assert!(parse(r#""input":null"#).unwrap().sources.is_none());
    }

    #[test]
    fn explain_and_timeout_may_be_text() {
        for (rest, explain, timeout) in [
            (r#""explain":true,"timeout":1500"#, true, Some(1500)),
            (r#""explain":"true","timeout":"1500""#, true, Some(1500)),
            (r#""explain":"false","timeout":null"#, false, None),
            (r#""explain":null,"unknown":1"#, false, None),
        ] {
            let submission = parse(rest).unwrap();
            assert_eq!(submission.explain, explain, "{rest}");
            assert_eq!(submission.timeout, timeout.map(Duration::from_millis), "{rest}");
        }
    }

    #[test]
    fn a_refusal_names_the_member() {
        for (body, message) in [
            ("[]", "the body must be a JSON object"),
            ("{}", "model is missing"),
            (r#"{"model":null}"#, "model is missing"),
            (r#"{"model":"x"}"#, "model must be a JSON object"),
            (r#"{"model":{}}"#, "model.identifier is missing"),
            (r#"{"model":{"identifier":1}}"#, "model.identifier must be a string"),
            (r#"{"model":{"identifier":"x"}}"#, "model.version is missing"),
        ] {
            assert_eq!(
                Submission::parse(body.as_bytes()).unwrap_err().message(),
                message,
                "{body}"
            );
        }
        for (rest, message) in [
            (r#""explain":1"#, "explain must be true or false"),
            (
                r#""timeout":-1"#,
                "timeout must be a positive whole number of milliseconds",
            ),
            (
                r#""timeout":0"#,
                "timeout must be a positive whole number of milliseconds",
            ),
            (
                r#""timeout":1.5"#,
                "timeout must be a positive whole number of milliseconds",
            ),
            (r#""input":"x""#, "input must be a JSON object"),
            (r#""input":{}"#, "input.type is missing"),
            (r#""input":{"type":"text"}"#, "input.sources is missing"),
            (
                r#""input":{"type":"text","sources":{}}"#,
                "input.sources must have at least one input",
            ),
            (
                r#""input":{"type":"text","sources":["x"]}"#,
                "input.sources must be a JSON object",
            ),
            (
                r#""input":{"type":"text","sources":{"a":"x"}}"#,
                "input.sources.a must be a JSON object",
            ),
            (
                r#""input":{"type":"text","sources":{"a":{"input.txt":5}}}"#,
                "input.sources.a.input.txt must be a string",
            ),
            (
                r#""input":{"type":"texts"}"#,
                "input.type must be one of text, embedded, aws-s3, aws-s3-folder, azureblob, storage-grid, jdbc",
            ),
        ] {
            assert_eq!(refusal(rest), message, "{rest}");
        }
    }

    #[test]
    fn text_that_is_not_json_is_refused_with_its_position() {
        for (body, place) in [
            (&b""[..], "line 1 column 0"),
            (b"{\"model\":", "line 1 column 9"),
            (b"{} x", "line 1 column 4"),
            (b"\xff", "line 1 column 1"),
        ] {
            let error = Submission::parse(body).unwrap_err();
            let message = error.message();
            assert!(message.starts_with("the body is not JSON: "), "{message}");
            assert!(message.ends_with(place), "{message}");
        }
    }
}
