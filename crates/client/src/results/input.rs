//! Reads the result of one input: servers put metadata and outputs side by side, and old servers a level deeper.

use serde_json::value::RawValue;

use super::{
    metadata::Kind,
    scan::{Found, Section},
};
use crate::{
    document::{self, Document, Members},
    error::BodyFault,
};

/// Reads an input as `{"inputKey", "status", "outputs", "error"?, "metadata"}`, where each value is the server's own text.
pub(crate) fn read(found: &Found) -> Result<Document, BodyFault> {
    let key = document::check(&found.key)?;
    let value = document::check(&found.value)?;
    let mut status = match found.section {
        Section::Results => r#""SUCCESSFUL""#,
        Section::Failures => r#""FAILED""#,
    };
    let mut error = None;
    let mut outputs = Object::default();
    let mut metadata = Object::default();
    if value.starts_with('{') {
        let members = Members::read(value).ok_or(BodyFault::NotJson)?;
        let members = nested(&members, key).map_or(members, |(_, inner)| inner);
        let section = if has_failed(&members) {
            Section::Failures
        } else {
            found.section
        };
        for (name, value) in members.iter() {
            match Kind::of(document::name(name).as_deref(), value, section) {
                Kind::Status if is_string(value) => status = value.get(),
                Kind::Error if is_string(value) => error = Some(value.get()),
                // The server gave none.
                Kind::Status | Kind::Error if value.get() == "null" => {}
                Kind::Status | Kind::Error | Kind::Metadata => metadata.add(name.get(), value.get()),
                Kind::Output => outputs.add(name.get(), value.get()),
            }
        }
    } else if found.section == Section::Failures {
        error = value.starts_with('"').then_some(value);
    } else {
        return Err(BodyFault::NoResults);
    }
    let mut result = Object::default();
    result.add(r#""inputKey""#, key);
    result.add(r#""status""#, status);
    if let Some(error) = error {
        result.add(r#""error""#, error);
    }
    result.add(r#""metadata""#, &metadata.close());
    result.add(r#""outputs""#, &outputs.close());
    Ok(Document::of_json(result.close()))
}

/// Returns the server's own text of an input's result, without the additional level of old servers.
pub(crate) fn raw(found: &Found) -> Result<Document, BodyFault> {
    let key = document::check(&found.key)?;
    let value = document::check(&found.value)?;
    let inner = Members::read(value).and_then(|members| Some(nested(&members, key)?.0));
    if !value.starts_with('{') && found.section == Section::Results {
        return Err(BodyFault::NoResults);
    }
    Ok(Document::of_json(inner.map_or(value, RawValue::get).to_owned()))
}

/// Returns the value a level deeper, and its members, where old servers put them: under the input's own key, as the only member. An output of
/// that name has other members beside it.
pub(super) fn nested<'a>(members: &Members<'a>, key: &str) -> Option<(&'a RawValue, Members<'a>)> {
    let mut all = members.iter();
    let (Some((name, value)), None) = (all.next(), all.next()) else {
        return None;
    };
    let inner = Members::read(value.get())?;
    let is_known = |name: Option<&str>, value: &RawValue| {
        Kind::of(name, value, Section::Results) != Kind::Output || name.is_some_and(|name| name.contains('.'))
    };
    let is_result = inner
        .iter()
        .any(|(name, value)| is_known(document::name(name).as_deref(), value));
    let is_same = name.get() == key || document::name(name) == serde_json::from_str(key).ok();
    (is_same && is_result).then_some((value, inner))
}

/// Whether the status says that the input failed.
fn has_failed(members: &Members<'_>) -> bool {
    members
        .iter()
        .any(|(name, value)| document::name(name).as_deref() == Some("status") && value.get() == r#""FAILED""#)
}

fn is_string(value: &RawValue) -> bool {
    value.get().starts_with('"')
}

/// Writes an object from names and values that are JSON texts. Does not use serde, whose names must be valid Unicode: a name of
/// the server may hold half a surrogate pair, and is copied unchanged.
#[derive(Default)]
pub(super) struct Object(String);

impl Object {
    pub(super) fn add(&mut self, name: &str, value: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push_str(name);
        self.0.push(':');
        self.0.push_str(value);
    }

    pub(super) fn close(mut self) -> String {
        if self.0.is_empty() {
            self.0.push('{');
        }
        self.0.push('}');
        self.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read_in(section: Section, key: &str, value: &str) -> Result<Value, BodyFault> {
        let found = Found {
            section,
            key: key.to_owned().into(),
            value: value.to_owned().into(),
        };
        Ok(read(&found)?.parse().unwrap())
    }

    fn result(value: &Value) -> Value {
        read_in(Section::Results, r#""k""#, &value.to_string()).unwrap()
    }

    fn failure(value: &Value) -> Value {
        read_in(Section::Failures, r#""k""#, &value.to_string()).unwrap()
    }

    #[test]
    fn what_the_api_knows_is_metadata_and_all_else_are_outputs() {
        let raw = json!({
            "status": "SUCCESSFUL", "engine": "e", "startTime": "t", "voting": {"up": 1}, "outputUploading": null,
            "results.json": [1], "plain": {"status": "inner"}, "__proto__": 1, "error": null,
        });
        let expected = json!({
            "inputKey": "k", "status": "SUCCESSFUL",
            "outputs": {"results.json": [1], "plain": {"status": "inner"}, "__proto__": 1},
            "metadata": {"engine": "e", "startTime": "t", "voting": {"up": 1}, "outputUploading": null},
        });
        assert_eq!(result(&raw), expected);
    }

    #[test]
    fn an_output_with_the_name_of_metadata_is_kept_unless_its_value_is_like_metadata() {
        let outputs = json!({"status": {"mood": "joy"}, "error": 0.25, "engine": ["V8"], "inputFetching": "text"});
        assert_eq!(result(&outputs)["outputs"], outputs);
        assert_eq!(result(&outputs)["status"], "SUCCESSFUL");
        let twice = r#"{"status":"SUCCESSFUL","engine":"e","status":[1],"engine":{"a":1},"voting":{"up":0}}"#;
        let read = read_in(Section::Results, r#""k""#, twice).unwrap();
        assert_eq!(read["outputs"], json!({"status": [1], "engine": {"a": 1}}));
        assert_eq!(read["metadata"], json!({"engine": "e", "voting": {"up": 0}}));
        // These values are like those of metadata.
        let text = result(&json!({"status": "SUCCESSFUL", "engine": "V8"}));
        assert_eq!(text["metadata"], json!({"engine": "V8"}));
        let failed = result(&json!({"status": "FAILED", "error": {"code": 7}}));
        assert_eq!(failed["metadata"], json!({"error": {"code": 7}}));
    }

    #[test]
    fn a_failure_has_its_error_and_a_status_even_where_the_server_gives_none() {
        let expected = json!({"inputKey": "k", "status": "FAILED", "outputs": {}, "error": "why", "metadata": {}});
        assert_eq!(failure(&json!({"error": "why"})), expected);
        assert_eq!(failure(&json!("why")), expected);
        assert_eq!(failure(&json!(null))["status"], "FAILED");
        assert_eq!(
            failure(&json!({"error": {"code": 7}}))["metadata"],
            json!({"error": {"code": 7}})
        );
        assert_eq!(failure(&json!({"status": "ODD"}))["status"], "ODD");
        assert_eq!(result(&json!({}))["status"], "SUCCESSFUL");
    }

    #[test]
    fn the_level_that_old_servers_have_is_left_out() {
        let inner = json!({"status": "SUCCESSFUL", "results.json": 1});
        assert_eq!(result(&json!({"k": inner})), result(&inner));
        assert_eq!(
            result(&json!({"k": {"results.json": 1}}))["outputs"],
            json!({"results.json": 1})
        );
        assert_eq!(failure(&json!({"k": {"error": "why"}}))["error"], "why");
        let escaped = read_in(Section::Results, r#""k""#, r#"{"\u006b":{"status":"S"}}"#).unwrap();
        assert_eq!(escaped["status"], "S");
    }

    #[test]
    fn an_output_that_has_the_name_of_the_input_stays_one() {
        for outputs in [
            json!({"k": {"status": "inner"}, "l": 1}),
            json!({"k": {"x": 1}}),
            json!({"k": 7}),
        ] {
            assert_eq!(result(&outputs)["outputs"], outputs);
        }
        let beside = json!({"status": "SUCCESSFUL", "k": {"results.json": 1}});
        assert_eq!(result(&beside)["outputs"], json!({"k": {"results.json": 1}}));
    }

    #[test]
    fn numbers_and_texts_survive_to_the_letter() {
        let found = Found {
            section: Section::Results,
            key: r#""\u006b \ud800""#.into(),
            value: r#"{"o" : 1.10, "\ud800": 12345678901234567890}"#.into(),
        };
        let text = String::from(read(&found).unwrap());
        assert!(text.starts_with(r#"{"inputKey":"\u006b \ud800","#), "{text}");
        assert!(
            text.contains(r#""outputs":{"o":1.10,"\ud800":12345678901234567890}"#),
            "{text}"
        );
    }

    #[test]
    fn what_is_no_result_is_refused() {
        for value in ["7", "null", "[]", r#""text""#] {
            assert_eq!(
                read_in(Section::Results, r#""k""#, value),
                Err(BodyFault::NoResults),
                "{value}"
            );
        }
        for value in ["{]", "{\"a\":}", "{\"a\":01}", "{\"a\":\"\n\"}", "tru"] {
            assert_eq!(
                read_in(Section::Results, r#""k""#, value),
                Err(BodyFault::NotJson),
                "{value}"
            );
        }
        let bad = read_in(Section::Results, r#""\x""#, "{}");
        assert_eq!(bad, Err(BodyFault::NotJson));
    }
}
