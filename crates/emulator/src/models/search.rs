//! The filters and orders of `GET /models`.

use std::cmp::Ordering;
use std::sync::Arc;

use super::record::{ModelRecord, numbers};
use crate::error::Error;
use crate::query::{Order, Parameters};

type Entry = Arc<ModelRecord>;

const ORDERS: &[(&str, Order<Entry>)] = &[
    ("modelId", |a, b| a.identifier.cmp(&b.identifier)),
    ("author", |a, b| caseless(&a.author, &b.author)),
    ("submittedByEmail", |a, b| caseless(&a.created_by, &b.created_by)),
    ("name", |a, b| caseless(&a.name, &b.name)),
    ("isExpired", |a, b| a.is_expired().cmp(&b.is_expired())),
    ("isActive", |a, b| a.is_active().cmp(&b.is_active())),
    ("latestVersion", |a, b| numbers(a.latest()).cmp(numbers(b.latest()))),
    ("isRecommended", |a, b| a.is_recommended.cmp(&b.is_recommended)),
    ("lastActiveDateTime", |a, b| a.last_active_at.cmp(&b.last_active_at)),
    ("expirationDateTime", |a, b| a.expires_at.cmp(&b.expires_at)),
];

fn caseless(first: &str, second: &str) -> Ordering {
    first.to_lowercase().cmp(&second.to_lowercase())
}

/// Returns the models that pass all filters, in the requested order.
pub(super) fn search(mut models: Vec<Entry>, parameters: &Parameters) -> Result<Vec<Entry>, Error> {
    let active = parameters.boolean("isActive")?;
    let expired = parameters.boolean("isExpired")?;
    let recommended = parameters.boolean("isRecommended")?;
    let commercial = parameters.boolean("isCommercial")?;
    let last_active = parameters.time("lastActiveDateTime")?;
    let expiration = parameters.time("expirationDateTime")?;
    models.retain(|model| {
        parameters.passes("modelId", |identifier| identifier == model.identifier)
            && parameters.passes_like("author", &model.author)
            && parameters.passes_like("createdByEmail", &model.created_by)
            && parameters.passes_like("name", &model.name)
            && parameters.passes_like("description", &model.description)
            && active.is_none_or(|active| active == model.is_active())
            && expired.is_none_or(|expired| expired == model.is_expired())
            && recommended.is_none_or(|recommended| recommended == model.is_recommended)
            && commercial.is_none_or(|commercial| commercial == model.is_commercial)
            && last_active.is_none_or(|time| time.is(model.last_active_at))
            && expiration.is_none_or(|time| time.is(model.expires_at))
    });
    parameters.sort(&mut models, None, ORDERS)?;
    Ok(models)
}
