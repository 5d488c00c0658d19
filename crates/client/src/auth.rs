//! The two kinds of credentials of the API, which appear in no place but their headers.

use std::hash::{Hash, Hasher};

use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};
use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, Result};

const TEAM_ID: HeaderName = HeaderName::from_static("modzy-team-id");

/// Credentials. `Debug` does not show them.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Auth {
    /// `Authorization: ApiKey <prefix>.<body>`.
    ApiKey(SecretString),
    /// `Modzy-Team-Id: <id>` and `Authorization: Bearer <token>`.
    Team {
        /// The team's identifier, which is public.
        id: String,
        /// The bearer token.
        token: SecretString,
    },
}

impl Auth {
    /// Creates credentials from an API key as the console shows it, `<prefix>.<body>`.
    pub fn api_key(key: impl Into<String>) -> Self {
        Self::ApiKey(SecretString::from(key.into()))
    }

    /// Creates credentials from a team's identifier and its bearer token.
    pub fn team(id: impl Into<String>, token: impl Into<String>) -> Self {
        Self::Team {
            id: id.into(),
            token: SecretString::from(token.into()),
        }
    }

    /// Refuses credentials that no header can carry. The message does not repeat them.
    pub(crate) fn validate(&self) -> Result<()> {
        match self {
            Self::ApiKey(key) if key.expose_secret().is_empty() => Err(Error::argument("api_key", "must not be empty")),
            Self::Team { id, .. } if id.is_empty() => Err(Error::argument("team_id", "must not be empty")),
            Self::Team { token, .. } if token.expose_secret().is_empty() => {
                Err(Error::argument("team_token", "must not be empty"))
            }
            _ => self.apply(&mut HeaderMap::new()),
        }
    }

    pub(crate) fn apply(&self, headers: &mut HeaderMap) -> Result<()> {
        match self {
            Self::ApiKey(key) => {
                let value = format!("ApiKey {}", key.expose_secret());
                headers.insert(AUTHORIZATION, secret_value("api_key", &value)?);
            }
            Self::Team { id, token } => {
                let value = format!("Bearer {}", token.expose_secret());
                headers.insert(AUTHORIZATION, secret_value("team_token", &value)?);
                headers.insert(TEAM_ID, secret_value("team_id", id)?);
            }
        }
        Ok(())
    }

    /// Hashes the credentials, so that others can be compared with them.
    pub(crate) fn hash_into(&self, state: &mut impl Hasher) {
        match self {
            Self::ApiKey(key) => ("key", key.expose_secret()).hash(state),
            Self::Team { id, token } => ("team", id, token.expose_secret()).hash(state),
        }
    }

    /// Returns the part of an API key before its dot, which is public, and by which the server knows the key.
    pub(crate) fn prefix(&self) -> Option<&str> {
        match self {
            Self::ApiKey(key) => Some(key.expose_secret().split_once('.')?.0).filter(|prefix| !prefix.is_empty()),
            Self::Team { .. } => None,
        }
    }

    /// Returns what may be wrong with credentials that the server refuses.
    pub(crate) fn doubt(&self) -> Option<&'static str> {
        match self {
            Self::ApiKey(key) if !key.expose_secret().contains('.') => {
                Some("the API key has no dot, but a whole key is <prefix>.<body>")
            }
            _ => None,
        }
    }

    /// Returns the texts that must never be shown: the whole, and of a key also the part after the dot, which is the secret. The
    /// prefix is public.
    pub(crate) fn secrets(&self) -> [&str; 2] {
        let secret = match self {
            Self::ApiKey(key) => key.expose_secret(),
            Self::Team { token, .. } => token.expose_secret(),
        };
        [secret, secret.split_once('.').map_or("", |(_, body)| body)]
    }
}

fn secret_value(name: &'static str, text: &str) -> Result<HeaderValue> {
    let visible = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let value = HeaderValue::from_str(text).ok().filter(|_| visible);
    let mut value = value
        .ok_or_else(|| Error::argument(name, "must hold visible ASCII characters only, as a header carries it"))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "publicPrefix.secretBody";

    #[test]
    fn the_key_is_in_its_header_only() {
        let auth = Auth::api_key(KEY);
        let mut headers = HeaderMap::new();
        auth.apply(&mut headers).unwrap();
        assert_eq!(headers[AUTHORIZATION], "ApiKey publicPrefix.secretBody");
        assert!(headers[AUTHORIZATION].is_sensitive());
        assert!(!format!("{auth:?} {headers:?}").contains("secretBody"));
    }

    #[test]
    fn a_team_sends_its_id_and_a_bearer_token() {
        let auth = Auth::team("team-1", "tokenOfTheTeam");
        let mut headers = HeaderMap::new();
        auth.apply(&mut headers).unwrap();
        assert_eq!(headers[AUTHORIZATION], "Bearer tokenOfTheTeam");
        assert_eq!(headers["modzy-team-id"], "team-1");
        assert!(!format!("{auth:?}").contains("tokenOfTheTeam"));
    }

    #[test]
    fn a_key_that_no_header_can_carry_is_refused_without_being_shown() {
        for key in ["", "a\r\nb: c", "clé.secrète", "tab\tkey"] {
            let message = Auth::api_key(key).validate().unwrap_err().to_string();
            assert!(message.starts_with("api_key "), "{message}");
            assert!(key.is_empty() || !message.contains(key), "{message}");
        }
        assert!(Auth::team("", "token").validate().is_err());
        assert!(Auth::team("id", "").validate().is_err());
        Auth::api_key(KEY).validate().unwrap();
    }
}
