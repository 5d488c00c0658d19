//! What a member of an input's result is. The API puts metadata and the model's outputs side by side, and an output may have the name
//! of metadata. So a member is metadata only if its value is what the API puts there.

use serde_json::value::RawValue;
use url::Url;

use super::scan::Section;
use crate::document;

/// What the API puts into a member. Each may also be null.
#[derive(Debug, Clone, Copy)]
enum Value {
    /// Also a time, because servers send times in several forms.
    Text,
    Number,
    /// `{"up": 1, "down": 0}`, perhaps without its zeros.
    Votes,
    /// The identifier of a model, or an object with it.
    Model,
    /// The sources name the member, but not what it holds.
    Anything,
}

/// The metadata of an input. All other members are outputs, named by the model.
const METADATA: [(&str, Value); 20] = [
    ("accessKey", Value::Text),
    ("accountIdentifier", Value::Text),
    ("datasourceCompletedTime", Value::Anything),
    ("elapsedTime", Value::Number),
    ("endTime", Value::Text),
    ("engine", Value::Text),
    ("error", Value::Text),
    ("inputFetching", Value::Number),
    ("inputSize", Value::Number),
    ("model", Value::Model),
    ("modelLatency", Value::Number),
    ("outputUploading", Value::Number),
    ("queueTime", Value::Number),
    ("startTime", Value::Text),
    ("status", Value::Text),
    ("teamIdentifier", Value::Text),
    ("timeMeters", Value::Anything),
    ("updateTime", Value::Text),
    ("userIdentifier", Value::Text),
    ("voting", Value::Votes),
];

/// The kind of a member of an input's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Status,
    Error,
    Metadata,
    Output,
}

impl Kind {
    /// Returns the kind of a member. An input that failed has no outputs, so its metadata may be anything.
    pub(super) fn of(name: Option<&str>, value: &RawValue, section: Section) -> Self {
        let known = name.and_then(|name| METADATA.into_iter().find(|(known, _)| *known == name));
        match known {
            None => Self::Output,
            Some((name, expected)) if section == Section::Results && !expected.is_of(name, value.get()) => Self::Output,
            Some(("status", _)) => Self::Status,
            Some(("error", _)) => Self::Error,
            Some(_) => Self::Metadata,
        }
    }
}

impl Value {
    /// Whether a value is what the API puts into the member of a name.
    fn is_of(self, name: &str, value: &str) -> bool {
        let is_number = value.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        let text: Option<String> = serde_json::from_str(value).ok();
        match (self, text) {
            _ if value == "null" => true,
            (_, Some(text)) if is_link(&text, name) => false,
            (Self::Anything, _) | (Self::Text | Self::Model, Some(_)) => true,
            (Self::Number, None) => is_number,
            (Self::Votes, None) => is_of(value, |name, value| {
                matches!(name, "up" | "down") && serde_json::from_str::<u64>(value).is_ok()
            }),
            (Self::Model, None) => document::string_member(value, "identifier").is_some(),
            // Text of JSON that is not valid Unicode.
            (Self::Text, None) => value.starts_with('"'),
            _ => false,
        }
    }
}

/// Whether a text is the link that results have instead of an output that is not JSON. It ends with the name of the output.
fn is_link(text: &str, name: &str) -> bool {
    let Ok(url) = Url::parse(text.trim()) else {
        return false;
    };
    let last = url.path_segments().and_then(|mut segments| segments.next_back());
    matches!(url.scheme(), "http" | "https") && last == Some(name)
}

/// Whether a value is an object, all of whose members are like this.
fn is_of(value: &str, is: impl Fn(&str, &str) -> bool) -> bool {
    document::Members::read(value).is_some_and(|members| {
        members
            .iter()
            .all(|(name, value)| document::name(name).is_some_and(|name| is(&name, value.get())))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    fn kind(name: &str, value: &str, section: Section) -> Kind {
        Kind::of(Some(name), &RawValue::from_string(value.to_owned()).unwrap(), section)
    }

    #[test]
    fn metadata_has_the_values_that_the_api_gives_it() {
        for (name, values) in [
            ("status", [r#""SUCCESSFUL""#, r#""ODD""#, "null"]),
            ("engine", [r#""model-batch-m-1-0-0""#, r#""""#, "null"]),
            ("error", [r#""why""#, r#""see https://modzy.example/help""#, "null"]),
            ("inputFetching", ["3365", "0", "null"]),
            ("modelLatency", ["4861.0", "1e3", "-1"]),
            (
                "startTime",
                [
                    r#""2021-08-06T09:14:51.305+0000""#,
                    r#""2022-11-10T17:55:50.267273022Z""#,
                    r#""""#,
                ],
            ),
            ("voting", [r#"{"up":0,"down":2}"#, r#"{"up":1}"#, "{}"]),
            ("model", [r#"{"identifier":"m","version":"1"}"#, r#""m""#, "null"]),
            ("timeMeters", ["{}", "[]", "7"]),
        ] {
            for value in values {
                assert_ne!(kind(name, value, Section::Results), Kind::Output, "{name}: {value}");
            }
        }
    }

    #[test]
    fn a_member_with_another_value_is_an_output_whatever_its_name_is() {
        for (name, values) in [
            ("status", ["{}", "[1]", "7"]),
            (
                "error",
                [
                    r#"{"rate":0.1}"#,
                    "0.1",
                    r#""https://app.modzy.com/api/results/j/k/error\n""#,
                ],
            ),
            (
                "engine",
                [
                    r#"{"data":{}}"#,
                    "false",
                    r#""https://app.modzy.com/api/results/j/k/engine""#,
                ],
            ),
            ("inputFetching", [r#""text""#, "{}", "true"]),
            ("elapsedTime", ["[1,2]", r#""5 s""#, r#"{"ms":5}"#]),
            ("startTime", ["12.5", r#"["noon"]"#, "{}"]),
            ("voting", [r#"{"up":"yes"}"#, r#"{"winner":"a"}"#, "[0,1]"]),
            ("model", [r#"{"name":"a car"}"#, "[]", "1"]),
            ("timeMeters", [r#""http://h/api/results/j/k/timeMeters""#; 3]),
            ("results.json", ["null", "7", r#""text""#]),
        ] {
            for value in values {
                assert_eq!(kind(name, value, Section::Results), Kind::Output, "{name}: {value}");
            }
        }
    }

    #[test]
    fn a_failed_input_has_no_outputs_of_such_names() {
        assert_eq!(kind("error", r#"{"code":7}"#, Section::Failures), Kind::Error);
        assert_eq!(kind("engine", "[1]", Section::Failures), Kind::Metadata);
    }
}
