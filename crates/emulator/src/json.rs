//! Builds JSON documents.

use serde_json::Value;

/// Returns an object with these members added or replaced.
pub(crate) fn with<N: Into<String>>(mut object: Value, members: impl IntoIterator<Item = (N, Value)>) -> Value {
    if let Value::Object(present) = &mut object {
        present.extend(members.into_iter().map(|(name, value)| (name.into(), value)));
    }
    object
}
