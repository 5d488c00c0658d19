//! Runs a model on an input.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::description::{Values, Version};
use super::model::{Model, Outcome};

/// Runs a model on one input. Any failure, including a panic, fails this input only.
pub(crate) fn run(model: &dyn Model, version: &Version, values: &Values, explain: bool) -> Outcome {
    if let Some(missing) = version
        .inputs
        .iter()
        .find(|input| !input.is_optional && !values.contains_key(input.name))
    {
        return Err(format!("the model input {} is missing", missing.name));
    }
    catch_unwind(AssertUnwindSafe(|| model.process(version, values, explain)))
        .unwrap_or_else(|_| Err("the model crashed".to_owned()))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use indexmap::IndexMap;

    use super::*;
    use crate::models::description::About;
    use crate::models::library::sentiment;

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
        let version = &Crashing.versions()[0];
        let values = IndexMap::from([("input.txt".to_owned(), Bytes::new())]);
        assert_eq!(
            run(&Crashing, version, &values, false),
            Err("the model crashed".to_owned())
        );
    }

    #[test]
    fn an_input_without_a_model_input_fails_by_its_name() {
        let version = &Crashing.versions()[0];
        let values = IndexMap::from([("Input.txt".to_owned(), Bytes::new())]);
        let failure = Err("the model input input.txt is missing".to_owned());
        assert_eq!(run(&Crashing, version, &values, false), failure);
    }
}
