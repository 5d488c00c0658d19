//! What the server says that an earlier deployment has done.

use serde::Deserialize;

use super::{
    progress::{PULL, TEST},
    step::Step,
};
use crate::{
    client::{Client, RequestOptions},
    error::{Error, Result},
    steps::technical_information,
};

/// The state of a step that the server takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum State {
    /// It has to be started, perhaps again.
    #[default]
    Open,
    /// It has to be waited for.
    UnderWay,
    Complete,
}

/// The steps that are done. Those that may be taken any number of times are left out: they are taken again.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Done {
    is_created: bool,
    pub(super) image: State,
    is_loaded: bool,
    pub(super) test: State,
    is_active: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    #[serde(default)]
    is_active: bool,
    container_image: Option<ContainerImage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ContainerImage {
    load_percentage: Option<f64>,
}

impl Done {
    /// Reads what is done of a version. A version that does not exist has nothing done.
    ///
    /// # Errors
    /// As every read.
    pub(super) async fn read(client: &Client, model: &str, version: &str, options: &RequestOptions) -> Result<Self> {
        let document = match client.get_model_version(model, version, options).await {
            Err(Error::Status { status: 404, .. }) => return Ok(Self::default()),
            document => document?,
        };
        let of_version: Version = document
            .parse()
            .map_err(|_| Error::step("create", "cannot be resumed: the version is not what the API describes"))?;
        let image = state(PULL.read(client, model, version, options).await)?;
        let is_loaded = image == State::Complete
            && of_version
                .container_image
                .and_then(|image| image.load_percentage)
                .is_some_and(|percentage| percentage >= 100.0);
        let test = if is_loaded {
            state(TEST.read(client, model, version, options).await)?
        } else {
            State::Open
        };
        Ok(Self {
            is_created: true,
            image,
            is_loaded,
            test,
            is_active: of_version.is_active,
        })
    }

    pub(super) fn has(self, step: Step) -> bool {
        self.is_active
            || match step {
                Step::Create => self.is_created,
                Step::Image => self.image == State::Complete,
                Step::Load => self.is_loaded,
                Step::TestInput => self.test != State::Open,
                Step::Run => self.test == State::Complete,
                _ => false,
            }
    }
}

/// Returns the state of a step by the response about its progress. At 0 %, the server may not have begun it. A refusal means that
/// it was not begun, or that it has failed.
fn state(percentage: Result<u32>) -> Result<State> {
    match percentage {
        Ok(0)
        | Err(Error::Status {
            status: 400 | 404 | 409 | 422,
            ..
        }) => Ok(State::Open),
        Ok(1..100) => Ok(State::UnderWay),
        Ok(_) => Ok(State::Complete),
        Err(error) if technical_information(&error).is_some() => Ok(State::Open),
        Err(error) => Err(error),
    }
}
