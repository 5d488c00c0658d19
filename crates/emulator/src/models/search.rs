//! The filters and orders of `GET /models`.

use std::cmp::Ordering;

use super::catalog::MODELS;
use super::documents::{is_active, latest};
use super::model::Model;
use crate::error::Error;
use crate::query::{Order, Parameters};

type Entry = &'static dyn Model;

const ORDERS: &[(&str, Order<Entry>)] = &[
    ("modelId", |a, b| a.about().identifier.cmp(b.about().identifier)),
    ("author", |a, b| caseless(a.about().author, b.about().author)),
    ("submittedByEmail", |a, b| {
        caseless(a.about().created_by, b.about().created_by)
    }),
    ("name", |a, b| caseless(a.about().name, b.about().name)),
    ("isExpired", |a, b| a.about().is_expired().cmp(&b.about().is_expired())),
    ("isActive", |a, b| is_active(*a).cmp(&is_active(*b))),
    ("latestVersion", |a, b| numbers(latest(*a)).cmp(numbers(latest(*b)))),
    ("isRecommended", |a, b| {
        a.about().is_recommended.cmp(&b.about().is_recommended)
    }),
    ("lastActiveDateTime", |a, b| {
        a.about().last_active_at.cmp(&b.about().last_active_at)
    }),
    ("expirationDateTime", |a, b| {
        a.about().expires_at.cmp(&b.about().expires_at)
    }),
];

fn caseless(first: &str, second: &str) -> Ordering {
    first.to_lowercase().cmp(&second.to_lowercase())
}

/// Returns the numbers of a version, so that 1.10 sorts after 1.9.
fn numbers(version: &str) -> impl Iterator<Item = u32> {
    version.split('.').map(|number| number.parse().unwrap_or(0))
}

/// Returns the models that pass all filters, in the requested order.
pub(super) fn search(parameters: &Parameters) -> Result<Vec<Entry>, Error> {
    let active = parameters.boolean("isActive")?;
    let expired = parameters.boolean("isExpired")?;
    let recommended = parameters.boolean("isRecommended")?;
    let commercial = parameters.boolean("isCommercial")?;
    let last_active = parameters.time("lastActiveDateTime")?;
    let expiration = parameters.time("expirationDateTime")?;
    let passes = |model: &Entry| {
        let about = model.about();
        parameters.passes("modelId", |identifier| identifier == about.identifier)
            && parameters.passes_like("author", about.author)
            && parameters.passes_like("createdByEmail", about.created_by)
            && parameters.passes_like("name", about.name)
            && parameters.passes_like("description", about.description)
            && active.is_none_or(|active| active == is_active(*model))
            && expired.is_none_or(|expired| expired == about.is_expired())
            && recommended.is_none_or(|recommended| recommended == about.is_recommended)
            && commercial.is_none_or(|commercial| commercial == about.is_commercial)
            && last_active.is_none_or(|time| time.is(about.last_active_at))
            && expiration.is_none_or(|time| time.is(about.expires_at))
    };
    let mut models: Vec<_> = MODELS.iter().copied().filter(passes).collect();
    parameters.sort(&mut models, None, ORDERS)?;
    Ok(models)
}
