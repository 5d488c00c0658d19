//! Keeps secrets that a server echoes out of errors, however long the text and the secrets are, in work that is linear in both.

mod encoded;
mod finder;
mod reading;
mod secrets;

use std::{
    borrow::Cow,
    fmt, iter,
    ops::Range,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};

use self::{
    encoded::in_base64,
    finder::Finder,
    reading::{Reading, cuts},
    secrets::{of_credential, secrets_of},
};
use super::proxy::Proxy;
use crate::{auth::Auth, blocking};

const MASK: &str = "***";

/// Shorter parts of credentials are not masked: blotting every `a` out of a message would hide the message, not the secret.
const SHORTEST_PART: usize = 4;

/// The same for the values of headers, which are mostly no secrets.
const SHORTEST_VALUE: usize = 8;

/// A shorter key may stand in a URL by chance. Those of the API have 41 characters.
const SHORTEST_KEY: usize = 16;

/// To look for secrets in a longer text, or to prepare for more of them, keeps a thread busy that others wait for.
const LONG_TEXT: usize = 16 * 1024;
const LONG_SECRETS: usize = 512;

/// Secrets, ready to be looked for. `Debug` shows none of them.
pub(crate) struct Mask {
    secrets: Vec<SecretString>,
    /// Values of the caller's headers, for the credentials in them.
    values: Vec<SecretString>,
    /// The body of the request, likewise.
    body: Bytes,
    /// Made when the first text is masked: most requests are never refused.
    finders: OnceLock<Finders>,
}

struct Finders {
    /// Finds secrets as they are.
    plain: Finder,
    /// Finds them in a text whose escapes have been undone, as theirs have.
    read: Finder,
}

impl Mask {
    /// The secrets that a request carries.
    pub(crate) fn new(auth: &Auth, headers: &HeaderMap, body: Bytes, proxy: Option<&Proxy>) -> Self {
        let parts = auth
            .secrets()
            .into_iter()
            .chain(proxy.into_iter().flat_map(Proxy::secrets))
            .filter(|part| part.len() >= SHORTEST_PART)
            .map(SecretString::from);
        let values = headers.values().filter_map(|value| value.to_str().ok());
        let values = values.filter(|value| value.len() >= SHORTEST_VALUE);
        let values: Vec<_> = values.map(SecretString::from).collect();
        Self {
            secrets: parts.chain(values.iter().cloned()).collect(),
            values,
            body,
            finders: OnceLock::new(),
        }
    }

    /// The caller's own key or token, where it cannot be a part of other words by chance.
    pub(crate) fn of_key(auth: &Auth) -> Self {
        let long = |secret: &&str| secret.len() >= SHORTEST_KEY;
        Self::of(auth.secrets().into_iter().filter(long))
    }

