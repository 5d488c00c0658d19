//! The operations, as JavaScript names them. What each does is in the file of its resource.

use napi_derive::napi;

/// A call of the client. The argument of `start` is the job's identifier, but for the submits, where it is JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[napi(string_enum = "camelCase")]
pub enum BindingOperation {
    /// `GET /jobs/{job}`.
    GetJob,
    /// `DELETE /jobs/{job}`.
    CancelJob,
    /// `DELETE /jobs/{job}` within five seconds, for a job whose receipt came after it was given up.
    CancelAbandoned,
    /// `POST /jobs`. The argument is the body.
    SubmitJob,
    /// `POST /jobs`. The argument is `{modelId, version, sources, explain?, timeout?}`.
    SubmitJobText,
    /// `POST /jobs`. The argument is `{modelId, version, sources, mediaType?, explain?, timeout?}`, where a value is a data
    /// URI, or the number of one of the byte arrays that come along.
    SubmitJobEmbedded,
    /// `POST /jobs`. The argument is `{modelId, version, accessKeyID, secretAccessKey, region, sources, explain?, timeout?}`.
    SubmitJobAwsS3,
    /// `POST /jobs`. The argument is `{modelId, version, url, username, password, driver, query, explain?, timeout?}`.
    SubmitJobJdbc,
    /// `POST /jobs`, the chunks, and `POST /jobs/{job}/close`. The argument is `{modelId, version, sources: [{inputKey,
    /// inputName, path? | size?}], explain?, timeout?, chunkSize?}`.
    SubmitJobFiles,
    /// `POST /jobs/{job}/{input}/{modelInput}`. The argument is `{jobId, inputKey, inputName, path? | size?, chunkSize?}`.
    AppendInput,
    /// `POST /jobs/{job}/close`.
    CloseJob,
    /// `GET /jobs/features`.
    GetFeatures,
    /// `GET /jobs/{job}` until the job is final.
    BlockUntilComplete,
    /// `GET /jobs/{job}` until the job is final, then `GET /results/{job}`. The result is `{job, result}`.
    BlockUntilResult,
    /// `GET /jobs/history`. The argument is the filter.
    GetJobHistory,
    /// The same; the result is `{items, next}`.
    GetJobHistoryPage,
    /// `GET /jobs/{job}` for each. The argument is an array of identifiers.
    GetJobs,
    /// `GET /resources/processing/engines`.
    GetProcessingEngineStatus,
    /// `GET /results/{job}`.
    GetResult,
    /// `GET /results/{job}/datasource/{input}`. The argument is `{jobId, inputKey}`.
    GetInputResult,
    /// `GET /results/{job}/datasource/{input}/output/{output}`. The argument is `{jobId, inputKey, outputName}` or `{url}`,
    /// the result bytes, and their content type as text.
    GetOutputContents,
    /// The same, to a file. The argument is `{output, file}`, the result `{bytes, contentType}`.
    DownloadOutput,
    /// The same, to be read piece by piece. The argument is the output, the result `{opened, contentType, contentLength}`,
    /// where `opened` is for `pullOutput`. Until that has brought the end or a failure, `cancel` closes it by the same number.
    OpenOutput,
    /// The next piece of an open output; nothing at its end.
    PullOutput,
    /// `GET /results/{job}`, to be read as it arrives. The result is `{opened}`, which is for `pullResults` as that of
    /// `openOutput` is for `pullOutput`.
    OpenResults,
    /// The next inputs of open results, each as `{inputKey, status, outputs, error?, metadata}`, with a U+001E between two;
    /// nothing at their end.
    PullResults,
    /// `GET /models`. The argument is the filter.
    GetModels,
    /// The same; the result is `{items, next}`.
    GetModelsPage,
    /// `GET /models/latest`.
    GetActiveModels,
    /// `GET /models/{model}`.
    GetModel,
    /// `GET /models`, and `GET /models/{model}` for each that is found. The argument is `{name, activeOnly}`.
    GetModelByName,
    /// `GET /models/{model}/related-models`.
    GetRelatedModels,
    /// `GET /models/{model}/versions`.
    GetModelVersions,
    /// `GET /models/{model}/versions/{version}`. The argument is `{modelId, version}`, as of the samples.
    GetModelVersion,
    /// `GET /models/{model}/versions/{version}/sample-input`.
    GetModelVersionInputSample,
    /// `GET /models/{model}/versions/{version}/sample-output`.
    GetModelVersionOutputSample,
    /// `GET /models/tags`.
    GetAllTags,
    /// `GET /models/tags/{tag,tag…}`. The argument is an array of identifiers.
    GetTagsAndModels,
    /// `GET /accounting/access-keys/user/{email}`.
    GetApiKeys,
    /// `POST /accounting/access-keys/{prefix}/hash`.
    GetKeyBody,
    /// Ends when the time is over that the cancellation of a job may take; sends nothing.
    Grace,
    /// Ends when a source that JavaScript reads has brought nothing for `idleTimeout`; sends nothing. The result is the ms, as text.
    SourceIdle,
    /// A file as a data URI; sends nothing. The argument is `{path, mimeType}`, the result text.
    PathToDataUrl,
}
