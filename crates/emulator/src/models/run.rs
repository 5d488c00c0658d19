//! Runs a model on an input.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::description::Values;
use super::model::Outcome;
use super::program::Program;
use super::record::VersionRecord;

/// Runs a version of a model on one input. Any failure, including a panic, fails this input only.
pub(crate) fn run(version: &VersionRecord, values: &Values, explain: bool) -> Outcome {
    let missing = |names: &[&str]| {
        let missing = names.iter().find(|name| !values.contains_key(**name));
        missing.map_or(Ok(()), |name| Err(format!("the model input {name} is missing")))
    };
    match version.program {
        Program::BuiltIn(model, described) => {
            let required = described.inputs.iter().filter(|input| !input.is_optional);
            missing(&required.map(|input| input.name).collect::<Vec<_>>())?;
            catch_unwind(AssertUnwindSafe(|| model.process(described, values, explain)))
                .unwrap_or_else(|_| Err("the model crashed".to_owned()))
        }
        Program::Container(container) => {
            missing(&version.input_names())?;
            container.process(&version.attributes, values)
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use indexmap::IndexMap;

    use super::*;
    use crate::models::description::{About, Version};
    use crate::models::library::sentiment;
    use crate::models::model::Model;
    use crate::models::record::ModelRecord;
    use crate::usage::Total;

    struct Crashing;

    impl Model for Crashing {
        fn about(&self) -> &About {
            sentiment::SentimentAnalysis.about()
        }

        fn versions(&self) -> &'static [Version] {
            sentiment::SentimentAnalysis.versions()
        }

        fn process(&self, _: &Version, _: &Values, _: bool) -> Outcome {
            panic!("on purpose")
        }
    }

    #[test]
    fn a_model_that_crashes_fails_its_input_alone() {
        let version = &ModelRecord::of(&Crashing, &Total::default()).versions[0];
        let values = IndexMap::from([("input.txt".to_owned(), Bytes::new())]);
        assert_eq!(run(version, &values, false), Err("the model crashed".to_owned()));
    }

    #[test]
    fn an_input_without_a_model_input_fails_by_its_name() {
        let version = &ModelRecord::of(&Crashing, &Total::default()).versions[0];
        let values = IndexMap::from([("Input.txt".to_owned(), Bytes::new())]);
        let failure = Err("the model input input.txt is missing".to_owned());
        assert_eq!(run(version, &values, false), failure);
    }
}
