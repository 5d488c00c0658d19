//! The texts and numbers in a JSON of any depth and size, with the names that they have. It is gone through once, without being
//! made into values, since most of it may be data, and deeper than a parser goes. What is no JSON brings what was found before
//! that showed.

use std::borrow::Cow;

/// Calls a function with the name and the text of each value. Values of a list have the name of the list.
pub(super) fn each_value(json: &[u8], mut found: impl FnMut(&str, &str)) {
    // What is open here: of a list, its name.
    let mut open: Vec<Option<&[u8]>> = Vec::new();
    let mut name: Option<&[u8]> = None;
    let mut at = 0;
    while let Some(&byte) = json.get(at) {
        let rest = json.get(at..).unwrap_or_default();
        match byte {
            b'"' => {
                let Some(text) = text(rest) else {
                    return;
                };
                at += text.len();
                let behind = json.get(at..).unwrap_or_default();
                if name.is_none() && behind.trim_ascii_start().first() == Some(&b':') {
                    name = Some(text);
                    continue;
                }
                if let (Some(name), Some(text)) = (name.and_then(read), read(text)) {
                    found(&name, &text);
                }
                name = open.last().copied().flatten();
            }
            b'-' | b'0'..=b'9' => {
                let length = rest
                    .iter()
                    .position(|byte| !matches!(byte, b'+' | b'-' | b'.' | b'0'..=b'9' | b'e' | b'E'));
                let number = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
                at += number.len();
                if let (Some(name), Ok(number)) = (name.and_then(read), std::str::from_utf8(number)) {
                    found(&name, number);
                }
                name = open.last().copied().flatten();
            }
            b'{' | b'[' => {
                open.push(name.filter(|_| byte == b'['));
                name = open.last().copied().flatten();
                at += 1;
            }
            b'}' | b']' => {
                open.pop();
                name = open.last().copied().flatten();
                at += 1;
            }
            b',' => {
                // Behind a value that has no text.
                name = open.last().copied().flatten();
                at += 1;
            }
            // The last ones are those of `true`, `false` and `null`.
            b' ' | b'\t' | b'\n' | b'\r' | b':' | b'a' | b'e' | b'f' | b'l' | b'n' | b'r' | b's' | b't' | b'u' => {
                at += 1;
            }
            _ => return,
        }
    }
}

/// A text with its quotes, at the beginning of what is given.
fn text(json: &[u8]) -> Option<&[u8]> {
    let mut at = 1;
    loop {
        let step = json.get(at..)?.iter().position(|&byte| matches!(byte, b'"' | b'\\'))?;
        at += step;
        if json.get(at) == Some(&b'"') {
            return json.get(..=at);
        }
        at += 2;
    }
}

/// What a text says.
fn read(text: &[u8]) -> Option<Cow<'_, str>> {
    let inner = text.get(1..text.len().checked_sub(1)?)?;
    if inner.contains(&b'\\') {
        serde_json::from_slice(text).ok().map(Cow::Owned)
    } else {
        std::str::from_utf8(inner).ok().map(Cow::Borrowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(json: &str) -> Vec<String> {
        let mut values = Vec::new();
        each_value(json.as_bytes(), |name, value| values.push(format!("{name}={value}")));
        values
    }

    #[test]
    fn each_value_has_its_own_name_or_that_of_its_list() {
        for (json, expected) in [
            (
                r#"{"a":"1","b":2.5e3,"c":null,"d":true,"e":{"f":"3"},"g":"4"}"#,
                "a=1 b=2.5e3 f=3 g=4",
            ),
            (
                r#"{"a":["1",["2",{"b":"3"}],null,"4"],"c":{},"d":[],"e":"5"}"#,
                "a=1 a=2 b=3 a=4 e=5",
            ),
            (" { \"a\" :\n\"1\" , \"b\" : \"\\\"\\u00fc\" } ", "a=1 b=\"ü"),
            (r#"{"a\\":"\\","b":":"}"#, r"a\=\ b=:"),
            (r#"["no name",7,{"a":"1"}]"#, "a=1"),
            (r#"{"a":"1","b":"cut"#, "a=1"),
        ] {
            assert_eq!(values(json).join(" "), expected, "{json}");
        }
    }
}
