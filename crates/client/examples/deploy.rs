//! Deploys a model from its container image, and runs it on a text.
//!
//! `MODZY_BASE_URL=… MODZY_API_KEY=… cargo run -p modzy-client --example deploy -- modzy/grpc-echo-model:1.0.0 sample.txt`
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program prints")]

use std::{collections::BTreeMap, env, error::Error};

use modzy_client::{Auth, BaseUrl, Client, DeployOptions, ModelSpec, RequestOptions, SpecInput, TextJob, WaitOptions};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let image = arguments.next().ok_or("give the name of an image")?;
    let sample = arguments.next().ok_or("give the path of a sample")?;
    let root = BaseUrl::host(&env::var("MODZY_BASE_URL")?)?;
    let client = Client::new(root, Auth::api_key(env::var("MODZY_API_KEY")?))?;

    let spec = ModelSpec::new("Echo", "0.0.1", image, vec![SpecInput::new("input", sample)]);
    let version = client
        .deploy_model(&spec, &DeployOptions::default(), |progress| {
            eprintln!("{} {} %", progress.step, progress.percentage);
        })
        .await?;
    let version: serde_json::Value = version.parse()?;
    let model_id = version.pointer("/model/modelId").and_then(|id| id.as_str());

    let texts = BTreeMap::from([("first", BTreeMap::from([("input", "What a lovely day")]))]);
    let job = TextJob::new(model_id.ok_or("a version names its model")?, "0.0.1", texts);
    let receipt = client.submit_job_text(&job, &RequestOptions::default()).await?;
    let job_id = receipt
        .string_member("jobIdentifier")
        .ok_or("a receipt names its job")?;
    let both = client
        .block_until_result(&job_id, &WaitOptions::default(), |_| {})
        .await?;
    println!("{}", both.job.string_member("status").unwrap_or_default());
    Ok(())
}
