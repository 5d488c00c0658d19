//! Which model, and which version of it, an answer is about.

use super::{super::request::OfModel, object::Object};
use crate::{
    document::{Document, Members},
    error::BodyFault,
};

/// Checks an object. A version names its number, and may name its model.
pub(super) fn check(document: &Document, OfModel { model, version }: &OfModel) -> Result<(), BodyFault> {
    let Some(members) = Members::read(document.as_str()) else {
        return Ok(());
    };
    let object = Object::of(&members);
    let named = object.names_model(model);
    match version {
        None => named.unwrap_or(Err(BodyFault::NoModel)),
        Some(version) => {
            named.unwrap_or(Ok(()))?;
            object.names_in("model", model).unwrap_or(Ok(()))?;
            object.names(&["version"], version).unwrap_or(Err(BodyFault::NoModel))
        }
    }
}

impl Object<'_> {
    /// Whether it names this model. `None` if it names none.
    fn names_model(&self, model: &str) -> Option<Result<(), BodyFault>> {
        // Some routes name it one way, and some the other.
        self.names(&["modelId", "identifier"], model)
    }

    /// The same for the object in a member.
    fn names_in(&self, member: &str, model: &str) -> Option<Result<(), BodyFault>> {
        let members = Members::read(self.member(member)?)?;
        Object::of(&members).names_model(model)
    }

    fn names(&self, members: &[&str], expected: &str) -> Option<Result<(), BodyFault>> {
        let named = members
            .iter()
            .find_map(|member| self.member(member).filter(|value| *value != "null"))?;
        let named: Option<String> = serde_json::from_str(named).ok();
        let is_it = named.is_some_and(|named| named.to_lowercase() == expected.to_lowercase());
        Some(if is_it { Ok(()) } else { Err(BodyFault::AnotherModel) })
    }
}
