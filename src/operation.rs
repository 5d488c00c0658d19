//! The operations under their JavaScript names, with an enum for each entry point of the client. Each operation is implemented in
//! the file of its resource.

use std::fmt;

use napi_derive::napi;

/// Operations that read. An abort leaves nothing behind. Unless noted, the argument is the identifier of the job or model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[napi(string_enum = "camelCase")]
pub enum BindingRead {
    /// `GET /jobs/{job}`.
    GetJob,
    /// `GET /jobs`. The argument is the filter.
    GetJobs,
    /// The same, as a page.
    GetJobsPage,
    /// `GET /jobs/{job}` for each. The argument is an array of identifiers.
    GetJobsById,
    /// `GET /jobs/history`. The argument is the filter.
    GetJobHistory,
    /// The same, as a page.
    GetJobHistoryPage,
    /// Scans `GET /jobs/history`. The argument is `{inputKey, since?, modelId?, version?, limit?}`.
    FindJobs,
    /// Opens the journal of a batch, and keeps it until this call's number is aborted. The argument is its path.
    OpenJournal,
    /// Says what to do about a key of a journal. The argument is `{journal, inputKey, settle}`, with the number of the call that opened it.
    TakeKey,
    /// `GET /jobs/features`. No argument.
    GetFeatures,
    /// `GET /resources/processing/engines`. No argument.
    GetProcessingEngineStatus,
    /// `GET /resources/processing/models`. No argument.
    GetProcessingEngineDetails,
    /// `GET /models/processing-engines`. No argument.
    GetMinimumEngines,
    /// `GET /models/requirements/account`. No argument.
    GetHardware,
    /// `GET /models/{model}/versions/{version}/container-image` until the image is there. The argument is `{modelId, version}`.
    WaitForImage,
    /// `GET /models/{model}/versions/{version}/run-process` until the run has ended, likewise.
    WaitForTest,
    /// `GET /resources/processing/engines` until so many are ready. The argument is `{modelId, version, minimum}`.
    WaitForEngines,
    /// `GET /models/all/versions/all`, one page. The argument is the filter.
    GetAllModelVersionsPage,
    /// `GET /results/{job}`.
    GetResult,
    /// `GET /results/{job}`, up to one input. The argument is `{jobId, inputKey}`.
    GetInputResult,
    /// `GET /results/{job}`, as a stream.
    OpenResults,
    /// `GET /results/{job}/datasource/{input}/output/{output}`. The argument is `{jobId, inputKey, outputName}` or `{url}`.
    GetOutputContents,
    /// The same, to a file. The argument is `{output, file}`.
    DownloadOutput,
    /// The same, as a stream. The argument is the output.
    OpenOutput,
    /// `GET /models`. The argument is the filter.
    GetModels,
    /// The same, as a page.
    GetModelsPage,
    /// `GET /models/latest`. No argument.
    GetActiveModels,
    /// `GET /models/{model}`.
    GetModel,
    /// `GET /models`, and `GET /models/{model}` for each that is found. The argument is `{name, activeOnly}`.
    GetModelByName,
    /// `GET /models/{model}/related-models`.
    GetRelatedModels,
    /// `GET /models/{model}/versions`.
    GetModelVersions,
    /// `GET /models/{model}/versions/{version}`. The argument is `{modelId, version}`, as for the samples.
    GetModelVersion,
    /// `GET /models/{model}/versions/{version}/sample-input`.
    GetModelVersionInputSample,
    /// `GET /models/{model}/versions/{version}/sample-output`.
    GetModelVersionOutputSample,
    /// `GET /models/tags`. No argument.
    GetAllTags,
    /// `GET /models/tags/{tag,tag…}`. The argument is an array of identifiers.
    GetTagsAndModels,
    /// `GET /accounting/access-keys/user/{email}`. The argument is the address.
    GetApiKeys,
    /// `GET` of any route. The argument is `{method, path, query: [[name, value]], takesBytes}`.
    RawRead,
    /// `GET /accounting/users`. The argument is the filter.
    GetUsers,
    /// The same, as a page.
    GetUsersPage,
    /// `POST /accounting/users/search`, which changes nothing. The argument is an array of e-mail addresses.
    SearchUsers,
    /// `GET /accounting/projects`. The argument is the filter.
    GetProjects,
    /// The same, as a page.
    GetProjectsPage,
    /// `GET /accounting/projects/{project}`. The argument is its identifier.
    GetProject,
    /// `GET /accounting/teams`. No argument.
    GetTeams,
    /// `GET /accounting/accounts`. No argument.
    GetAccounts,
    /// `GET /accounting/accounts/{account}`. The argument is its identifier.
    GetAccount,
    /// `GET /license`. No argument.
    GetLicense,
    /// `GET /notifications/alerts`. No argument.
    GetAlerts,
    /// `GET /notifications/alerts/{type}`. The argument is the type.
    GetAlertEntities,
    /// `GET /metrics/data-processed`. The argument is the filter, as for the other reports.
    GetDataProcessed,
    /// `GET /metrics/predictions-made`.
    GetPredictionsMade,
    /// `GET /metrics/active-users`.
    GetMostActiveUsers,
    /// `GET /metrics/active-models`.
    GetMostActiveModels,
    /// `GET /metrics/prometheus/{metric}`. The argument is `{metric, beginDate?, endDate?}`.
    GetClusterMetric,
    /// A file as a data URI; sends nothing. The argument is `{path, mimeType, maxBytes}`.
    PathToDataUrl,
}

