//! The filters of lists, converted from JavaScript.

use modzy_client::{JobFilter, JobHistoryFilter, JobSearch, ModelFilter, ModelVersionFilter};
use serde::{Deserialize, Deserializer, de};

/// The filter of a history.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HistoryArgument {
    user: Option<String>,
    access_key: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
    model: Option<String>,
    status: Option<String>,
    sort_by: Option<String>,
    direction: Option<String>,
    page: Option<u64>,
    per_page: Option<u64>,
}

/// The filter of the short list of jobs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JobsArgument {
    user: Option<String>,
    access_key: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
    model: Option<String>,
    status: Option<String>,
    page: Option<u64>,
    per_page: Option<u64>,
}

/// A search for the jobs of a key.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SearchArgument {
    input_key: String,
    since: Option<String>,
    model_id: Option<String>,
    version: Option<String>,
    limit: Option<usize>,
}

/// The filter of models.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ModelsArgument {
    model_id: Option<String>,
    author: Option<String>,
    created_by_email: Option<String>,
    name: Option<String>,
    description: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    is_active: Option<bool>,
    #[serde(default, deserialize_with = "flag")]
    is_expired: Option<bool>,
    #[serde(default, deserialize_with = "flag")]
    is_recommended: Option<bool>,
    last_active_date_time: Option<String>,
    expiration_date_time: Option<String>,
    sort_by: Option<String>,
    direction: Option<String>,
    page: Option<u64>,
    per_page: Option<u64>,
}

/// The filter of versions of models.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ModelVersionsArgument {
    model_id: Option<String>,
    version: Option<String>,
    status: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    is_active: Option<bool>,
    #[serde(default, deserialize_with = "flag")]
    is_available: Option<bool>,
    sort_by: Option<String>,
    direction: Option<String>,
    page: Option<u64>,
    per_page: Option<u64>,
}

impl From<ModelVersionsArgument> for ModelVersionFilter {
    fn from(argument: ModelVersionsArgument) -> Self {
        Self {
            model_id: argument.model_id,
            version: argument.version,
            status: argument.status,
            is_active: argument.is_active,
            is_available: argument.is_available,
            sort_by: argument.sort_by,
            direction: argument.direction,
            page: argument.page,
            per_page: argument.per_page,
        }
    }
}

impl From<HistoryArgument> for JobHistoryFilter {
    fn from(argument: HistoryArgument) -> Self {
        Self {
            user: argument.user,
            access_key: argument.access_key,
            start_date: argument.start_date,
            end_date: argument.end_date,
            model: argument.model,
            status: argument.status,
            sort_by: argument.sort_by,
            direction: argument.direction,
            page: argument.page,
            per_page: argument.per_page,
        }
    }
}

impl From<JobsArgument> for JobFilter {
    fn from(argument: JobsArgument) -> Self {
        Self {
            user: argument.user,
            access_key: argument.access_key,
            start_date: argument.start_date,
            end_date: argument.end_date,
            model: argument.model,
            status: argument.status,
            page: argument.page,
            per_page: argument.per_page,
        }
    }
}

impl From<ModelsArgument> for ModelFilter {
    fn from(argument: ModelsArgument) -> Self {
        Self {
            model_id: argument.model_id,
            author: argument.author,
            created_by_email: argument.created_by_email,
            name: argument.name,
            description: argument.description,
            is_active: argument.is_active,
            is_expired: argument.is_expired,
            is_recommended: argument.is_recommended,
            last_active_date_time: argument.last_active_date_time,
            expiration_date_time: argument.expiration_date_time,
            sort_by: argument.sort_by,
            direction: argument.direction,
            page: argument.page,
            per_page: argument.per_page,
        }
    }
}

/// Reads a boolean or its text, which 1.x accepts too.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Flag {
        Bool(bool),
        Text(String),
    }
    match Option::deserialize(deserializer)? {
        None => Ok(None),
        Some(Flag::Bool(flag)) => Ok(Some(flag)),
        Some(Flag::Text(text)) => match text.to_ascii_lowercase().as_str() {
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            _ => Err(de::Error::custom(format_args!("should be true or false, not {text:?}"))),
        },
    }
}

impl From<SearchArgument> for JobSearch {
    fn from(argument: SearchArgument) -> Self {
        let mut search = Self::new(argument.input_key);
        search.since = argument.since;
        search.model_id = argument.model_id;
        search.version = argument.version;
        search.limit = argument.limit.unwrap_or(usize::MAX);
        search
    }
}
