//! The changes of a version: which attributes can be changed, and which of their members belong together.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// What the value of an attribute is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    List,
    /// An object that is replaced: its members describe one thing, such as the identifier of hardware and its figures.
    Whole,
    /// Numbers that are set independently of each other, so that those that are not named stay.
    Numbers {
        members: [&'static str; 2],
        least: u64,
    },
    Anything,
}

/// The attributes of a version that can be changed.
const ATTRIBUTES: [(&str, Kind); 11] = [
    ("inputValidationSchema", Kind::Anything),
    ("inputs", Kind::List),
    ("longDescription", Kind::Text),
    ("outputs", Kind::List),
    ("performanceSummary", Kind::Text),
    (
        "processing",
        Kind::Numbers {
            members: ENGINES,
            least: 0,
        },
    ),
    ("requirement", Kind::Whole),
    ("statistics", Kind::List),
    ("technicalDetails", Kind::Text),
    (
        "timeout",
        Kind::Numbers {
            members: ["status", "run"],
            least: 1,
        },
    ),
    ("versionHistory", Kind::Text),
];

/// The members of `processing`: the least and the greatest number of engines.
const ENGINES: [&str; 2] = ["minimumParallelCapacity", "maximumParallelCapacity"];

/// Changes that have been checked.
#[derive(Debug)]
pub(super) struct Changes(Vec<(Kind, String, Value)>);

impl Changes {
    /// Reads changes, and leaves out what is null.
    ///
    /// # Errors
    /// [`Error::Argument`] for what is not an object of attributes, is empty, or has a value that an attribute cannot have.
    pub(super) fn read(changes: &impl Serialize) -> Result<Self> {
        let changes = match serde_json::to_value(changes) {
            Ok(Value::Object(changes)) => changes,
            Ok(_) => return refused("must be an object of attributes"),
            Err(error) => return refused(format!("cannot be written as JSON: {error}")),
        };
        let given = changes.into_iter().filter(|(_, value)| !value.is_null());
        let read = given.map(|(name, value)| {
            let Some((_, kind)) = ATTRIBUTES.iter().find(|(known, _)| *known == name) else {
                let known = ATTRIBUTES.map(|(name, _)| name).join(", ");
                return refused(format!("cannot contain {name:?}: the attributes are {known}"));
            };
            Ok((*kind, kind.read(&name, value)?, name))
        });
        let mut all = Vec::new();
        for each in read {
            let (kind, value, name) = each?;
            all.extend(value.map(|value| (kind, name, value)));
        }
        if all.is_empty() {
            return refused("must name an attribute");
        }
        Ok(Self(all))
    }

    /// Returns the attributes to send to a server whose version has these.
    ///
    /// # Errors
    /// [`Error::Argument`] for engines whose least number would be above the greatest.
    pub(super) fn beside(self, current: &Map<String, Value>) -> Result<Value> {
        let mut whole = Map::new();
        for (kind, name, mut value) in self.0 {
            if let (Kind::Numbers { members, .. }, Value::Object(numbers)) = (kind, &mut value) {
                let old = current.get(&name).and_then(Value::as_object);
                for member in members {
                    if let Some(kept) = old
                        .and_then(|old| old.get(member))
                        .filter(|_| !numbers.contains_key(member))
                    {
                        numbers.insert(member.to_owned(), kept.clone());
                    }
                }
                let [least, greatest] = ENGINES.map(|member| numbers.get(member).and_then(Value::as_u64));
                if let (Some(least), Some(greatest)) = (least, greatest)
                    && least > greatest
                {
                    let [minimum, maximum] = ENGINES;
                    return refused(format!(
                        "must not have a {name}.{minimum} above its {maximum}: {least} > {greatest}"
                    ));
                }
            }
            whole.insert(name, value);
        }
        Ok(Value::Object(whole))
    }
}

impl Kind {
    /// Checks a value. Returns `None` for an object whose members are all null.
    fn read(self, name: &str, value: Value) -> Result<Option<Value>> {
        let value = match value {
            Value::Object(mut members) if matches!(self, Self::Whole | Self::Numbers { .. }) => {
                members.retain(|_, member| !member.is_null());
                if members.is_empty() {
                    return Ok(None);
                }
                Value::Object(members)
            }
            value => value,
        };
        let expected = match (self, &value) {
            (Self::Anything, _) | (Self::Text, Value::String(_)) => return Ok(Some(value)),
            (Self::List, Value::Array(items)) if items.iter().all(Value::is_object) => return Ok(Some(value)),
            (Self::Whole, Value::Object(members)) if members.get("requirementId").is_none_or(Value::is_i64) => {
                return Ok(Some(value));
            }
            (Self::Numbers { members, least }, Value::Object(numbers))
                if numbers.iter().all(|(member, number)| {
                    members.contains(&member.as_str()) && number.as_u64().is_some_and(|number| number >= least)
                }) =>
            {
                return Ok(Some(value));
            }
            (Self::Text, _) => "a text".to_owned(),
            (Self::List, _) => "a list of objects".to_owned(),
            (Self::Whole, _) => "an object, with a requirementId that is a whole number".to_owned(),
            (Self::Numbers { members, least }, _) => {
                format!(
                    "an object of {}, which are whole numbers of {least} or more",
                    members.join(" and ")
                )
            }
        };
        refused(format!("must have a {name} that is {expected}"))
    }
}

