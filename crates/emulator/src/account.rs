//! The team and the user that own the jobs and models of the emulator, which has a single account.

use serde::Serialize;

/// The account that every job belongs to.
pub(crate) const ACCOUNT: &str = "emulator";

/// The name of the only team.
pub(crate) const TEAM_NAME: &str = "Emulator";

/// `{identifier}` of the only team.
#[derive(Serialize)]
pub(crate) struct Team {
    identifier: &'static str,
}

/// The only team.
pub(crate) const TEAM: Team = Team {
    identifier: "5d1e7c1a-8f0b-4f6e-9c5e-0a4c7f3b2d10",
};

/// The user behind the API key, as receipts and job details show it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    identifier: &'static str,
    external_identifier: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    email: &'static str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'static str>,
    #[serde(rename = "pictureURL", skip_serializing_if = "Option::is_none")]
    picture_url: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_keys: Option<[AccessKey; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccessKey {
    prefix: String,
    is_default: bool,
}

impl User {
    /// The short form of receipts.
    pub(crate) fn brief() -> Self {
        Self {
            identifier: "b2f1c9d4-3a57-4a53-9c0e-6d8f2f5a7e31",
            external_identifier: "user@emulator.local",
            first_name: "Emulator",
            last_name: "User",
            email: "user@emulator.local",
            status: "active",
            title: None,
            picture_url: None,
            access_keys: None,
        }
    }

    /// The text that the history's filter by user searches.
    pub(crate) fn searchable() -> String {
        let user = Self::brief();
        format!("{}\n{}\n{}", user.first_name, user.last_name, user.email)
    }

    pub(crate) fn email(&self) -> &'static str {
        self.email
    }

    /// The long form of job details, which lists the user's keys by prefix.
    pub(crate) fn detailed(prefix: &str) -> Self {
        Self {
            title: Some("Developer"),
            picture_url: Some("/images/user.png"),
            access_keys: Some([AccessKey {
                prefix: prefix.to_owned(),
                is_default: true,
            }]),
            ..Self::brief()
        }
    }
}
