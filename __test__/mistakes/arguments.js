'use strict';

// Mistakes in the arguments of methods: the call, and the message. Nothing is sent.

const fs = require('node:fs');
const { Readable } = require('node:stream');

const JOB = '00000000-0000-4000-8000-000000000001';
const TEXTS = { first: { 'input.txt': 'What a lovely day!' } };
const M = ['ed542963de', '1.0.1'];
const A_JOB = 'param should be a job, or the identifier of a job';
const AWAIT = ', not a promise: await it first';
const LEVELS = 'param should be an object with members, as sources have two levels: ';
const SOURCE = 'param should be a path, a file: URL, bytes, a Blob or a stream';
const OUTPUT = '{ job, inputKey, outputName } or { url }';
const WAITS = 'blockUntilComplete, blockUntilResult, blockUntilAllComplete, jobsAsCompleted and watchJob';
const OF_SUBMITS = 'submitJob, submitJobText, submitJobEmbedded, submitJobAWSS3, submitJobJDBC and submitJobFile';

const collect = async (iterable) => {
  for await (const item of iterable) {
    return item;
  }
  return undefined;
};
const error = async (outcomes) => {
  throw (await outcomes)[0].error;
};

module.exports = [
  // A job
  ['getJob without a job', (c) => c.getJob(), `getJob: the jobId ${A_JOB}`],
  ['getJob of a promise', (c) => c.getJob(Promise.resolve(JOB)), `getJob: the jobId ${A_JOB}${AWAIT}`],
  ['getJob of an empty identifier', (c) => c.getJob(''), 'getJob: jobId must not be empty'],
  ['getJob of a list', (c) => c.getJob([JOB]), `getJob: the jobId ${A_JOB}`],
  ['cancelJob of a result without an identifier', (c) => c.cancelJob({ id: JOB }), `cancelJob: the jobId ${A_JOB}`],
  ['closeJob of a promise', (c) => c.closeJob(Promise.resolve({})), `closeJob: the job ${A_JOB}${AWAIT}`],
  ['closeOpenJob of a number', (c) => c.closeOpenJob(7), `closeOpenJob: the job ${A_JOB}`],
  ['getResult of a promise', (c) => c.getResult(Promise.resolve({})), `getResult: the jobId ${A_JOB}${AWAIT}`],
  ['getInputResult without a key', (c) => c.getInputResult(JOB), 'the inputKey param should be a not empty string'],
  [
    'streamResults of a promise',
    (c) => collect(c.streamResults(Promise.resolve({}))),
    `streamResults: the job ${A_JOB}${AWAIT}`,
  ],
  [
    'blockUntilComplete of a submit that was not awaited',
    (c) => c.blockUntilComplete(Promise.resolve({})),
    `blockUntilComplete: the job ${A_JOB}${AWAIT}`,
  ],
  [
    'blockUntilJobComplete of nothing',
    (c) => c.blockUntilJobComplete(undefined),
    `blockUntilJobComplete: the job ${A_JOB}`,
  ],
  ['blockUntilResult of nothing', (c) => c.blockUntilResult(null), `blockUntilResult: the job ${A_JOB}`],
  ['watchJob of several jobs', (c) => collect(c.watchJob([JOB])), `watchJob: the job ${A_JOB}`],
  [
    'appendInput to a promise',
    (c) => c.appendInput(Promise.resolve({}), 'a', 'b', 'c'),
    `appendInput: the job ${A_JOB}${AWAIT}`,
  ],
  [
    'blockUntilComplete of ..',
    (c) => c.blockUntilComplete('..'),
    'blockUntilComplete: job must not be "..", which names no resource',
  ],

  // Batches
  [
    'a batch of one identifier',
    (c) => c.blockUntilAllComplete(JOB),
    'blockUntilAllComplete: the jobs param should be an iterable or async iterable of jobs',
  ],
  [
    'a batch of a promise',
    (c) => c.blockUntilAllComplete(Promise.resolve([])),
    `blockUntilAllComplete: the jobs param should be an iterable or async iterable of jobs${AWAIT}`,
  ],
  [
    'a batch of promises',
    (c) => error(c.blockUntilAllComplete([Promise.resolve(JOB)])),
    `blockUntilAllComplete: the jobs[0] ${A_JOB}${AWAIT}`,
  ],
  [
    'a function in a batch that returns nothing',
    (c) => error(c.blockUntilAllComplete([() => {}])),
    'blockUntilAllComplete: the function jobs[0] returned nothing; return a job, a receipt or an identifier, such as the promise of a submit',
  ],
  [
    'a function in a batch that returns a number',
    (c) => error(c.blockUntilAllComplete([() => 7])),
    `blockUntilAllComplete: the jobs[0] ${A_JOB}`,
  ],
  [
    'jobsAsCompleted of nothing',
    (c) => collect(c.jobsAsCompleted()),
    'jobsAsCompleted: the jobs param should be an iterable or async iterable of jobs',
  ],

  // Texts and other sources in the body
  [
    'a flat text',
    (c) => c.submitJobText(...M, { 'input.txt': 'What a day' }),
    `submitJobText: the textSources["input.txt"] ${LEVELS}{ "my-input": { "input.txt": text } }`,
  ],
  [
    'a flat text in an object',
    (c) => c.submitJobText({ modelId: M[0], version: M[1], sources: { 'input.txt': 'What a day' } }),
    `submitJobText: the sources["input.txt"] ${LEVELS}{ "my-input": { "input.txt": text } }`,
  ],
  [
    'a text itself',
    (c) => c.submitJobText(...M, 'What a day'),
    `submitJobText: the textSources ${LEVELS}{ inputKey: { inputName: text } }`,
  ],
  [
    'no texts',
    (c) => c.submitJobText(...M, {}),
    `submitJobText: the textSources ${LEVELS}{ inputKey: { inputName: text } }`,
  ],
  [
    'a list of texts',
    (c) => c.submitJobText(...M, ['What a day']),
    `submitJobText: the textSources ${LEVELS}{ inputKey: { inputName: text } }`,
  ],
  [
    'a promise of texts',
    (c) => c.submitJobText(...M, Promise.resolve(TEXTS)),
    `submitJobText: the textSources ${LEVELS}{ inputKey: { inputName: text } }${AWAIT}`,
  ],
  [
    'a number as a text',
    (c) => c.submitJobText(...M, { a: { b: 7 } }),
    'submitJobText: the textSources["a"]["b"] param should be a string',
  ],
  [
    'a promise as a text',
    (c) => c.submitJobText(...M, { a: { b: Promise.resolve('x') } }),
    `submitJobText: the textSources["a"]["b"] param should be a string${AWAIT}`,
  ],
  [
    'bytes as a text',
    (c) => c.submitJobText(...M, { a: { b: Buffer.from('x') } }),
    'submitJobText: the textSources["a"]["b"] param should be a string, not bytes: decode them, or upload them with submitJobFile',
  ],
  [
    'undefined as a text',
    (c) => c.submitJobText(...M, { a: { b: undefined } }),
    'submitJobText: the textSources["a"]["b"] param should be a string',
  ],
  [
    'submitJobText without a version',
    (c) => c.submitJobText(M[0], TEXTS),
    /^submitJobText takes \(modelId, versionId, textSources, explain, options\) or \(\{ modelId, version, sources, explain \}, options\), but not both$/,
  ],
  ['explain as text', (c) => c.submitJobText(...M, TEXTS, 'true'), 'the explain param should be a boolean'],
  ['submitJob of text', (c) => c.submitJob('text'), 'submitJob: the job param should be an object with members'],
  [
    'submitJob of a promise',
    (c) => c.submitJob(Promise.resolve({})),
    `submitJob: the job param should be an object with members${AWAIT}`,
  ],
  [
    'submitJob with a promise inside',
    (c) => c.submitJob({ input: Promise.resolve({}) }),
    'submitJob: the job.input param should be its value, not a promise: await it first',
  ],
  [
    'submitJob with bytes inside',
    (c) => c.submitJob({ input: Buffer.from('x') }),
    'submitJob: the job.input param should be text: bytes have to be encoded, or uploaded',
  ],
  [
    'a promise as an embedded source',
    (c) => c.submitJobEmbedded(...M, 'a/b', { a: { b: Promise.resolve() } }),
    `submitJobEmbedded: the embeddedSources["a"]["b"] param should be a binary string, bytes or a Blob${AWAIT}`,
  ],
  [
    'a text as a binary string',
    (c) => c.submitJobEmbedded(...M, 'a/b', { a: { b: '€' } }),
    'submitJobEmbedded: the embeddedSources["a"]["b"] param should be a binary string, with one byte a character; pass text as Buffer.from(text)',
  ],
  [
    'bytes in place of a data URL',
    (c) => c.submitJobEmbedded({ modelId: 'm', version: 'v', sources: { a: { b: Buffer.from('x') } } }),
    'submitJobEmbedded: the sources["a"]["b"] param should be a data URI, which pathToDataUrl and fileToDataUrl make',
  ],
  [
    'an S3 key itself',
    (c) => c.submitJobAWSS3(...M, 'i', 's', 'r', { a: 'key' }),
    `submitJobAWSS3: the awss3Sources["a"] ${LEVELS}{ "my-input": { "a": { bucket, key } } }`,
  ],
  [
    'an S3 object without a bucket',
    (c) => c.submitJobAwsS3(...M, 'i', 's', 'r', { a: { b: { key: 'k' } } }),
    'submitJobAwsS3: the awss3Sources["a"]["b"].bucket param should be a string',
  ],
  [
    'submitJobJDBC without a query',
    (c) => c.submitJobJDBC(...M, 'url', 'user', 'password', 'driver'),
    'the query param should be a string',
  ],

  // Files
  [
    'a path itself',
    (c) => c.submitJobFile(...M, './image.png'),
    `submitJobFile: the fileSources ${LEVELS}{ inputKey: { inputName: source } }`,
  ],
  [
    'bytes themselves',
    (c) => c.submitJobFile(...M, Buffer.from('x')),
    `submitJobFile: the fileSources ${LEVELS}{ inputKey: { inputName: source } }`,
  ],
  [
    'a flat path',
    (c) => c.submitJobFile(...M, { image: './image.png' }),
    `submitJobFile: the fileSources["image"] ${LEVELS}{ "my-input": { "image": source } }`,
  ],
  [
    'flat bytes',
    (c) => c.submitJobFiles(...M, { image: Buffer.from('x') }),
    `submitJobFiles: the fileSources["image"] ${LEVELS}{ "my-input": { "image": source } }`,
  ],
  [
    'a URL as a path',
    (c) => c.submitJobFile(...M, { a: { b: 'https://h.example/image.png' } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a path, not a URL: download it first, or pass (await fetch(url)).body',
  ],
  [
    's3: as a path',
    (c) => c.submitJobFile(...M, { a: { b: 's3://bucket/key' } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a path, not a URL: submit objects in S3 with submitJobAWSS3',
  ],
  [
    'the text of a file: URL',
    (c) => c.submitJobFile(...M, { a: { b: 'file:///image.png' } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a path, not the text of a file: URL: pass new URL(…)',
  ],
  [
    'a data URL as a path',
    (c) => c.submitJobFile(...M, { a: { b: 'data:text/plain,x' } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a path, not a data URL: pass its bytes',
  ],
  [
    'a URL of another scheme',
    (c) => c.submitJobFile(...M, { a: { b: new URL('https://h.example') } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a file: URL',
  ],
  [
    '~',
    (c) => c.submitJobFile(...M, { a: { b: '~/image.png' } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a path without "~", which only shells expand: use path.join(os.homedir(), …)',
  ],
  [
    'a promise as a source',
    (c) => c.submitJobFile(...M, { a: { b: fs.promises.readFile(__filename) } }),
    `submitJobFile: the fileSources["a"]["b"] ${SOURCE}${AWAIT}`,
  ],
  [
    'a number as a source',
    (c) => c.submitJobFile(...M, { a: { b: 7 } }),
    `submitJobFile: the fileSources["a"]["b"] ${SOURCE}`,
  ],
  [
    'an array of numbers as a source',
    (c) => c.submitJobFile(...M, { a: { b: [1, 2] } }),
    `submitJobFile: the fileSources["a"]["b"] ${SOURCE}`,
  ],
  [
    'a text as a path',
    (c) => c.submitJobFile(...M, { a: { b: 'What a lovely day!' } }),
    /^the input "a", "b" cannot be opened: .*What a lovely day!: No such file .*; a string is the path of a file: pass a text as Buffer\.from\(text\), or use submitJobText$/,
  ],
  [
    'a promise to appendInput',
    (c) => c.appendInput(JOB, 'a', 'b', Promise.resolve()),
    `appendInput: the inputValue ${SOURCE}${AWAIT}`,
  ],
  [
    'appendInput without a value',
    (c) => c.appendInput(JOB, 'a', 'b'),
    'appendInput: the inputValue param should be a path or bytes',
  ],
  [
    'a URL to pathToDataUrl',
    (c) => c.pathToDataUrl('https://h.example', 'a/b'),
    'pathToDataUrl: the path param should be a path, not a URL: download it first, or pass (await fetch(url)).body',
  ],
  [
    'a path to fileToDataUrl',
    (c) => c.fileToDataUrl('./image.png'),
    'fileToDataUrl: the file param should be a Blob or File',
  ],
  [
    'a stream of strings',
    (c) => c.submitJobFile(...M, { a: { b: Readable.from(['What a day']) } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a stream of bytes, not of strings: encode them, for example with Buffer.from(text)',
  ],
  [
    'a stream with an encoding',
    (c) => c.submitJobFile(...M, { a: { b: fs.createReadStream(__filename, 'utf8') } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a stream of bytes, not of strings: encode them, for example with Buffer.from(text)',
  ],
  [
    'a stream of objects',
    (c) => c.submitJobFile(...M, { a: { b: Readable.from([{ text: 'What a day' }]) } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a stream of bytes, not of other values',
  ],
  [
    'a generator of numbers after another stream',
    (c) =>
      c.submitJobFile(...M, {
        a: {
          b: Readable.from([Buffer.from('x')]),
          c: (async function* () {
            yield 7;
          })(),
        },
      }),
    'submitJobFile: the fileSources["a"]["c"] param should be a stream of bytes, not of other values',
  ],
  [
    'a web stream of strings',
    (c) => c.submitJobFile(...M, { a: { b: new ReadableStream({ start: (s) => s.enqueue('x') }) } }),
    'submitJobFile: the fileSources["a"]["b"] param should be a stream of bytes, not of strings: encode them, for example with Buffer.from(text)',
  ],
  [
    'an empty stream',
    (c) => c.submitJobFile(...M, { a: { b: Readable.from([]) } }),
    'the input "a", "b" is empty, and servers drop an empty input without a word',
  ],

  // Outputs
  [
    'getOutputContents of positions',
    (c) => c.getOutputContents(JOB, 'a', 'b'),
    'getOutputContents takes ({ jobId, inputKey, outputName, responseType, url, job }, options)',
  ],
  [
    'getOutputContents with both',
    (c) => c.getOutputContents({ job: JOB, url: 'https://h.example' }),
    `getOutputContents takes ${OUTPUT}, but not both`,
  ],
  [
    'getOutputContents as text',
    (c) => c.getOutputContents({ job: JOB, inputKey: 'a', outputName: 'b', responseType: 'text' }),
    'getOutputContents: the responseType param should be "json" or "blob" or "arraybuffer"',
  ],
  ['openOutput of a job', (c) => c.openOutput(JOB), `openOutput: the output param should be ${OUTPUT}`],
  [
    'openOutput of a promise',
    (c) => c.openOutput({ job: Promise.resolve(JOB), inputKey: 'a', outputName: 'b' }),
    `openOutput: the output.job ${A_JOB}${AWAIT}`,
  ],
  [
    'openOutput without a name',
    (c) => c.openOutput({ job: JOB, inputKey: 'a' }),
    'openOutput: the output.outputName param should be a not empty string',
  ],
  [
    'downloadOutput without a file',
    (c) => c.downloadOutput({ job: JOB, inputKey: 'a', outputName: 'b' }),
    'downloadOutput: the file param should be a not empty string',
  ],
  [
    'downloadOutput to ~',
    (c) => c.downloadOutput({ job: JOB, inputKey: 'a', outputName: 'b' }, '~/x'),
    'downloadOutput: the file param should be a path without "~", which only shells expand: use path.join(os.homedir(), …)',
  ],

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
    `submitJobText has no option waitTimeout, which belongs to ${WAITS}; use jobTimeout or requestTimeout`,
  ],
  [
    'pollInterval of a read',
    (c) => c.getJob(JOB, { pollInterval: 5 }),
    `getJob has no option pollInterval, which belongs to ${WAITS}; its options are headers, requestTimeout, retries and signal`,
  ],
  [
    'concurrency of a wait for one job',
    (c) => c.blockUntilComplete(JOB, { concurrency: 5 }),
    /^blockUntilComplete has no option concurrency, which belongs to blockUntilAllComplete and jobsAsCompleted; its options are /,
  ],
  [
    'limit of a page',
    (c) => c.getJobHistory({ limit: 5 }),
    'getJobHistory has no option limit, which belongs to listJobHistory and listModels; its options are headers, requestTimeout, retries and signal',
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
    'onUploadProgress of a download',
    (c) => c.openOutput({ job: JOB, inputKey: 'a', outputName: 'b' }, { onUploadProgress() {} }),
    /; use onDownloadProgress$/,
  ],
  [
    'an AbortController as the signal',
    (c) => c.getJob(JOB, { signal: new AbortController() }),
    'getJob: the signal param should be an AbortSignal',
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
  ['a page as text', (c) => c.getJobHistory({ page: '1' }), 'the page param should be a number'],
  [
    'an invalid date',
    (c) => c.getJobHistory({ startDate: new Date(Number.NaN) }),
    'the startDate param should be a valid datetime',
  ],
];
