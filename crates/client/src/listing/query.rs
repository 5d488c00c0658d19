//! Query strings of the routes, and the lenient forms in which filters take their members.

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Number;

use crate::endpoint::encoded;

/// A path with those of the members that have a value, in the order given; as it is where none has.
///
/// Values are percent-encoded, spaces as `%20`: not every server takes a `+` for one.
pub(crate) fn with_query(path: &str, members: &[(&str, Option<&str>)]) -> String {
    let mut whole = path.to_owned();
    let mut mark = '?';
    for (name, value) in members {
        if let Some(value) = value {
            whole.push(mark);
            whole.push_str(name);
            whole.push('=');
            whole.push_str(&encoded(value));
            mark = '&';
        }
    }
    whole
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Bool(bool),
    Number(Number),
}

/// A text, or a boolean or a number as the text that goes into the query.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let scalar = Option::<Scalar>::deserialize(deserializer)?;
    Ok(scalar.map(|scalar| match scalar {
        Scalar::Text(text) => text,
        Scalar::Bool(flag) => flag.to_string(),
        Scalar::Number(number) => number.to_string(),
    }))
}

/// A whole number, or a text of digits.
pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let Some(digits) = text(deserializer)? else {
        return Ok(None);
    };
    match digits.parse() {
        Ok(count) => Ok(Some(count)),
        Err(_) => Err(D::Error::custom(format!("{digits:?} is not a whole number"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Filter {
        #[serde(default, deserialize_with = "text")]
        flag: Option<String>,
        #[serde(default, deserialize_with = "count")]
        page: Option<u64>,
    }

    #[test]
    fn what_is_not_given_is_left_out_and_the_rest_keeps_its_order() {
        let members = [("b", None), ("z", Some("1")), ("c", None), ("a", Some("2"))];
        assert_eq!(with_query("/models", &members), "/models?z=1&a=2");
        assert_eq!(with_query("/models", &[("a", None)]), "/models");
        assert_eq!(with_query("/models", &[("a", Some(""))]), "/models?a=");
    }

    #[test]
    fn a_value_cannot_become_more_than_a_value() {
        for (value, sent) in [
            ("two words", "two%20words"),
            ("a+b", "a%2Bb"),
            ("a&b=c#d", "a%26b%3Dc%23d"),
            ("50%", "50%25"),
            ("%20", "%2520"),
            ("ü", "%C3%BC"),
            ("2024-01-01T00:00:00.000Z", "2024-01-01T00%3A00%3A00.000Z"),
            ("..", ".."),
        ] {
            assert_eq!(with_query("/jobs", &[("x", Some(value))]), format!("/jobs?x={sent}"));
        }
    }

    #[test]
    fn members_may_be_texts_booleans_numbers_or_null() {
        let read = |text: &str| serde_json::from_str::<Filter>(text).map(|filter| (filter.flag, filter.page));
        let flag = |flag: &str| (Some(flag.to_owned()), None);
        assert_eq!(read(r#"{"flag":true}"#).unwrap(), flag("true"));
        assert_eq!(read(r#"{"flag":"false"}"#).unwrap(), flag("false"));
        assert_eq!(read(r#"{"flag":1.5}"#).unwrap(), flag("1.5"));
        assert_eq!(read(r#"{"flag":null,"page":null}"#).unwrap(), (None, None));
        assert_eq!(read(r#"{"page":7}"#).unwrap(), (None, Some(7)));
        assert_eq!(read(r#"{"page":"7"}"#).unwrap(), (None, Some(7)));
        for bad in [
            r#"{"page":-1}"#,
            r#"{"page":1.5}"#,
            r#"{"page":"x"}"#,
            r#"{"page":true}"#,
            r#"{"flag":{}}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
