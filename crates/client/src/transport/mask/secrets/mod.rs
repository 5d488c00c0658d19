//! Finds the credentials in the body of a request, which no error may show. `finder` looks for them in a text.

mod parts;
mod tokens;

use std::collections::HashSet;

use modzy_secret_names::{LONGEST as LONGEST_NAME, Meaning, explains_key, is_named_by_another, names_another};
use secrecy::SecretString;

pub(super) use self::parts::of_credential;
use self::tokens::{Token, Tokens, read};

/// The longest credential. A longer value with such a name is data.
const LONGEST: usize = 16 * 1024;

/// How many layers of JSON inside texts are searched.
const LAYERS: usize = 3;

/// Returns the credentials in a JSON body, at any depth: texts and numbers with the name of a credential or inside such
/// a value, and texts of any name that contain some, such as the URL of a database. Stops at the first byte that is not
/// JSON.
pub(super) fn secrets_of(body: &[u8]) -> Vec<SecretString> {
    let mut secrets = Vec::new();
    walk(body, Meaning::default(), LAYERS, &mut secrets);
    secrets.into_iter().map(SecretString::from).collect()
}

/// An open object or list.
struct Open {
    is_list: bool,
    /// The meaning that the names around it give its values.
    meaning: Meaning,
    /// Whether one of its values names another value as a credential.
    is_pair: bool,
    /// Whether its `key` is not a credential.
    is_key_explained: bool,
    /// How many values precede the next one.
    before: usize,
    /// The meaning of the value after the last name. `None` if that value is the name of another.
    next: Option<Meaning>,
}

impl Open {
    /// Returns the meaning of the next value.
    fn meaning(&self) -> Meaning {
        match (self.is_pair, self.is_list) {
            (true, true) if self.before == 0 => Meaning::default(),
            (true, true) => Meaning::SECRET,
            _ => self
                .next
                .map_or_else(Meaning::default, |next| next.within(self.meaning)),
        }
    }
}

fn walk(json: &[u8], outer: Meaning, layers: usize, secrets: &mut Vec<String>) {
    let relations = relations(json);
    let mut open: Vec<Open> = Vec::new();
    for (at, token) in Tokens::of(json) {
        let meaning = open.last().map_or(outer, Open::meaning);
        match token {
            Token::Open { is_list } => open.push(Open {
                is_list,
                meaning: Meaning {
                    // Of a key, only texts are credentials.
                    is_key: meaning.is_key && is_list,
                    ..meaning
                },
                is_pair: relations.pairs.contains(&at),
                is_key_explained: relations.explained.contains(&at),
                before: 0,
                next: Some(Meaning::default()),
            }),
            Token::Close => drop(open.pop()),
            Token::Comma => {
                if let Some(open) = open.last_mut() {
                    open.before += 1;
                    open.next = Some(Meaning::default());
                }
            }
            Token::Name(name) => {
                if let (Some(open), Some(name)) = (open.last_mut(), read(name, LONGEST_NAME)) {
                    let is_named = open.is_pair && is_named_by_another(&name);
                    let mut next = if is_named { Meaning::SECRET } else { Meaning::of(&name) };
                    next.is_key &= !open.is_key_explained;
                    let is_label = open.is_pair && names_another(&name) && !next.is_key;
                    open.next = (!is_label).then_some(next);
                }
            }
            Token::Number(number) => {
                if meaning.is_secret && !meaning.may_be_amount {
                    secrets.push(number.to_owned());
                }
            }
            Token::Text(text) => {
                if let Some(text) = read(text, LONGEST) {
                    take(&text, meaning, layers, secrets);
                }
            }
        }
    }
}

/// Collects the secrets of a text, the longest first, so that it is masked as a whole.
fn take(text: &str, meaning: Meaning, layers: usize, secrets: &mut Vec<String>) {
    let is_amount = meaning.may_be_amount && text.parse::<f64>().is_ok();
    if meaning.is_key || meaning.is_secret && !is_amount {
        secrets.push(text.to_owned());
        secrets.extend(of_credential(text));
    } else if meaning.is_url || text.starts_with("jdbc:") {
        // A URL without credentials, such as the name of an image, is not a secret.
        let parts = parts::of_url(text);
        let is_secret = !parts.is_empty() || text.starts_with("jdbc:");
        secrets.extend(is_secret.then(|| text.to_owned()));
        secrets.extend(parts);
    } else {
        secrets.extend(parts::of_text(text));
    }
    if layers > 0 && text.trim_start().starts_with(['{', '[']) {
        walk(text.as_bytes(), meaning, layers - 1, secrets);
    }
}

/// Objects and lists, by their offsets, whose members give each other a meaning.
#[derive(Default)]
struct Relations {
    /// One value names another as a credential: `{"name": "password", "value": …}`, `["password", …]`.
    pairs: HashSet<usize>,
    /// A neighbor of `key` shows that it is not a credential: `{"bucket": …, "key": …}`.
    explained: HashSet<usize>,
}

fn relations(json: &[u8]) -> Relations {
    struct Open {
        start: usize,
        is_list: bool,
        is_pair: bool,
        commas: usize,
        names_another: bool,
    }
    let mut open: Vec<Open> = Vec::new();
    let mut relations = Relations::default();
    for (at, token) in Tokens::of(json) {
        let is_secret = |text| read(text, LONGEST_NAME).is_some_and(|name| Meaning::of(&name).is_secret);
        match (token, open.last_mut()) {
            (Token::Open { is_list }, _) => open.push(Open {
                start: at,
                is_list,
                is_pair: false,
                commas: 0,
                names_another: is_list,
            }),
            (Token::Close, _) => {
                let closed = open
                    .pop()
                    .filter(|open| open.is_pair && (!open.is_list || open.commas == 1));
                relations.pairs.extend(closed.map(|open| open.start));
            }
            (Token::Comma, Some(open)) => {
                open.commas += 1;
                open.names_another = false;
            }
            (Token::Name(name), Some(open)) => {
                let name = read(name, LONGEST_NAME);
                open.names_another = name.as_deref().is_some_and(names_another);
                if name.as_deref().is_some_and(explains_key) {
                    relations.explained.insert(open.start);
                }
            }
            (Token::Text(text), Some(open)) if open.names_another => open.is_pair |= is_secret(text),
            _ => {}
        }
    }
    relations
}

#[cfg(test)]
mod tests;
