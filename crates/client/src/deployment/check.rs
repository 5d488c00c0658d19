//! The checks of a deployment before anything is created. Those of its files are in `files`.

use std::ops::RangeInclusive;

use super::{
    spec::{ModelSpec, SpecInput, SpecOutput},
    step::Step,
};
use crate::{
    endpoint::{given, segment},
    engines::{EngineRange, check_range},
    error::{Error, Result},
    models::{LATEST, version_path},
};

impl ModelSpec {
    /// Refuses a spec that cannot work in these steps.
    pub(super) fn check(&self, steps: &RangeInclusive<Step>) -> Result<()> {
        if self.model_id.is_none() && self.name.trim().is_empty() {
            return Err(Error::argument("name", "must be given for a new model"));
        }
        // A new model gets an identifier that a path can hold.
        check_number(self.model_id.as_deref().unwrap_or("new"), &self.version)?;
        check_image(&self.image)?;
        check_members("inputs", self.inputs.iter().map(SpecInput::member))?;
        check_members("outputs", self.outputs.iter().map(SpecOutput::member))?;
        for tag in &self.tags {
            given("tags", tag)?;
        }
        for (name, limit) in [
            ("status_timeout", self.status_timeout),
            ("run_timeout", self.run_timeout),
        ] {
            if limit == 0 {
                return Err(Error::argument(name, "must be at least 1 ms"));
            }
        }
        let tests = self.is_tested() && steps.contains(&Step::TestInput);
        if tests && self.inputs.iter().any(|input| input.sample.is_none()) {
            let reason = "must each have a sample, which the server tests the model with";
            return Err(Error::argument("inputs", reason));
        }
        if self.maximum_engines == 0 {
            return Err(Error::argument("maximum_engines", "must be at least 1"));
        }
        check_range(self.engines()).map_err(|_| {
            let EngineRange { minimum, maximum } = self.engines();
            let reason = format!("must not be above the maximum: {minimum} > {maximum}");
            Error::argument("minimum_engines", reason)
        })
    }
}

/// Refuses the number of a new version that no server takes, and the name of the latest one.
pub(super) fn check_number(model_id: &str, version: &str) -> Result<()> {
    version_path(model_id, version)?;
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '+' | '_');
    let is_number = version.starts_with(|first: char| first.is_ascii_alphanumeric()) && version.chars().all(is_part);
    if version == LATEST || !is_number {
        let reason = "must be the number of a version, such as 0.0.1";
        return Err(Error::argument("version", reason));
    }
    Ok(())
}

/// Refuses what no server can pull.
pub(super) fn check_image(image: &str) -> Result<()> {
    given("image", image)?;
    if image.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
        return Err(Error::argument("image", "must not contain spaces"));
    }
    Ok(())
}

/// An input or an output of a model.
struct Member<'a> {
    name: &'a str,
    media_types: &'a str,
    maximum_size: u64,
}

impl SpecInput {
    fn member(&self) -> Member<'_> {
        Member {
            name: &self.name,
            media_types: &self.accepted_media_types,
            maximum_size: self.maximum_size,
        }
    }
}

impl SpecOutput {
    fn member(&self) -> Member<'_> {
        Member {
            name: &self.name,
            media_types: &self.media_type,
            maximum_size: self.maximum_size,
        }
    }
}

/// Refuses inputs or outputs that are missing, whose names no path can hold or are not unique, or that no value fits.
fn check_members<'a>(argument: &'static str, members: impl Iterator<Item = Member<'a>>) -> Result<()> {
    let refused = |reason: String| Err(Error::argument(argument, reason));
    let mut names = Vec::new();
    for Member {
        name,
        media_types,
        maximum_size,
    } in members
    {
        if name.trim().is_empty() {
            return refused("must have names that are not empty".to_owned());
        }
        // Chunks and results are sent by these names.
        segment(argument, name)?;
        if !media_types.split(',').all(is_media_type) {
            return refused(format!(
                "must have media types, such as text/plain, not {media_types:?}: {name:?}"
            ));
        }
        if maximum_size == 0 {
            return refused(format!("must have a maximum size of at least 1 byte: {name:?}"));
        }
        names.push(name);
    }
    names.sort_unstable();
    if names.is_empty() {
        return refused(format!("must have at least one {}", argument.trim_end_matches('s')));
    }
    let mut pairs = names.iter().zip(names.iter().skip(1));
    match pairs.find(|(name, next)| name == next) {
        Some((name, _)) => refused(format!("must have different names, but two are {name:?}")),
        None => Ok(()),
    }
}

/// Whether a text has the form of a media type, perhaps with parameters.
fn is_media_type(text: &str) -> bool {
    let essence = text.split(';').next().unwrap_or_default().trim();
    let is_part =
        |part: &str| !part.is_empty() && !part.contains(|letter: char| letter == '/' || letter.is_whitespace());
    essence
        .split_once('/')
        .is_some_and(|(main, sub)| is_part(main) && is_part(sub))
}
