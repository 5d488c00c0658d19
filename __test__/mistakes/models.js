'use strict';

// Mistakes about running and deploying models, and about inputs that the server fetches: the call, and the message. Nothing is
// submitted.

const { open } = require('node:fs/promises');

const M = ['ed542963de', '1.0.1'];
const S3 = ['AKIA', 'aSecretKey', 'us-east-1'];
const SOURCE = { a: { 'input.txt': { bucket: 'b', key: 'k' } } };
const LEAF = 'a text, bytes, a Blob, a stream or a file: URL';
const LEVELS = '{ [inputName]: source } or { [inputKey]: { [inputName]: source } }';
const FOR_STRINGS = 'a text is { [inputName]: text }, and a file { [inputName]: pathToFileURL(path) }';
const MODEL = 'param should be a string: "<model>", or "<model>@<version>" for a certain version';

module.exports = [
  ['no inputs', (c) => c.run(M[0], {}), 'run: the inputs param should be an object with members'],
  [
    'a text as the inputs',
    (c) => c.run(M[0], 'What a day'),
    `run: the inputs param should be a plain object: ${LEVELS}, not a string: ${FOR_STRINGS}`,
  ],
  [
    'a path as the inputs',
    (c) => c.submit(M[0], 'photo.jpg'),
    `submit: the inputs param should be a plain object: ${LEVELS}, not a string: ${FOR_STRINGS}`,
  ],
  [
    'bytes as the inputs',
    (c) => c.run(M[0], Buffer.from('What a day')),
    `run: the inputs param should be a plain object: ${LEVELS}`,
  ],
  [
    'a version as the inputs',
    (c) => c.run(M[0], '1.0.1', { 'input.txt': 'What a day' }),
    `run: the inputs param should be a plain object: ${LEVELS}, not a version, which is part of the model: "<model>@<version>"`,
  ],
  [
    'an array of inputs',
    (c) => c.run(M[0], [{ 'input.txt': 'What a day' }]),
    `run: the inputs param should be a plain object: ${LEVELS}, not an array: each of several inputs has a key`,
  ],
  [
    'the version as an option',
    (c) => c.run(M[0], { 'input.txt': 'What a day' }, { version: M[1] }),
    'run has no option version; write the version behind the model: "<model>@<version>"',
  ],
  [
    'the key of an input as an option',
    (c) => c.submit(M[0], { 'input.txt': 'What a day' }, { inputKey: 'review' }),
    'submit has no option inputKey; write the key in the inputs: { [inputKey]: { [inputName]: source } }',
  ],
  [
    'the name of an input as an option',
    (c) => c.run(M[0], { text: 'What a day' }, { inputName: 'input.txt' }),
    'run has no option inputName; write the name in the inputs: { [inputName]: source }',
  ],
  [
    'a file that does not exist',
    (c) => c.run(M.join('@'), { 'input.txt': new URL('file:///no/such/file.txt') }),
    /^the input "job", "input\.txt" cannot be opened: .*file\.txt: No such file[^;]*$/,
  ],
  [
    'a stream that something else reads',
    (c) => {
      const stream = new Blob(['What a day']).stream();
      stream.getReader();
      return c.run(M[0], { 'input.txt': stream });
    },
    'run: the inputs["input.txt"] param should be a stream that nothing else reads: it is locked to a reader',
  ],
  ['an object as the model', (c) => c.run({ identifier: M[0], version: M[1] }, { a: 'x' }), `run: the model ${MODEL}`],
  ['one object as all arguments', (c) => c.submit({ model: M[0], inputs: { a: 'x' } }), `submit: the model ${MODEL}`],
  [
    'several texts as an input',
    (c) => c.run(M[0], { 'input.txt': ['a', 'b'] }),
    `run: the inputs["input.txt"] param should be ${LEAF}, not an array: each of several inputs has a key`,
  ],
  [
    'a response as an input',
    (c) => c.run(M[0], { image: new Response('x') }),
    `run: the inputs["image"] param should be ${LEAF}, not a response: pass its body`,
  ],
  [
    'an open file as an input',
    async (c) => {
      const handle = await open(__filename);
      try {
        return await c.run(M[0], { image: handle });
      } finally {
        await handle.close();
      }
    },
    `run: the inputs["image"] param should be ${LEAF}, not an open file: pass handle.createReadStream()`,
  ],
  [
    'an input that is not set',
    (c) => c.run(M[0], { 'input.txt': undefined }),
    `run: the inputs["input.txt"] param should be ${LEAF}, not undefined`,
  ],
  [
    'an input that is null',
    (c) => c.submitJobFile(...M, { a: { 'input.txt': null } }),
    'submitJobFile: the fileSources["a"]["input.txt"] param should be a path, a file: URL, bytes, a Blob or a stream, not null',
  ],
  [
    'a promise as an input',
    (c) => c.run(M[0], { 'input.txt': Promise.resolve('What a day') }),
    `run: the inputs["input.txt"] param should be ${LEAF}, not a promise: await it first`,
  ],
  [
    'inputs of two levels and of one',
    (c) => c.run(M[0], { a: { 'input.txt': 'What a day' }, b: 'What a night' }),
    `run: the inputs param should be of one level or of two, ${LEVELS}: inputs["a"] is an object, and inputs["b"] is not`,
  ],
  [
    'a number as an input',
    (c) => c.submit(M[0], { 'input.txt': 7 }),
    `submit: the inputs["input.txt"] param should be ${LEAF}`,
  ],
  [
    'an empty version behind a model',
    (c) => c.submit(`${M[0]}@`, { 'input.txt': 'What a day' }),
    'submit: model has no version after the @; it is an identifier ("ed542963de", for the latest active version) or names a version ("ed542963de@1.0.1")',
  ],
  [
    'a URL as a route',
    (c) => c.request({ method: 'GET', path: 'https://modzy.example/api/jobs' }),
    'request: route.path must begin with a slash, as in "/jobs/history": it is a path below the root of the API, not a URL',
  ],
  [
    'a flat object of an S3 folder',
    (c) => c.submitJobAwsS3Folder(...M, ...S3, SOURCE.a),
    'submitJobAwsS3Folder: the awss3Sources["input.txt"] param should be an object with members, as sources have two levels: ' +
      '{ "my-input": { "input.txt": { bucket, key } } }',
  ],
  [
    'a flat blob',
    (c) =>
      c.submitJobAzureBlob(...M, 'account', 'aSecretKey', { 'input.txt': { container: 'b', filePath: 'a/1.txt' } }),
    'submitJobAzureBlob: the azureSources["input.txt"] param should be an object with members, as sources have two levels: ' +
      '{ "my-input": { "input.txt": { container, filePath } } }',
  ],
  [
    'a blob without a path',
    (c) => c.submitJobAzureBlob(...M, 'account', 'aSecretKey', { a: { 'input.txt': { container: 'b' } } }),
    'submitJobAzureBlob: the azureSources["a"]["input.txt"].filePath param should be a string',
  ],
  [
    'an endpoint without a scheme',
    (c) => c.submitJobStorageGrid(...M, 'AKIA', 'aSecretKey', 'grid.example:8082', SOURCE),
    'submitJobStorageGrid: endpoint must be a URL that begins with https:// or http://',
  ],
  [
    'numbers of engines in positions',
    (c) => c.updateProcessingEngines(...M, 1, 2),
    'updateProcessingEngines takes ({ modelId, version, minimum, maximum, wait }, options)',
  ],
  [
    'a deployment without inputs',
    (c) => c.deployModel({ name: 'n', version: '1.0.0', image: 'registry.example/n:1', inputs: [] }),
    'deployModel: inputs must have at least one input',
  ],
  [
    'a pull in positions',
    (c) => c.pullImage(...M, 'registry.example/n:1'),
    'pullImage takes ({ modelId, version, image, registryUsername, registryPassword }, options)',
  ],
  [
    'the time of a wait for a job in the wait for a step',
    (c) => c.waitForImage({ modelId: 'm', version: '1.0.0', waitTimeout: 1000 }),
    'waitForImage has no option waitTimeout, which belongs to blockUntilComplete, blockUntilResult, blockUntilAllComplete, jobsAsCompleted, watchJob and run; use stepTimeout or requestTimeout',
  ],
  [
    'an empty version of a load',
    (c) => c.loadModel({ modelId: 'm', version: '' }),
    'loadModel: the version param should be a not empty string',
  ],
  [
    'a misspelled limit of a run on the samples',
    (c) => c.waitForTest({ modelId: 'm', version: '1.0.0' }, { stepTimout: 1000 }),
    'waitForTest has no option stepTimout; use stepTimeout',
  ],
  [
    'engines without a minimum',
    (c) => c.waitForEngines({ modelId: 'm', version: '1.0.0' }),
    'waitForEngines: the minimum param should be a whole number from 0 to 4294967295',
  ],
];
