'use strict';

// Mistakes about options, models, tags and the history: the call, and the message. Nothing is submitted.

const JOB = '00000000-0000-4000-8000-000000000001';
const TEXTS = { first: { 'input.txt': 'What a lovely day!' } };
const M = ['ed542963de', '1.0.1'];
const AWAIT = ', not a promise: await it first';
const WAITS = 'blockUntilComplete, blockUntilResult, blockUntilAllComplete, jobsAsCompleted, watchJob';
const OF_SUBMITS = [
  'submitJob, submitJobText, submitJobEmbedded, submitJobAWSS3, submitJobAwsS3Folder, submitJobAzureBlob',
  'submitJobStorageGrid, submitJobJDBC, submitJobFile, run and submit',
].join(', ');

module.exports = [
  // Options
  [
    'timeout of a wait',
    (c) => c.blockUntilComplete(JOB, { timeout: 5 }),
    'blockUntilComplete has no option timeout; use waitTimeout or pollInterval',
  ],
  ['timeout of a read', (c) => c.getJob(JOB, { timeout: 5 }), 'getJob has no option timeout; use requestTimeout'],
  [
    'timeout of a submit',
    (c) => c.submitJobText(...M, TEXTS, { timeout: 5 }),
    'submitJobText has no option timeout; use requestTimeout or jobTimeout',
  ],
  [
    'maxRetries of a read',
    (c) => c.getModels(null, { maxRetries: 5 }),
    'getModels has no option maxRetries; use retries',
  ],
  [
    'retries of a wait',
    (c) => c.blockUntilResult(JOB, { retries: 5 }),
    /^blockUntilResult has no option retries, which belongs to new ModzyClient\(…\) and to all methods but .*; use maxOutage$/,
  ],
  [
    'jobTimeout of a wait',
    (c) => c.blockUntilComplete(JOB, { jobTimeout: 300 }),
    `blockUntilComplete has no option jobTimeout, which belongs to ${OF_SUBMITS}; use waitTimeout or requestTimeout`,
  ],
  [
    'waitTimeout of a submit',
    (c) => c.submitJobText({ modelId: 'm', version: 'v', sources: TEXTS, waitTimeout: 5 }),
    `submitJobText has no option waitTimeout, which belongs to ${WAITS} and run; use jobTimeout or requestTimeout`,
  ],
  [
    'pollInterval of a read',
    (c) => c.getJob(JOB, { pollInterval: 5 }),
    `getJob has no option pollInterval, which belongs to ${WAITS}, updateProcessingEngines, deployModel, waitForImage, waitForTest, waitForEngines and run; its options are headers, requestTimeout, retries and signal`,
  ],
  [
    'concurrency of a wait for one job',
    (c) => c.blockUntilComplete(JOB, { concurrency: 5 }),
    /^blockUntilComplete has no option concurrency, which belongs to blockUntilAllComplete and jobsAsCompleted; its options are /,
  ],
  [
    'limit of a page',
    (c) => c.getJobHistory({ limit: 5 }),
    'getJobHistory has no option limit, which belongs to listUsers, listProjects, listJobs, listJobHistory, findJobs, listModelVersions and listModels; its options are headers, requestTimeout, retries and signal',
  ],
  [
    'limits of a listing',
    (c) => c.listModels(null, { limits: 5 }).toArray(),
    'listModels has no option limits; use limit',
  ],
  [
    'maxSockets of a call',
    (c) => c.getFeatures({ maxSockets: 5 }),
    'getFeatures has no option maxSockets, which belongs to new ModzyClient(…); its options are headers, requestTimeout, retries and signal',
  ],
  [
    'cancelOnAbort of an upload',
    (c) => c.submitJobFile(...M, TEXTS, { cancelOnAbort: true }),
    /^submitJobFile has no option cancelOnAbort, which belongs to .*; its options are /,
  ],
  [
    'jobTimeout of appendInput',
    (c) => c.appendInput(JOB, 'a', 'b', 'c', { jobTimeout: 5 }),
    `appendInput has no option jobTimeout, which belongs to ${OF_SUBMITS}; use requestTimeout`,
  ],
  [
    'headers of pathToDataUrl',
    (c) => c.pathToDataUrl('p', 'a/b', { headers: {} }),
    /^pathToDataUrl has no option headers, which belongs to .*; its options are maxBytes and signal$/,
  ],
  [
    'abortSignal',
    (c) => c.getAllTags({ abortSignal: AbortSignal.abort() }),
    'getAllTags has no option abortSignal; use signal',
  ],
  [
    'a time in place of a signal',
    (c) => c.getJob(JOB, { signal: 5000 }),
    'getJob: the signal param should be an AbortSignal, not a number: AbortSignal.timeout(ms) makes one',
  ],
  [
    'Headers in place of an object',
    (c) => c.getJob(JOB, { headers: new Headers({ 'x-trace': '1' }) }),
    'getJob: the headers param should be an object of strings, not Headers: pass Object.fromEntries(headers)',
  ],
  [
    'onUploadProgress of a download',
    (c) => c.openOutput({ job: JOB, inputKey: 'a', outputName: 'b' }, { onUploadProgress() {} }),
    /; use onDownloadProgress$/,
  ],
  [
    'an AbortController as the signal',
    (c) => c.getJob(JOB, { signal: new AbortController() }),
    'getJob: the signal param should be an AbortSignal, not its controller: pass controller.signal',
  ],
  [
    'seconds as text',
    (c) => c.blockUntilComplete(JOB, { waitTimeout: '60' }),
    'blockUntilComplete: the waitTimeout param should be a number of milliseconds, 0 or more',
  ],
  [
    'the key in the headers',
    (c) => c.getJob(JOB, { headers: { Authorization: 'x' } }),
    `getJob: the headers param should be an object of headers, without one that is the client's own: "Authorization"`,
  ],
  [
    'an option twice',
    (c) => c.getModels({ retries: 1 }, { retries: 1 }),
    'getModels: the option retries is given twice',
  ],
  ['an argument after the options', (c) => c.getJob(JOB, {}, {}), 'getJob takes (jobId, options)'],

  // Models, tags and history
  ['getModel of a number', (c) => c.getModel(7), 'the modelId param should be a string'],
  [
    'getModelVersion of a promise',
    (c) => c.getModelVersion('m', Promise.resolve('v')),
    `the versionId param should be a string${AWAIT}`,
  ],
  [
    'getModelDetails without a version',
    (c) => c.getModelDetails({ modelId: 'm' }),
    'the version param should be a string',
  ],
  ['getModelByName of nothing', (c) => c.getModelByName(''), 'the name param should be a not empty string'],
  [
    'getTagsAndModels of nothing',
    (c) => c.getTagsAndModels(),
    'getTagsAndModels: the tagsId param should be one or more not empty strings',
  ],
  [
    'getModelVersion of ..',
    (c) => c.getModelVersion('m', '..'),
    'getModelVersion: versionId must not be "..", which names no resource',
  ],
  [
    'a flag that is another text',
    (c) => c.getModels({ isActive: 'yes' }),
    'the isActive param should be a boolean or string, which is "true" or "false"',
  ],
  ['a page as text', (c) => c.getJobHistory({ page: '1' }), 'the page param should be a number'],
  [
    'an invalid date',
    (c) => c.getJobHistory({ startDate: new Date(Number.NaN) }),
    'the startDate param should be a valid datetime',
  ],
];
