//! The deployment of a model.

use modzy_client::{DeployOptions, Document, ModelSpec, Result, Step};
use serde::Deserialize;

use crate::calls::Context;

#[derive(Deserialize)]
struct DeployArgument {
    spec: ModelSpec,
    from: Option<Step>,
    until: Option<Step>,
}

pub(super) async fn deploy_model(context: &Context<'_>) -> Result<Document> {
    let DeployArgument { spec, from, until } = context.argument.parse()?;
    let mut options = DeployOptions::default().wait(context.steps()?);
    if let Some(step) = from {
        options = options.from(step);
    }
    if let Some(step) = until {
        options = options.until(step);
    }
    context
        .client
        .deploy_model(&spec, &options, context.reports.step_listener())
        .await
}
