//! The steps of a deployment, in order.

use serde::Deserialize;

/// A step of a deployment, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Step {
    /// Creates the model, or the version of an existing one.
    Create,
    /// Sets the description and the tags of the model, if there are any.
    Describe,
    /// Has the server pull the image, and waits until it has.
    Image,
    /// Sets the attributes of the version.
    Attributes,
    /// Has the server start the container.
    Load,
    /// Sends the samples of the inputs.
    TestInput,
    /// Has the server run the model on the samples, and waits until it has.
    Run,
    /// Stores samples of a job and of its results.
    Samples,
    /// Sets the attributes again, since the run has overwritten some.
    Restore,
    /// Sets the picture, if there is one.
    Picture,
    /// Makes the version available for jobs.
    Activate,
}

impl Step {
    pub(super) const ALL: [Self; 11] = [
        Self::Create,
        Self::Describe,
        Self::Image,
        Self::Attributes,
        Self::Load,
        Self::TestInput,
        Self::Run,
        Self::Samples,
        Self::Restore,
        Self::Picture,
        Self::Activate,
    ];

    /// Returns the name of the step.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Describe => "describe",
            Self::Image => "image",
            Self::Attributes => "attributes",
            Self::Load => "load",
            Self::TestInput => "testInput",
            Self::Run => "run",
            Self::Samples => "samples",
            Self::Restore => "restore",
            Self::Picture => "picture",
            Self::Activate => "activate",
        }
    }

    /// Whether a version that the server cannot test has the step.
    pub(super) fn is_of_test(self) -> bool {
        matches!(self, Self::TestInput | Self::Run | Self::Samples | Self::Restore)
    }
}