/// Operations that change something on the server. An abort closes the request, but does not undo the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[napi(string_enum = "camelCase")]
pub enum BindingWrite {
    /// `DELETE /jobs/{job}`. The argument is the job's identifier.
    CancelJob,
    /// `POST /jobs/{job}/{input}/{modelInput}`. The argument is `{jobId, inputKey, inputName, path? | size?, chunkSize?}`.
    AppendInput,
    /// `POST /jobs/{job}/close`. The argument is the job's identifier.
    CloseJob,
    /// Any other request to any route. The argument is `{method, path, query: [[name, value]], body?, takesBytes}`.
    RawWrite,
    /// `GET`, then `PATCH /models/{model}/versions/{version}`. The argument is `{modelId, version, changes}`.
    EditModelVersion,
    /// `PATCH /models/{model}/versions/{version}`, and a wait if requested. The argument is `{modelId, version, minimum, maximum,
    /// wait?}`.
    UpdateProcessingEngines,
    /// The steps of a deployment. The argument is `{spec, from?, until?, resume?}`.
    DeployModel,
    /// `POST /models`. The argument is `{name, version}`.
    CreateModel,
    /// `POST /models/{model}/versions`. The argument is `{modelId, version}`.
    CreateModelVersion,
    /// `PATCH /models/{model}`. The argument is `{modelId, name?, description?, tags?}`.
    DescribeModel,
    /// `POST /models/{model}/versions/{version}/container-image`. The argument is `{modelId, version, image, registryUsername?,
    /// registryPassword?}`.
    PullImage,
    /// `POST /models/{model}/versions/{version}/load-process`. The argument is `{modelId, version}`.
    LoadModel,
    /// `POST /models/{model}/versions/{version}/testInput`. The argument is `{modelId, version, input, file}`.
    SendTestInput,
    /// `POST /models/{model}/versions/{version}/run-process`. The argument is `{modelId, version}`.
    StartTest,
    /// `PUT /models/{model}/versions/{version}/sample-input`. The argument is `{modelId, version, sample}`.
    SetModelVersionInputSample,
    /// `PUT /models/{model}/versions/{version}/sample-output`, likewise.
    SetModelVersionOutputSample,
    /// `POST /models/{model}/image`. The argument is `{modelId, file, description?}`.
    SendPicture,
    /// `PATCH /models/{model}/versions/{version}`, to make it active. The argument is `{modelId, version}`.
    ActivateModelVersion,
    /// `POST /accounting/access-keys/{prefix}/hash`. The argument is the prefix.
    GetKeyBody,
}

/// Operations that submit a job. An abort may cancel the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[napi(string_enum = "camelCase")]
pub enum BindingSubmit {
    /// `POST /jobs`. The argument is the body.
    SubmitJob,
    /// `POST /jobs`. The argument is `{modelId, version, sources, explain?, timeout?}`.
    SubmitJobText,
    /// `POST /jobs`. The argument is `{modelId, version, sources, mediaType?, explain?, timeout?}`. Each source is a data URI, or
    /// the number of a byte array that is passed separately.
    SubmitJobEmbedded,
    /// `POST /jobs`. The argument is `{modelId, version, accessKeyID, secretAccessKey, region, sources, explain?, timeout?}`.
    SubmitJobAwsS3,
    /// The same for folders.
    SubmitJobAwsS3Folder,
    /// `POST /jobs`. The argument is `{modelId, version, storageAccount, storageAccountKey, sources, explain?, timeout?}`.
    SubmitJobAzureBlob,
    /// `POST /jobs`. The argument is `{modelId, version, accessKeyID, secretAccessKey, endpoint, sources, explain?, timeout?}`.
    SubmitJobStorageGrid,
    /// `POST /jobs`. The argument is `{modelId, version, url, username, password, driver, query, explain?, timeout?}`.
    SubmitJobJdbc,
    /// `POST /jobs`, the chunks, and `POST /jobs/{job}/close`. The argument is `{modelId, version, sources: [{inputKey,
    /// inputName, path? | size?}], explain?, timeout?, chunkSize?}`.
    SubmitJobFiles,
    /// A submit of texts or an upload, whichever the inputs need. The argument is `{model, isSingle, inputs: [{inputKey,
    /// inputName, text? | path? | size?}], explain?, timeout?, chunkSize?}`.
    Submit,
    /// The same, `GET /jobs/{job}` until the job is final, and `GET /results/{job}`. The argument has also `failures?`.
    Run,
}

/// Operations that wait for a job. An abort may cancel the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::enum_variant_names,
    reason = "they are the names of the operations in JavaScript"
)]
#[napi(string_enum = "camelCase")]
pub enum BindingWait {
    /// `GET /jobs/{job}` until the job is final.
    BlockUntilComplete,
    /// `GET /jobs/{job}` until the job is final, then `GET /results/{job}`.
    BlockUntilResult,
    /// The same, but only the results of a job that has completed; their failure is returned beside the job.
    BlockUntilOutcome,
}

/// An operation that takes an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// By `startRead`.
    Read(BindingRead),
    /// By `startWrite`.
    Write(BindingWrite),
    /// By `startSubmit`.
    Submit(BindingSubmit),
}

/// Writes the JavaScript name.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Read(read) => format!("{read:?}"),
            Self::Write(write) => format!("{write:?}"),
            Self::Submit(submit) => format!("{submit:?}"),
        };
        let mut letters = name.chars();
        let first = letters.next().map(|letter| letter.to_ascii_lowercase());
        write!(f, "{}{}", first.unwrap_or_default(), letters.as_str())
    }
}
