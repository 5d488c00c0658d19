//! Reads the tokens of JSON of any depth and size without building values: most of it may be data, and it may be nested
//! deeper than a parser allows. Stops at the first byte that is not JSON. The parent module interprets the tokens.

use std::borrow::Cow;

/// A token. Names and texts keep their quotes and escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'j> {
    /// The name of a member, whose value follows.
    Name(&'j [u8]),
    Text(&'j [u8]),
    Number(&'j str),
    /// The start of a list or of an object.
    Open {
        is_list: bool,
    },
    Close,
    Comma,
}

/// The tokens, each with its offset. Skips colons, `true`, `false` and `null`.
pub(super) struct Tokens<'j> {
    json: &'j [u8],
    at: usize,
}

impl<'j> Tokens<'j> {
    pub(super) fn of(json: &'j [u8]) -> Self {
        Self { json, at: 0 }
    }
}

impl<'j> Iterator for Tokens<'j> {
    type Item = (usize, Token<'j>);

    fn next(&mut self) -> Option<Self::Item> {
        // The letters of `true`, `false` and `null`.
        let is_passed = |byte: &u8| b" \t\r\n:aeflnrstu".contains(byte);
        let rest = self.json.get(self.at..)?;
        let passed = rest.iter().take_while(|byte| is_passed(byte)).count();
        let at = self.at + passed;
        let rest = rest.get(passed..)?;
        let (length, token) = match rest.first()? {
            b'"' => {
                let text = text(rest)?;
                let behind = rest.get(text.len()..).unwrap_or_default().trim_ascii_start();
                let is_name = behind.first() == Some(&b':');
                (text.len(), if is_name { Token::Name(text) } else { Token::Text(text) })
            }
            b'-' | b'0'..=b'9' => {
                let is_of_number = |byte: &&u8| matches!(byte, b'+' | b'-' | b'.' | b'0'..=b'9' | b'e' | b'E');
                let length = rest.iter().take_while(is_of_number).count();
                let number = str::from_utf8(rest.get(..length)?).ok()?;
                (length, Token::Number(number))
            }
            b'{' => (1, Token::Open { is_list: false }),
            b'[' => (1, Token::Open { is_list: true }),
            b'}' | b']' => (1, Token::Close),
            b',' => (1, Token::Comma),
            _ => return None,
        };
        self.at = at + length;
        Some((at, token))
    }
}

/// Returns the text at the start of the input, with its quotes.
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

/// Returns the content of a text, unless it exceeds this many bytes.
pub(super) fn read(text: &[u8], longest: usize) -> Option<Cow<'_, str>> {
    // JSON may spell one byte with six.
    if text.len() > 6 * longest + 2 {
        return None;
    }
    let inner = text.get(1..text.len().checked_sub(1)?)?;
    let said = if inner.contains(&b'\\') {
        Cow::Owned(serde_json::from_slice(text).ok()?)
    } else {
        Cow::Borrowed(str::from_utf8(inner).ok()?)
    };
    (said.len() <= longest).then_some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_in_order_up_to_the_first_byte_that_is_not_json() {
        for (json, expected) in [
            (
                r#"{"a":"1","b":2.5e3,"c":null,"d":[true,{}]}"#,
                r#"{ a= "1" , b= 2.5e3 , c= , d= [ , { end end end"#,
            ),
            (
                " { \"a\" :\n\"1\" , \"b\" : \"\\\"\\u00fc\" } ",
                "{ a= \"1\" , b= \"\"ü\" end",
            ),
            (r#"{"a\\":"\\","b":":"}"#, r#"{ a\= "\" , b= ":" end"#),
            (r#"["a",7"#, r#"[ "a" , 7"#),
            (r#"{"a":"1","b":"cut"#, r#"{ a= "1" , b="#),
            ("{<}", "{"),
            ("", ""),
        ] {
            let said = |text| read(text, 16).unwrap().into_owned();
            let tokens = Tokens::of(json.as_bytes()).map(|(_, token)| match token {
                Token::Name(name) => said(name) + "=",
                Token::Text(text) => format!("\"{}\"", said(text)),
                Token::Number(number) => number.to_owned(),
                Token::Open { is_list } => if is_list { "[" } else { "{" }.to_owned(),
                Token::Close => "end".to_owned(),
                Token::Comma => ",".to_owned(),
            });
            assert_eq!(tokens.collect::<Vec<_>>().join(" "), expected, "{json}");
        }
    }

    #[test]
    fn a_text_that_is_too_long_is_not_read() {
        assert_eq!(read(b"\"0123\"", 4).as_deref(), Some("0123"));
        assert_eq!(read(b"\"01234\"", 4), None);
        assert_eq!(read(br#""\u0030\u0031\u0032\u0033""#, 4).as_deref(), Some("0123"));
        assert_eq!(read(&[b'"'; 100], 4), None);
    }
}