    fn of<'s>(secrets: impl Iterator<Item = &'s str>) -> Self {
        Self {
            secrets: secrets.map(SecretString::from).collect(),
            values: Vec::new(),
            body: Bytes::new(),
            finders: OnceLock::new(),
        }
    }

    /// Gets ready to mask texts: where there is much to be looked for, on a thread that nobody waits for.
    pub(super) async fn ready(self) -> Arc<Self> {
        let mask = Arc::new(self);
        let length: usize = mask.secrets.iter().map(|secret| secret.expose_secret().len()).sum();
        let is_long = length > LONG_SECRETS || mask.body.len() > LONG_TEXT;
        let prepare = |mask: &Self, ()| {
            mask.finders();
        };
        if is_long {
            mask.work(true, (), prepare).await;
        }
        mask
    }

    /// Works on a text of so many bytes; where that takes long, on a thread that nobody waits for. None where the runtime ends
    /// before the work does.
    pub(super) async fn work_on<I, O>(self: &Arc<Self>, length: usize, text: I, work: fn(&Self, I) -> O) -> Option<O>
    where
        I: Send + 'static,
        O: Send + 'static,
    {
        self.work(length > LONG_TEXT, text, work).await
    }

    async fn work<I, O>(self: &Arc<Self>, is_long: bool, on: I, work: fn(&Self, I) -> O) -> Option<O>
    where
        I: Send + 'static,
        O: Send + 'static,
    {
        if !is_long {
            return Some(work(self, on));
        }
        let mask = Arc::clone(self);
        blocking::compute(move || work(&mask, on)).await.ok()
    }

    /// Whether a text holds any of the secrets.
    pub(crate) fn finds(&self, text: &str) -> bool {
        !self.find(text, false).is_empty()
    }

    /// The text without the secrets.
    pub(crate) fn apply<'t>(&self, text: &'t str) -> Cow<'t, str> {
        without(text, self.find(text, false))
    }

    /// The same for a text whose end is missing, and may be the middle of a secret.
    pub(crate) fn apply_to_cut<'t>(&self, text: &'t str) -> Cow<'t, str> {
        without(text, self.find(text, true))
    }

    /// The beginning of a text, of so many bytes at most, without the secrets. What is behind it costs nothing.
    pub(crate) fn apply_to_beginning<'t>(&self, text: &'t str, most: usize) -> Cow<'t, str> {
        match text.get(..text.floor_char_boundary(most)) {
            Some(beginning) if beginning.len() < text.len() => self.apply_to_cut(beginning),
            _ => self.apply(text),
        }
    }

    fn finders(&self) -> &Finders {
        self.finders.get_or_init(|| {
            let parts = self
                .values
                .iter()
                .flat_map(|value| of_credential(value.expose_secret()));
            let parts: Vec<_> = parts.map(SecretString::from).chain(secrets_of(&self.body)).collect();
            let parts = parts.iter().map(ExposeSecret::expose_secret);
            let parts = parts.filter(|part| part.len() >= SHORTEST_PART);
            Finders::new(self.secrets.iter().map(ExposeSecret::expose_secret).chain(parts))
        })
    }

    fn find(&self, text: &str, is_cut: bool) -> Vec<Range<usize>> {
        // As of the many refusals that have no body.
        if text.len() < SHORTEST_PART {
            return Vec::new();
        }
        let Finders { plain, read } = self.finders();
        let bytes = text.as_bytes();
        let cuts: Vec<_> = if is_cut { cuts(bytes).collect() } else { Vec::new() };
        if cuts.is_empty() && Reading::is_same(bytes) {
            let mut found = read.find(bytes);
            found.extend(is_cut.then(|| read.find_cut(bytes)).flatten());
            return found;
        }
        // As it is, too: what stands before or behind a secret may look like a part of its first or last character.
        let mut found = plain.find(bytes);
        let reading = Reading::of(bytes);
        found.extend(read.find(reading.bytes()).into_iter().map(|part| reading.place(part)));
        if is_cut {
            let lengths = cuts.into_iter().map(|place| reading.length_before(place));
            let texts = lengths.filter_map(|length| reading.bytes().get(..length));
            let beginnings = texts.chain([reading.bytes()]).filter_map(|text| read.find_cut(text));
            found.extend(beginnings.map(|part| reading.place(part).start..text.len()));
            found.extend(plain.find_cut(bytes));
        }
        found
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mask").finish_non_exhaustive()
    }
}

impl Finders {
    fn new<'s>(secrets: impl Iterator<Item = &'s str> + Clone) -> Self {
        let read = secrets
            .clone()
            .flat_map(readings)
            .filter(|secret| secret.len() >= SHORTEST_PART);
        let encoded = secrets.clone().flat_map(in_base64);
        Self {
            plain: Finder::new(secrets.map(|secret| secret.as_bytes().to_vec()), iter::empty()),
            read: Finder::new(read, encoded),
        }
    }
}

/// What a secret reads as, with its escapes undone as those of the text are.
fn readings(secret: &str) -> impl Iterator<Item = Vec<u8>> {
    let read = |secret: &str| Reading::of(secret.as_bytes()).bytes().to_vec();
    // What looks like an escape in it may be undone in the text, or not.
    let unescaped = secret.contains('\\').then(|| read(&secret.replace('\\', "")));
    // A space is a plus sign in some queries.
    let of_queries = secret.contains(' ').then(|| read(&secret.replace(' ', "+")));
    [Some(read(secret)), unescaped, of_queries].into_iter().flatten()
}

/// The text without some parts of it, which may overlap.
fn without(text: &str, mut parts: Vec<Range<usize>>) -> Cow<'_, str> {
    if parts.is_empty() {
        return Cow::Borrowed(text);
    }
    parts.sort_unstable_by_key(|part| part.start);
    let mut masked = String::new();
    let mut kept = 0;
    for Range { start, end } in parts {
        let (start, end) = (text.floor_char_boundary(start), text.ceil_char_boundary(end));
        if kept == 0 || start >= kept {
            masked.push_str(text.get(kept..start).unwrap_or_default());
            masked.push_str(MASK);
        }
        kept = kept.max(end);
    }
    masked.push_str(text.get(kept..).unwrap_or_default());
    Cow::Owned(masked)
}

#[cfg(test)]
mod tests;
