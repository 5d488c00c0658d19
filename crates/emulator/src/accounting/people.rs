//! The routes about users and accounts.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::ledger::Ledger;
use crate::account::{ACCOUNT, PEOPLE, Person, TEAM_NAME};
use crate::auth::{Caller, Keys};
use crate::base_url::BaseUrl;
use crate::error::{Error, Segments};
use crate::jobs::{Job, JobStore};
use crate::json::with;
use crate::member::Members;
use crate::query::{Order, Parameters};
use crate::timestamp::{basic_offset, extended_offset};

/// A user with the keys and the jobs at the time of the request.
pub(super) struct Account {
    person: &'static Person,
    keys: Vec<Caller>,
    jobs: usize,
    created_at: Timestamp,
    last_active_at: Option<Timestamp>,
}

const ORDERS: &[(&str, Order<Account>)] = &[
    ("firstName", |a, b| a.person.first_name.cmp(b.person.first_name)),
    ("lastName", |a, b| a.person.last_name.cmp(b.person.last_name)),
    ("email", |a, b| a.person.email.cmp(b.person.email)),
    ("status", |a, b| a.status().cmp(b.status())),
    ("createdAt", |a, b| a.created_at.cmp(&b.created_at)),
    ("lastActiveDateTime", |a, b| a.last_active_at.cmp(&b.last_active_at)),
];

impl Account {
    fn all(keys: &Keys, jobs: &JobStore, ledger: &Ledger) -> Vec<Self> {
        let jobs = jobs.all();
        let account = |person: &'static Person| {
            let own = |job: &&Arc<Job>| job.submitter.person() == person;
            Self {
                person,
                keys: keys
                    .callers()
                    .filter(|caller| caller.person() == person)
                    .cloned()
                    .collect(),
                jobs: jobs.iter().filter(own).count(),
                created_at: ledger.created_at,
                last_active_at: jobs.iter().rfind(own).map(|job| job.created_at()),
            }
        };
        PEOPLE.iter().map(account).collect()
    }

    /// A user without a key has not accepted the invitation yet.
    fn status(&self) -> &'static str {
        if self.keys.is_empty() { "Invited" } else { "Active" }
    }

    fn document(&self) -> Value {
        let person = self.person;
        let is_active = !self.keys.is_empty();
        json!({
            "identifier": person.identifier,
            "externalIdentifier": person.email,
            "firstName": person.first_name,
            "lastName": person.last_name,
            "title": person.title,
            "email": person.email,
            "pictureURL": "/images/user.png",
            "status": self.status(),
            "source": "emulator",
            "lastActiveDateTime": self.last_active_at.map(basic_offset),
            "createdAt": basic_offset(self.created_at),
            "updatedAt": extended_offset(self.created_at),
            "visited": is_active,
            "onboarded": is_active,
            "activeAccessKeyCount": self.keys.len(),
            "listAccessKeys": self.keys.iter().map(|key| json!({ "prefix": *key.prefix })).collect::<Vec<_>>(),
            "account": { "identifier": ACCOUNT, "name": TEAM_NAME },
            "submittedJobs": self.jobs,
        })
    }

    /// Returns the date that `searchDate` names, which `startDate` and `endDate` apply to.
    fn date(&self, name: &str) -> Option<Timestamp> {
        match name {
            "lastActiveDateTime" => self.last_active_at,
            _ => Some(self.created_at),
        }
    }
}

/// `GET /accounting/users`.
pub(super) async fn users(
    State(keys): State<Keys>,
    State(jobs): State<JobStore>,
    State(ledger): State<Ledger>,
    State(base_url): State<BaseUrl>,
    parameters: Parameters,
) -> Result<(HeaderMap, Json<Vec<Value>>), Error> {
    let start = parameters.moment("startDate")?;
    let end = parameters.moment("endDate")?;
    let mut accounts = Account::all(&keys, &jobs, &ledger);
    accounts.retain(|account| {
        let person = account.person;
        let date = account.date(parameters.get("searchDate").unwrap_or_default());
        parameters.passes_like("firstName", person.first_name)
            && parameters.passes_like("lastName", person.last_name)
            && parameters.passes_like("email", person.email)
            && parameters.passes_like("search", &person.searchable())
            && parameters.passes("status", |status| status.eq_ignore_ascii_case(account.status()))
            && parameters.passes("accessKey", |prefix| {
                account.keys.iter().any(|key| *key.prefix == *prefix)
            })
            && start.is_none_or(|start| date.is_some_and(|date| start <= date))
            && end.is_none_or(|end| date.is_some_and(|date| date <= end))
    });
    parameters.sort(&mut accounts, None, ORDERS)?;
    let (headers, accounts) = parameters.page(accounts, &base_url)?;
    Ok((headers, Json(accounts.iter().map(Account::document).collect())))
}

/// `POST /accounting/users/search`: the users with these e-mail addresses.
pub(super) async fn search(
    State(keys): State<Keys>,
    State(jobs): State<JobStore>,
    State(ledger): State<Ledger>,
    body: Bytes,
) -> Result<Json<Vec<Value>>, Error> {
    let identifiers = Members::of_body(&body)?
        .required("identifiers")?
        .list::<String>("texts")?;
    let accounts = Account::all(&keys, &jobs, &ledger);
    let found = accounts.iter().filter(|account| {
        let mut identifiers = identifiers.iter();
        identifiers.any(|identifier| identifier.eq_ignore_ascii_case(account.person.email))
    });
    Ok(Json(found.map(Account::document).collect()))
}

/// `GET /accounting/accounts`.
pub(super) async fn accounts(State(ledger): State<Ledger>) -> Json<Value> {
    Json(json!([account_document(&ledger)]))
}

/// `GET /accounting/accounts/{account}`: the account with its users.
pub(super) async fn account(
    State(keys): State<Keys>,
    State(jobs): State<JobStore>,
    State(ledger): State<Ledger>,
    Segments(account): Segments<String>,
) -> Result<Json<Value>, Error> {
    if account != ACCOUNT {
        return Err(Error::not_found(format!("the account {account} does not exist")));
    }
    let users = Account::all(&keys, &jobs, &ledger);
    let users = users.iter().map(Account::document).collect();
    Ok(Json(with(account_document(&ledger), [("users", users)])))
}

fn account_document(ledger: &Ledger) -> Value {
    json!({
        "identifier": ACCOUNT,
        "name": TEAM_NAME,
        "status": "Active",
        "createdAt": basic_offset(ledger.created_at),
    })
}
