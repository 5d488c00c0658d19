//! The models of one emulator: the built-in ones, and those that were deployed.

use std::io;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use axum::http::StatusCode;
use indexmap::IndexMap;
use jiff::Timestamp;

use super::library::models;
use super::record::{ModelRecord, VersionRecord};
use super::tags::Tag;
use crate::auth::{Caller, Role};
use crate::error::Error;
use crate::options::Options;
use crate::usage::{Total, Usage};

/// The models by identifier, in the order of their creation. Clones share their content.
#[derive(Clone)]
pub(crate) struct Catalog {
    models: Arc<RwLock<Models>>,
    /// What was created or changed, as long as a job or the catalog has it.
    total: Total,
    /// The most bytes of that.
    most: usize,
}

#[derive(Default)]
struct Models {
    by_identifier: IndexMap<String, Arc<ModelRecord>>,
    /// How often a model was added or changed.
    changes: u64,
}

/// A catalog of the built-in models, without a limit.
impl Default for Catalog {
    fn default() -> Self {
        let total = Total::default();
        let models = models().map(|model| {
            let record = ModelRecord::of(model, &total);
            (record.identifier.clone(), Arc::new(record))
        });
        let models = Models {
            by_identifier: models.collect(),
            changes: 0,
        };
        Self {
            models: Arc::new(RwLock::new(models)),
            total,
            most: usize::MAX,
        }
    }
}

impl Catalog {
    /// Returns a catalog of the built-in models. Fails with `InvalidInput` for a limit of 0.
    pub(crate) fn new(options: &Options) -> io::Result<Self> {
        if options.max_model_bytes == 0 {
            let message = "max_model_bytes must be at least 1";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        Ok(Self {
            most: options.max_model_bytes,
            ..Self::default()
        })
    }

    /// Returns the share of a new record.
    pub(crate) fn usage(&self) -> Usage {
        self.total.open(0)
    }

    /// Returns how often a model was added or changed.
    pub(crate) fn changes(&self) -> u64 {
        self.read().changes
    }

    /// Returns all models as they are at present.
    pub(crate) fn all(&self) -> Vec<Arc<ModelRecord>> {
        self.read().by_identifier.values().cloned().collect()
    }

    pub(crate) fn find(&self, identifier: &str) -> Result<Arc<ModelRecord>, Error> {
        self.read()
            .by_identifier
            .get(identifier)
            .cloned()
            .ok_or_else(|| unknown_model(identifier))
    }

    pub(crate) fn find_version(
        &self,
        identifier: &str,
        number: &str,
    ) -> Result<(Arc<ModelRecord>, Arc<VersionRecord>), Error> {
        let model = self.find(identifier)?;
        let version = model.versions.iter().find(|version| version.number == number).cloned();
        let version = version.ok_or_else(|| unknown_version(identifier, number))?;
        Ok((model, version))
    }

    /// Returns the tags of all models, in the order of their first occurrence.
    pub(crate) fn tags(&self) -> Vec<Tag> {
        let models = self.read();
        let mut tags = IndexMap::new();
        for tag in models.by_identifier.values().flat_map(|model| &model.tags) {
            tags.entry(tag.identifier.clone()).or_insert_with(|| tag.clone());
        }
        tags.into_values().collect()
    }

    pub(crate) fn add(&self, model: ModelRecord) -> Result<Arc<ModelRecord>, Error> {
        let model = Arc::new(model);
        let mut models = self.write();
        self.count(None, &model)?;
        models
            .by_identifier
            .insert(model.identifier.clone(), Arc::clone(&model));
        models.changes += 1;
        Ok(model)
    }

    /// Counts the bytes of a model that is new, or that is to replace an earlier state. Fails if there is no room for them.
    fn count(&self, earlier: Option<&ModelRecord>, model: &ModelRecord) -> Result<(), Error> {
        model.usage.set(model.memory());
        let mut freed = earlier.map_or(0, |earlier| earlier.usage.bytes());
        for (index, version) in model.versions.iter().enumerate() {
            let earlier = earlier.and_then(|earlier| earlier.versions.get(index));
            if earlier.is_none_or(|earlier| !Arc::ptr_eq(earlier, version)) {
                version.usage.set(version.memory());
                freed += earlier.map_or(0, |earlier| earlier.usage.bytes());
            }
        }
        let most = self.most;
        if self.total.bytes().saturating_sub(freed) <= most {
            return Ok(());
        }
        let message = format!(
            "no room: what was created and changed of models takes at most {most} bytes (max_model_bytes), with the earlier \
             states that jobs have"
        );
        Err(Error::new(StatusCode::INSUFFICIENT_STORAGE, message))
    }

    /// Changes a model for its creator or an administrator, and returns the changed one.
    pub(crate) fn change(
        &self,
        caller: &Caller,
        identifier: &str,
        change: impl FnOnce(&mut ModelRecord) -> Result<(), Error>,
    ) -> Result<Arc<ModelRecord>, Error> {
        let mut models = self.write();
        let model = models.by_identifier.get_mut(identifier);
        let model = model.ok_or_else(|| unknown_model(identifier))?;
        if caller.role != Role::SystemOwner && caller.person().email != model.created_by {
            return Err(Error::forbidden());
        }
        let mut changed = ModelRecord::clone(model);
        change(&mut changed)?;
        self.count(Some(model.as_ref()), &changed)?;
        let changed = Arc::new(changed);
        *model = Arc::clone(&changed);
        models.changes += 1;
        Ok(changed)
    }

    /// Changes a version likewise, and returns it with its model.
    pub(crate) fn change_version(
        &self,
        caller: &Caller,
        identifier: &str,
        number: &str,
        change: impl FnOnce(&mut VersionRecord) -> Result<(), Error>,
    ) -> Result<(Arc<ModelRecord>, Arc<VersionRecord>), Error> {
        let mut changed = None;
        let model = self.change(caller, identifier, |model| {
            let version = model.versions.iter_mut().find(|version| version.number == number);
            let version = version.ok_or_else(|| unknown_version(identifier, number))?;
            let record = Arc::make_mut(version);
            change(record)?;
            record.updated_at = Timestamp::now();
            if record.is_active() {
                model.last_active_at = Some(record.updated_at);
            }
            changed = Some(Arc::clone(version));
            Ok(())
        })?;
        let version = changed.ok_or_else(|| unknown_version(identifier, number))?;
        Ok((model, version))
    }

    fn read(&self) -> RwLockReadGuard<'_, Models> {
        self.models.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Models> {
        self.models.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unknown_model(identifier: &str) -> Error {
    Error::not_found(format!("the model {identifier} does not exist"))
}

fn unknown_version(identifier: &str, number: &str) -> Error {
    Error::not_found(format!("the model {identifier} has no version {number}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::run::run;

    #[test]
    fn identifiers_and_versions_are_unique_and_every_sample_is_complete() {
        let catalog = Catalog::default();
        assert_eq!(catalog.all().len(), models().count());
        let is_identifier = |text: &str| {
            text.len() == 10
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        for model in catalog.all() {
            assert!(is_identifier(&model.identifier), "{}", model.identifier);
            assert!(!model.versions.is_empty());
            for version in &model.versions {
                let values = version.samples.values.clone().unwrap();
                assert!(version.input_names().iter().all(|name| values.contains_key(*name)));
                let outputs = run(version, &values, false).unwrap();
                let declared = version.attributes.outputs.iter().map(|output| output.name.as_str());
                assert!(outputs.keys().map(|name| &**name).eq(declared), "{}", model.name);
            }
        }
    }
}
