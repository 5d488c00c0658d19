'use strict';

// Mistakes about jobs, batches and outputs: the call, and the message. Nothing is submitted.

const JOB = '00000000-0000-4000-8000-000000000001';
const A_JOB = 'param should be a job, or the identifier of a job';
const AWAIT = ', not a promise: await it first';
const OUTPUT = '{ job, inputKey, outputName } or { url }';
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
  [
    'getJob without its client',
    ({ getJob }) => getJob(JOB),
    'getJob should be called on a client: write client.getJob(…), or client.getJob.bind(client) to pass it on',
  ],
  [
    'watchJob without its client',
    ({ watchJob }) => collect(watchJob(JOB)),
    'watchJob should be called on a client: write client.watchJob(…), or client.watchJob.bind(client) to pass it on',
  ],
  [
    'listModels without its client',
    ({ listModels }) => collect(listModels()),
    'listModels should be called on a client: write client.listModels(…), or client.listModels.bind(client) to pass it on',
  ],
  [
    'getJob with a callback',
    (c) => c.getJob(JOB, () => {}),
    'getJob: the options should be a plain object, not a callback: methods return promises',
  ],
  [
    'blockUntilComplete of the result of a run',
    (c) => c.blockUntilComplete({ job: { jobIdentifier: JOB }, results: {}, failures: {} }),
    `blockUntilComplete: the job ${A_JOB}, not a result: pass its job`,
  ],
  ['getJob of an empty identifier', (c) => c.getJob(''), 'getJob: jobId must not be empty'],
  ['getJob of a list', (c) => c.getJob([JOB]), `getJob: the jobId ${A_JOB}`],
  ['cancelJob of a result without an identifier', (c) => c.cancelJob({ id: JOB }), `cancelJob: the jobId ${A_JOB}`],
  ['closeJob of a promise', (c) => c.closeJob(Promise.resolve({})), `closeJob: the job ${A_JOB}${AWAIT}`],
  ['closeOpenJob of a number', (c) => c.closeOpenJob(7), `closeOpenJob: the job ${A_JOB}`],
  ['getResult of a promise', (c) => c.getResult(Promise.resolve({})), `getResult: the jobId ${A_JOB}${AWAIT}`],
  [
    'getInputResult without a key',
    (c) => c.getInputResult(JOB),
    'getInputResult: the inputKey param should be a not empty string',
  ],
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
    'a key in a batch without its submit',
    (c) => c.blockUntilAllComplete([{ inputKey: 'a' }]),
    'blockUntilAllComplete: the jobs[0].submit param should be a function: (options) => client.submitJobText(…, options)',
  ],
  [
    'a key in a batch with a submit that is under way',
    (c) => c.blockUntilAllComplete([{ inputKey: 'a', submit: Promise.resolve(JOB) }]),
    'blockUntilAllComplete: the jobs[0].submit param should be a function: (options) => client.submitJobText(…, options)',
  ],
  [
    'a submit in a batch without its key',
    (c) => c.blockUntilAllComplete([{ submit: () => JOB }]),
    'blockUntilAllComplete: the jobs[0].inputKey param should be a not empty string',
  ],
  [
    'jobsAsCompleted of nothing',
    (c) => collect(c.jobsAsCompleted()),
    'jobsAsCompleted: the jobs param should be an iterable or async iterable of jobs',
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
    'downloadOutput to a URL',
    (c) => c.downloadOutput({ job: JOB, inputKey: 'a', outputName: 'b' }, 'https://h.example/x'),
    'downloadOutput: the file param should be a path, not a URL',
  ],
  [
    'downloadOutput to ~',
    (c) => c.downloadOutput({ job: JOB, inputKey: 'a', outputName: 'b' }, '~/x'),
    'downloadOutput: the file param should be a path without "~", which only shells expand: use path.join(os.homedir(), …)',
  ],
];
