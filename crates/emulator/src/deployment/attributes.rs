//! Reads the body of a `PATCH` of a version: each attribute that it names replaces the present one, and null clears it.

use serde_json::Value;

use crate::error::Error;
use crate::member::{Member, Members};
use crate::models::{Attributes, InputAttributes, OutputAttributes, Processing};

/// The attributes of a `PATCH`, which are applied to those of a version.
pub(super) struct Patch<'a> {
    body: Members<'a>,
}

impl<'a> Patch<'a> {
    pub(super) fn of(body: &'a [u8]) -> Result<Self, Error> {
        Ok(Self {
            body: Members::of_body(body)?,
        })
    }

    /// Whether it activates the version. No other status can be set.
    pub(super) fn activates(&self) -> Result<bool, Error> {
        let Some(status) = self.body.optional("status") else {
            return Ok(false);
        };
        match status.string()?.as_str() {
            "active" => Ok(true),
            _ => Err(status.must_be("active")),
        }
    }

    pub(super) fn apply(&self, attributes: &mut Attributes) -> Result<(), Error> {
        let default = Attributes::default();
        let texts = [
            ("inputValidationSchema", &mut attributes.input_validation_schema),
            ("longDescription", &mut attributes.long_description),
            ("technicalDetails", &mut attributes.technical_details),
            ("versionHistory", &mut attributes.version_history),
            ("performanceSummary", &mut attributes.performance_summary),
        ];
        for (name, text) in texts {
            self.set(name, text, String::new(), Member::string)?;
        }
        self.set(
            "requirement",
            &mut attributes.requirement,
            default.requirement,
            |value| {
                value.members()?.required("requirementId")?.number::<i64>()?;
                value.json()
            },
        )?;
        self.set("inputs", &mut attributes.inputs, Vec::new(), |value| {
            value.list::<InputAttributes>("inputs with a name")
        })?;
        self.set("outputs", &mut attributes.outputs, Vec::new(), |value| {
            value.list::<OutputAttributes>("outputs with a name")
        })?;
        self.set("statistics", &mut attributes.statistics, Vec::new(), |value| {
            value.list::<Value>("statistics")
        })?;
        if let Some(timeout) = self.body.optional("timeout") {
            let members = timeout.members()?;
            for (name, limit) in [
                ("status", &mut attributes.timeout.status),
                ("run", &mut attributes.timeout.run),
            ] {
                if let Some(value) = members.optional(name) {
                    *limit = u64::try_from(value.milliseconds()?.as_millis()).unwrap_or(u64::MAX);
                }
            }
        }
        attributes.processing = match self.body.optional("processing") {
            Some(processing) => engines(&processing.members()?, attributes.processing)?,
            // The SDK for Go sends the numbers of engines beside the attributes.
            None => engines(&self.body, attributes.processing)?,
        };
        Ok(())
    }

    fn set<T>(
        &self,
        name: &str,
        attribute: &mut T,
        cleared: T,
        read: impl Fn(&Member<'a>) -> Result<T, Error>,
    ) -> Result<(), Error> {
        if self.body.has(name) {
            *attribute = self.body.optional(name).map_or(Ok(cleared), |value| read(&value))?;
        }
        Ok(())
    }
}

/// Reads the numbers of engines. A missing one keeps its value.
pub(super) fn engines(members: &Members<'_>, present: Processing) -> Result<Processing, Error> {
    let read = |name, present| {
        let value = members.optional(name);
        value.map_or(Ok(present), |value| value.number())
    };
    let processing = Processing {
        minimum: read("minimumParallelCapacity", present.minimum)?,
        maximum: read("maximumParallelCapacity", present.maximum)?,
    };
    if processing.minimum > processing.maximum {
        return Err(Error::bad_request(
            "minimumParallelCapacity must be at most maximumParallelCapacity",
        ));
    }
    Ok(processing)
}