fn refused<T>(reason: impl Into<String>) -> Result<T> {
    Err(Error::argument("changes", reason))
}

#[cfg(test)]
mod tests {
    use serde_json::{json, value::RawValue};

    use super::*;

    fn sent(current: &Value, changes: &Value) -> Result<Value> {
        Changes::read(changes)?.beside(current.as_object().unwrap())
    }

    #[test]
    fn only_members_that_are_set_independently_are_merged() {
        let current = json!({
            "timeout": { "status": 1, "run": 2, "more": 3 },
            "processing": { "minimumParallelCapacity": 0, "maximumParallelCapacity": 1 },
            "requirement": { "requirementId": 1, "gpuUnits": 0, "cpuAmount": "500m", "memoryAmount": "1G" },
            "inputValidationSchema": { "type": "object", "required": ["a"] },
            "inputs": [{ "name": "a", "maximumSize": 5 }],
        });
        for (changes, expected) in [
            (
                json!({ "timeout": { "run": 7 } }),
                json!({ "timeout": { "status": 1, "run": 7 } }),
            ),
            (
                json!({ "processing": { "maximumParallelCapacity": 4 } }),
                json!({ "processing": { "minimumParallelCapacity": 0, "maximumParallelCapacity": 4 } }),
            ),
            (
                json!({ "requirement": { "requirementId": -6, "gpuUnits": null } }),
                json!({ "requirement": { "requirementId": -6 } }),
            ),
            (
                json!({ "inputValidationSchema": { "type": "array", "default": null } }),
                json!({ "inputValidationSchema": { "type": "array", "default": null } }),
            ),
            (
                json!({ "inputs": [{ "name": "b" }] }),
                json!({ "inputs": [{ "name": "b" }] }),
            ),
            (
                json!({ "longDescription": "", "timeout": null, "requirement": { "requirementId": null } }),
                json!({ "longDescription": "" }),
            ),
        ] {
            assert_eq!(sent(&current, &changes).unwrap(), expected);
        }
        // The version may lack an attribute, or have something else there.
        for current in [json!({}), json!({ "timeout": "60 s" })] {
            let changes = json!({ "timeout": { "run": 7 } });
            assert_eq!(sent(&current, &changes).unwrap(), changes);
        }
    }

    #[test]
    fn numbers_are_sent_to_the_last_bit() {
        let numbers: Vec<f64> = (0..1_000_u64)
            .map(|seed| f64::from_bits(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 2))
            .collect();
        let changes: Box<RawValue> =
            serde_json::from_str(&json!({ "inputValidationSchema": { "enum": numbers } }).to_string()).unwrap();
        let sent = Changes::read(&changes).unwrap().beside(&Map::new()).unwrap();
        let sent: Vec<f64> = serde_json::from_value(sent["inputValidationSchema"]["enum"].clone()).unwrap();
        assert_eq!(sent, numbers);
    }

    #[test]
    fn changes_that_cannot_work_are_refused() {
        let current = json!({ "processing": { "minimumParallelCapacity": 2, "maximumParallelCapacity": 3 } });
        for changes in [
            json!({}),
            json!([]),
            json!(null),
            json!({ "timeout": {} }),
            json!({ "timeout": { "run": null } }),
            json!({ "isActive": true }),
            json!({ "status": "active" }),
            json!({ "timeout": 5 }),
            json!({ "timeout": { "run": 0 } }),
            json!({ "timeout": { "run": -1 } }),
            json!({ "timeout": { "run": "60000" } }),
            json!({ "timeout": { "running": 1 } }),
            json!({ "processing": { "minimumParallelCapacity": 1.5 } }),
            json!({ "processing": { "minimumParallelCapacity": 4 } }),
            json!({ "processing": { "maximumParallelCapacity": 1 } }),
            json!({ "requirement": 1 }),
            json!({ "requirement": { "requirementId": "1" } }),
            json!({ "inputs": "input.txt" }),
            json!({ "outputs": { "name": "results.json" } }),
            json!({ "inputs": ["input.txt"] }),
            json!({ "longDescription": 7 }),
            json!({ "versionHistory": ["one"] }),
        ] {
            let refused = sent(&current, &changes);
            assert!(
                matches!(refused, Err(Error::Argument { name: "changes", .. })),
                "{changes}: {refused:?}"
            );
        }
    }
}
