//! Builds the query strings of the routes.

use std::borrow::Cow;

use crate::{
    endpoint::{encoded, given},
    error::Result,
};

/// The value of a query member, or `None` if the member is not sent.
pub(crate) type Value<'a> = Option<Cow<'a, str>>;

/// Returns a text as the value of a query member.
pub(crate) fn text(value: Option<&str>) -> Value<'_> {
    value.map(Cow::Borrowed)
}

/// Returns an identifier as the value of a query member. Refuses a blank one, with which a server would list everything.
pub(crate) fn identifier<'a>(name: &'static str, value: Option<&'a str>) -> Result<Value<'a>> {
    Ok(text(value.map(|value| given(name, value)).transpose()?))
}

/// Returns a flag or a number as the value of a query member.
pub(crate) fn shown<T: ToString>(value: Option<T>) -> Value<'static> {
    value.map(|value| Cow::Owned(value.to_string()))
}

/// Appends the members that have a value to a path, in the order given.
///
/// Values are percent-encoded, spaces as `%20`: not every server reads `+` as a space.
pub(crate) fn with_query<'a>(path: &str, members: impl IntoIterator<Item = (&'static str, Value<'a>)>) -> String {
    let mut whole = path.to_owned();
    let mut mark = '?';
    for (name, value) in members {
        if let Some(value) = value {
            whole.push(mark);
            whole.push_str(name);
            whole.push('=');
            whole.push_str(&encoded(&value));
            mark = '&';
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_given_is_left_out_and_the_rest_keeps_its_order() {
        let members = [("b", None), ("z", text(Some("1"))), ("c", None), ("a", text(Some("2")))];
        assert_eq!(with_query("/models", members), "/models?z=1&a=2");
        assert_eq!(with_query("/models", [("a", None)]), "/models");
        assert_eq!(with_query("/models", [("a", text(Some("")))]), "/models?a=");
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
            assert_eq!(
                with_query("/jobs", [("x", text(Some(value)))]),
                format!("/jobs?x={sent}")
            );
        }
    }

    #[test]
    fn flags_and_numbers_are_written_as_text() {
        let members = [
            ("a", shown(Some(true))),
            ("b", shown(Some(false))),
            ("c", shown(Some(7_u64))),
            ("d", shown(None::<bool>)),
            ("e", text(Some("7"))),
            ("f", text(None)),
        ];
        assert_eq!(with_query("/models", members), "/models?a=true&b=false&c=7&e=7");
    }
}
