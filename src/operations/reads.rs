//! The calls that can be left at any moment: those that read, and those of which nobody has to know whether they arrived.

use modzy_client::{Error, Result, path_to_data_uri};

use super::{
    Asked, BindingOperation as Op,
    arguments::{FileArgument, InputArgument, NameArgument, VersionArgument, append, read},
    outputs, results,
};
use crate::calls::Value;

/// Makes a call that can be left at any moment.
pub(crate) async fn reads(operation: Op, asked: &Asked<'_>) -> Result<Value> {
    let Asked {
        client,
        argument,
        request,
        call,
        options,
        ..
    } = *asked;
    // The large ones on the heap: room for them would be made for every small one.
    let document = match operation {
        Op::GetOutputContents => return Box::pin(outputs::contents(client, read(argument)?, request)).await,
        Op::DownloadOutput => {
            return Box::pin(outputs::download(client, read(argument)?, request, call, options)).await;
        }
        Op::OpenOutput => return Box::pin(outputs::open(client, read(argument)?, request, call, options)).await,
        Op::PullOutput => return Box::pin(outputs::pull(read(argument)?, call, options)).await,
        Op::OpenResults => return Box::pin(results::open(client, argument, request, call, options)).await,
        Op::PullResults => return Box::pin(results::pull(read(argument)?, call, options)).await,
        Op::PathToDataUrl => {
            let FileArgument { path, mime_type } = read(argument)?;
            let reading = tokio::task::spawn_blocking(move || path_to_data_uri(path.as_ref(), &mime_type));
            let read = reading.await.map_err(|error| Error::Internal(error.to_string()))?;
            return Ok(read?.into());
        }
        Op::GetJob => client.get_job(argument, request).await,
        Op::CancelJob => client.cancel_job(argument, request).await,
        Op::AppendInput => {
            Box::pin(append(
                client,
                read(argument)?,
                call,
                request,
                call.upload_listener(options),
            ))
            .await
        }
        Op::CloseJob => client.close_job(argument, request).await,
        Op::GetFeatures => client.get_features(request).await,
        Op::GetJobHistory => client.get_job_history(&read(argument)?, request).await,
        Op::GetJobHistoryPage => client.get_job_history_page(&read(argument)?, request).await,
        Op::GetJobs => client.get_jobs(&read::<Vec<String>>(argument)?, request).await,
        Op::GetProcessingEngineStatus => client.get_processing_engine_status(request).await,
        Op::GetResult => client.get_result(argument, request).await,
        Op::GetInputResult => {
            let InputArgument { job_id, input_key } = read(argument)?;
            client.get_input_result(&job_id, &input_key, request).await
        }
        Op::GetModels => client.get_models(&read(argument)?, request).await,
        Op::GetModelsPage => client.get_models_page(&read(argument)?, request).await,
        Op::GetActiveModels => client.get_active_models(request).await,
        Op::GetModel => client.get_model(argument, request).await,
        Op::GetModelByName => {
            let NameArgument { name, active_only } = read(argument)?;
            client.get_model_by_name(&name, active_only, request).await
        }
        Op::GetRelatedModels => client.get_related_models(argument, request).await,
        Op::GetModelVersions => client.get_model_versions(argument, request).await,
        Op::GetModelVersion => {
            let VersionArgument { model_id, version } = read(argument)?;
            client.get_model_version(&model_id, &version, request).await
        }
        Op::GetModelVersionInputSample => {
            let VersionArgument { model_id, version } = read(argument)?;
            client
                .get_model_version_input_sample(&model_id, &version, request)
                .await
        }
        Op::GetModelVersionOutputSample => {
            let VersionArgument { model_id, version } = read(argument)?;
            client
                .get_model_version_output_sample(&model_id, &version, request)
                .await
        }
        Op::GetAllTags => client.get_all_tags(request).await,
        Op::GetTagsAndModels => {
            client
                .get_tags_and_models(&read::<Vec<String>>(argument)?, request)
                .await
        }
        Op::GetApiKeys => client.get_api_keys(argument, request).await,
        Op::GetKeyBody => client.get_key_body(argument, request).await,
        Op::CancelAbandoned
        | Op::BlockUntilComplete
        | Op::BlockUntilResult
        | Op::SubmitJob
        | Op::SubmitJobText
        | Op::SubmitJobEmbedded
        | Op::SubmitJobAwsS3
        | Op::SubmitJobJdbc
        | Op::SubmitJobFiles => Err(Error::Internal("the operation is no read".to_owned())),
    };
    document.map(Value::from)
}
