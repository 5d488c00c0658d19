//! Masks secrets that a server echoes, before an error shows them, in time linear in the text and the secrets.

mod encoded;
mod finder;
mod folding;
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
    encoded::encodings,
    finder::Finder,
    folding::cases,
    reading::{Reading, cuts},
    secrets::{of_credential, secrets_of},
};
use super::proxy::Proxy;
use crate::{auth::Auth, blocking};

const MASK: &str = "***";

/// Shorter parts of credentials are not masked: masking every `a` in a message would hide the message, not the secret.
const SHORTEST_PART: usize = 4;

/// The shortest value of a header that is masked. Most values are not secrets.
const SHORTEST_VALUE: usize = 8;

/// The shortest key that is looked for in URLs. A shorter one may occur by chance; those of the API have 41 characters.
const SHORTEST_KEY: usize = 16;

/// From these lengths on, masking a text or preparing for the secrets takes long enough to move to another thread.
const LONG_TEXT: usize = 16 * 1024;
const LONG_SECRETS: usize = 512;

/// Secrets to look for. `Debug` shows none of them.
pub(crate) struct Mask {
    secrets: Vec<SecretString>,
    /// Values of the headers of the caller, which may contain credentials.
    values: Vec<SecretString>,
    /// The body of the request, which may contain credentials.
    body: Bytes,
    /// Built when the first text is masked: most requests are never refused.
    finders: OnceLock<Finders>,
}

struct Finders {
    /// Finds the secrets themselves.
    plain: Finder,
    /// Finds the unescaped secrets in an unescaped text.
    read: Finder,
}

impl Mask {
    /// The mask for the secrets of a request.
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

    /// The mask for the key or token of the caller, if it is too long to be a part of other words by chance.
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

    /// Prepares to mask texts; with many secrets, on another thread.
    pub(super) async fn ready(self) -> Arc<Self> {
        let mask = Arc::new(self);
        let prepare = |mask: &Self, ()| {
            mask.finders();
        };
        if mask.has_many() {
            mask.work(true, (), prepare).await;
        }
        mask
    }

    /// Whether the secrets are long together, as far as that is known before the body is searched.
    fn has_many(&self) -> bool {
        let length: usize = self.secrets.iter().map(|secret| secret.expose_secret().len()).sum();
        length > LONG_SECRETS || self.body.len() > LONG_TEXT
    }

    /// Works on a text of this many bytes; if it is long, on another thread. So it does if the text was cut off and there are many
    /// secrets, since its end is compared with each of them. Returns `None` if the runtime ends first.
    pub(super) async fn work_on<I, O>(
        self: &Arc<Self>,
        length: usize,
        is_cut: bool,
        text: I,
        work: fn(&Self, I) -> O,
    ) -> Option<O>
    where
        I: Send + 'static,
        O: Send + 'static,
    {
        self.work(length > LONG_TEXT || is_cut && self.has_many(), text, work)
            .await
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

    /// Whether a text contains any of the secrets.
    pub(crate) fn finds(&self, text: &str) -> bool {
        !self.find(text, false).is_empty()
    }

    /// Masks the secrets in a text.
    pub(crate) fn apply<'t>(&self, text: &'t str) -> Cow<'t, str> {
        without(text, self.find(text, false))
    }

    /// Masks the secrets in a text that was cut off, possibly within a secret.
    pub(crate) fn apply_to_cut<'t>(&self, text: &'t str) -> Cow<'t, str> {
        without(text, self.find(text, true))
    }

    /// Masks the secrets in the beginning of a text, up to this many bytes. The rest costs nothing.
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
        // Many refusals have no body.
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
        // Search the raw text as well: characters around a secret may form an escape with its first or last character.
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
            .flat_map(cases)
            .flat_map(|secret| readings(&secret).collect::<Vec<_>>())
            .filter(|secret| secret.len() >= SHORTEST_PART);
        let encoded = secrets.clone().flat_map(encodings);
        Self {
            plain: Finder::new(
                secrets.flat_map(cases).map(|secret| secret.as_bytes().to_vec()),
                iter::empty(),
            ),
            read: Finder::new(read, encoded),
        }
    }
}

/// Returns the readings of a secret: its escapes undone, as those of the text are.
fn readings(secret: &str) -> impl Iterator<Item = Vec<u8>> {
    let read = |secret: &str| Reading::of(secret.as_bytes()).bytes().to_vec();
    // What looks like an escape within the secret may or may not be undone in the text.
    let unescaped = secret.contains('\\').then(|| read(&secret.replace('\\', "")));
    // Some queries encode a space as a plus sign.
    let of_queries = secret.contains(' ').then(|| read(&secret.replace(' ', "+")));
    [Some(read(secret)), unescaped, of_queries].into_iter().flatten()
}

/// Masks some parts of a text. The parts may overlap.
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
#[cfg(unix)]
mod duration;
#[cfg(test)]
mod tests;
