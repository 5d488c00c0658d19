//! The routes about projects.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::ledger::Ledger;
use crate::account::Person;
use crate::auth::{Keys, Role};
use crate::base_url::BaseUrl;
use crate::error::{Error, Segments};
use crate::query::{Order, Parameters};
use crate::timestamp::{basic_offset, extended_offset};

struct Project {
    identifier: &'static str,
    name: &'static str,
    description: &'static str,
    status: &'static str,
}

/// The projects. The keys with the role `PROJECT` belong to the first.
const PROJECTS: [Project; 2] = [
    Project {
        identifier: "9d0c3f6e-52b1-4a87-8e49-6f1b2c7d3a05",
        name: "Emulator",
        description: "The project of the keys with the role PROJECT",
        status: "ACTIVE",
    },
    Project {
        identifier: "4b7e1a92-0c85-4d36-9fb2-8a5d6e3c1f70",
        name: "Archive",
        description: "A project that has ended",
        status: "INACTIVE",
    },
];

const ORDERS: &[(&str, Order<Project>)] = &[
    ("name", |a, b| a.name.cmp(b.name)),
    ("status", |a, b| a.status.cmp(b.status)),
];

/// `GET /accounting/projects`.
pub(super) async fn list(
    State(keys): State<Keys>,
    State(ledger): State<Ledger>,
    State(base_url): State<BaseUrl>,
    parameters: Parameters,
) -> Result<(HeaderMap, Json<Vec<Value>>), Error> {
    let passes = |project: &Project| {
        parameters.passes_like("search", &format!("{}\n{}", project.name, project.description))
            && parameters.passes("status", |status| status.eq_ignore_ascii_case(project.status))
    };
    let mut projects: Vec<_> = PROJECTS.into_iter().filter(passes).collect();
    parameters.sort(&mut projects, None, ORDERS)?;
    let (headers, projects) = parameters.page(projects, &base_url)?;
    let documents = projects.iter().map(|project| document(project, &keys, &ledger));
    Ok((headers, Json(documents.collect())))
}

/// `GET /accounting/projects/{project}`.
pub(super) async fn one(
    State(keys): State<Keys>,
    State(ledger): State<Ledger>,
    Segments(identifier): Segments<String>,
) -> Result<Json<Value>, Error> {
    let project = PROJECTS.iter().find(|project| project.identifier == identifier);
    let project = project.ok_or_else(|| Error::not_found(format!("the project {identifier} does not exist")))?;
    Ok(Json(document(project, &keys, &ledger)))
}

fn document(project: &Project, keys: &Keys, ledger: &Ledger) -> Value {
    let created_at = basic_offset(ledger.created_at);
    let is_active = project.status == "ACTIVE";
    let keys = keys
        .callers()
        .filter(|caller| is_active && caller.role == Role::Project);
    let keys = keys.map(|caller| {
        json!({
            "prefix": *caller.prefix,
            "name": "emulator",
            "description": "",
            "isDefault": true,
            "isHighPriority": false,
            "status": "Active",
            "createdAt": created_at,
        })
    });
    let owner = Person::with(Role::Project);
    json!({
        "identifier": project.identifier,
        "name": project.name,
        "description": project.description,
        "status": project.status,
        "visibility": "PUBLIC",
        "accessKeys": keys.collect::<Vec<_>>(),
        "user": {
            "identifier": owner.identifier,
            "firstName": owner.first_name,
            "lastName": owner.last_name,
            "email": owner.email,
        },
        "createdAt": created_at,
        "updatedAt": extended_offset(ledger.created_at),
    })
}
