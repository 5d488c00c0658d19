//! The account that owns everything in the emulator: its team, and its users. Each role of a key has one user.

use serde::Serialize;

use crate::auth::{Caller, Role};

/// The account that every job belongs to.
pub(crate) const ACCOUNT: &str = "emulator";

/// The name of the only team.
pub(crate) const TEAM_NAME: &str = "Emulator";

/// `{identifier}` of the only team.
#[derive(Serialize)]
pub(crate) struct Team {
    pub(crate) identifier: &'static str,
}

/// The only team.
pub(crate) const TEAM: Team = Team {
    identifier: "5d1e7c1a-8f0b-4f6e-9c5e-0a4c7f3b2d10",
};

/// A user of the account.
#[derive(Debug, PartialEq)]
pub(crate) struct Person {
    pub(crate) identifier: &'static str,
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    pub(crate) email: &'static str,
    pub(crate) title: &'static str,
    /// The role of the user's keys.
    pub(crate) role: Role,
}

/// The users. The first one owns the API key.
pub(crate) static PEOPLE: [Person; 6] = [
    Person {
        identifier: "b2f1c9d4-3a57-4a53-9c0e-6d8f2f5a7e31",
        first_name: "Emulator",
        last_name: "User",
        email: "user@emulator.local",
        title: "Developer",
        role: Role::SystemOwner,
    },
    Person {
        identifier: "0c6f2a58-1d0e-4b19-8a4c-51c2f7d0b6a4",
        first_name: "Ada",
        last_name: "Miller",
        email: "ada@emulator.local",
        title: "Team lead",
        role: Role::AccountAdmin,
    },
    Person {
        identifier: "3b9a7d21-64c8-4f7b-9f0d-7e1b3c5a9d62",
        first_name: "Ben",
        last_name: "Okafor",
        email: "ben@emulator.local",
        title: "Data scientist",
        role: Role::DataScientist,
    },
    Person {
        identifier: "7e4d1c90-2f3b-4a68-b5d7-9a0c6e8f1b23",
        first_name: "Chloé",
        last_name: "Durand",
        email: "chloe@emulator.local",
        title: "Developer",
        role: Role::Developer,
    },
    Person {
        identifier: "a15f8e37-9b60-4d2c-8c41-0d7e2b6f4c98",
        first_name: "Dai",
        last_name: "Nakamura",
        email: "dai@emulator.local",
        title: "Auditor",
        role: Role::Auditor,
    },
    Person {
        identifier: "d82c5b04-7a19-4e3f-a6b8-3f9d1e7c5a60",
        first_name: "Project",
        last_name: "Owner",
        email: "project@emulator.local",
        title: "Project owner",
        role: Role::Project,
    },
];

impl Person {
    /// Returns the user whose keys have this role.
    pub(crate) fn with(role: Role) -> &'static Self {
        let [first, ..] = &PEOPLE;
        PEOPLE.iter().find(|person| person.role == role).unwrap_or(first)
    }

    /// The text that the history's filter by user searches.
    pub(crate) fn searchable(&self) -> String {
        format!("{}\n{}\n{}", self.first_name, self.last_name, self.email)
    }
}

/// The user behind a key, as receipts and job details show it.
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
    pub(crate) fn brief(person: &'static Person) -> Self {
        Self {
            identifier: person.identifier,
            external_identifier: person.email,
            first_name: person.first_name,
            last_name: person.last_name,
            email: person.email,
            status: "active",
            title: None,
            picture_url: None,
            access_keys: None,
        }
    }

    /// The long form of job details, which lists the user's keys by prefix.
    pub(crate) fn detailed(caller: &Caller) -> Self {
        let person = caller.person();
        Self {
            title: Some(person.title),
            picture_url: Some("/images/user.png"),
            access_keys: Some([AccessKey {
                prefix: caller.prefix.to_string(),
                is_default: true,
            }]),
            ..Self::brief(person)
        }
    }
}
