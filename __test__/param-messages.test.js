'use strict';

// The messages of the TypeErrors for invalid params, most of them those of 1.x. Nothing is sent before them.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const modzy = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');

const JOB = '00000000-0000-4000-8000-000000000001';
const SOURCES = { a: { 'input.txt': 'What a lovely day' } };
const none = (count) => Array(count).fill(null);

describe('invalid params', () => {
  const emulator = useEmulator();
  const client = () => new modzy.ModzyClient(emulator.baseURL, emulator.apiKey);
  /** A text of 1.x. */
  const should = (name, expected) => () => new RegExp(`^the ${name} param should be ${expected}$`);
  /** A text of this package, which names the method. */
  const says = (name, expected) => (method) => new RegExp(`^${method}: the ${name} param should be ${expected}$`);

  /** What the messages about sources add, as the source of a pattern. */
  const levels = (leaf, key) =>
    `, as sources have two levels: ${key === undefined ? `{ inputKey: { inputName: ${leaf} } }` : `{ "my-input": { "${key}": ${leaf} } }`}`;

  /** The calls that are refused with a message. */
  const refused = [
    [should('modelId', 'a string'), [['getModels', 7], ['getModels', true], ['getModel'], ['getModelById', null]]],
    [
      should('author', 'a string'),
      [
        ['getModels', null, 7],
        ['getModels', { author: 7 }],
      ],
    ],
    [should('createdByEmail', 'a string'), [['getModels', null, null, 7]]],
    [should('name', 'a string'), [['getModels', ...none(3), 7]]],
    [should('name', 'a not empty string'), [['getModelByName'], ['getModelByName', ''], ['getModelByName', 7]]],
    [should('description', 'a string'), [['getModels', ...none(4), 7]]],
    [
      should('isActive', 'a boolean or string'),
      [
        ['getModels', ...none(5), 1],
        ['getModels', { isActive: 1 }],
      ],
    ],
    [should('isExpired', 'a boolean or string'), [['getModels', ...none(6), 1]]],
    [should('isRecommended', 'a boolean or string'), [['getModels', ...none(7), 1]]],
    [should('isFeatured', 'a boolean or string'), [['getModels', { isFeatured: 1 }]]],
    [should('lastActiveDateTime', 'a datetime or string'), [['getModels', ...none(8), 1]]],
    [should('expirationDateTime', 'a datetime or string'), [['getModels', ...none(9), 1]]],
    [should('expirationDateTime', 'a valid datetime'), [['getModels', ...none(9), new Date(Number.NaN)]]],
    [
      should('page', 'a number'),
      [
        ['getModels', ...none(10), '1'],
        ['getModels', { page: Number.NaN }],
      ],
    ],
    [
      should('perPage', 'a number'),
      [
        ['getModels', ...none(11), '1'],
        ['getJobHistory', ...none(7), '1'],
      ],
    ],
    [
      should('direction', 'a string'),
      [
        ['getModels', ...none(12), 1],
        ['getJobHistory', { direction: 1 }],
      ],
    ],
    [
      should('sortBy', 'a string'),
      [
        ['getModels', ...none(13), 1],
        ['getJobHistory', ...none(9), 1],
      ],
    ],
    [
      should('user', 'a string'),
      [
        ['getJobHistory', 7],
        ['getJobHistory', { user: 7 }],
      ],
    ],
    [should('accessKey', 'a string'), [['getJobHistory', null, 7]]],
    [should('startDate', 'a datetime or string'), [['getJobHistory', null, null, 7]]],
    [
      should('endDate', 'a datetime or string'),
      [
        ['getJobHistory', ...none(3), 7],
        ['getJobHistory', { endDate: 7 }],
      ],
    ],
    [should('startDate', 'a valid datetime'), [['getJobHistory', { startDate: new Date(Number.NaN) }]]],
    [should('jobIdentifiers', 'a string'), [['getJobHistory', ...none(4), 7]]],
    [
      should('jobIdentifiers', 'an array of job identifiers, or a string'),
      [
        ['getJobHistory', ...none(4), ['Sentiment Analysis']],
        ['getJobHistory', ...none(4), [JOB, 7]],
      ],
    ],
    [should('model', 'a string'), [['getJobHistory', { model: [JOB] }]]],
    [should('status', 'a string'), [['getJobHistory', ...none(5), 7]]],
    [
      should('versionId', 'a string'),
      [
        ['getModelVersion', 'm'],
        ['getModelVersionInputSample', 'm', 7],
      ],
    ],
    [should('version', 'a string'), [['getModelDetails', { modelId: 'm' }]]],
    [says('tagsId', 'one or more not empty strings'), [['getTagsAndModels'], ['getTagsAndModels', 'a', '']]],
    [
      says('tagsId', 'a string'),
      [
        ['getTagsAndModels', 'a', 7],
        ['getTagsAndModels', ['a', null]],
      ],
    ],
    [should('mediaType', 'a string'), [['submitJobEmbedded', 'm', 'v', null, SOURCES]]],
    [
      says('embeddedSources', `an object with members${levels('source')}`),
      [['submitJobEmbedded', 'm', 'v', 'a/b', 'text']],
    ],
    [
      says('fileSources', `an object with members${levels('source')}`),
      [
        ['submitJobFile', 'm', 'v'],
        ['submitJobFiles', 'm', 'v', []],
      ],
    ],
    [
      says('sources', `an object with members${levels('source')}`),
      [['submitJobFile', { modelId: 'm', version: 'v', sources: {} }]],
    ],
    [
      says('textSources\\["input.txt"\\]', `an object with members${levels('text', 'input.txt')}`),
      [
        ['submitJobText', 'm', 'v', { 'input.txt': 'text' }],
        ['submitJobText', 'm', 'v', { 'input.txt': {} }],
      ],
    ],
    [
      says('sources\\["a"\\]', `an object with members${levels('text', 'a')}`),
      [['submitJobText', { modelId: 'm', version: 'v', sources: { ...SOURCES, a: null } }]],
    ],
    [
      says('awss3Sources\\["a"\\]', `an object with members${levels('{ bucket, key }', 'a')}`),
      [['submitJobAWSS3', 'm', 'v', 'i', 's', 'r', { a: 'b' }]],
    ],
    [should('secretAccessKey', 'a string'), [['submitJobAWSS3', 'm', 'v', 'id', 7, 'r', SOURCES]]],
    [should('region', 'a string'), [['submitJobAwsS3', 'm', 'v', 'id', 'secret', 7, SOURCES]]],
    [should('query', 'a string'), [['submitJobJDBC', 'm', 'v', 'url', 'user', 'password', 'driver']]],
    [says('inputValue', 'a path or bytes'), [['appendInput', JOB, 'key', 'input.txt']]],
    [says('chunkSize', 'a whole number, 1 or more'), [['appendInput', JOB, 'key', 'input.txt', './path', 1.5]]],
    [says('job', 'a job, or the identifier of a job'), [['closeJob'], ['closeOpenJob', 7], ['blockUntilResult', {}]]],
    [
      says('job', 'a job, or the identifier of a job, not a promise: await it first'),
      [['blockUntilComplete', Promise.resolve(JOB)]],
    ],
    [says('timeout', 'a number of milliseconds, 0 or more'), [['blockUntilJobComplete', JOB, { timeout: '5' }]]],
    [
      says('inputKey', 'a not empty string'),
      [
        ['getInputResult', JOB],
        ['getInputResult', JOB, ''],
      ],
    ],
    [should('outputName', 'a not empty string'), [['getOutputContents', { jobId: JOB, inputKey: 'a' }]]],
    [
      says('responseType', '"json" or "blob" or "arraybuffer"'),
      [['getOutputContents', { jobId: JOB, inputKey: 'a', outputName: 'b', responseType: 'text' }]],
    ],
    [should('mimeType', 'a string'), [['pathToDataUrl', './path']]],
    [says('file', 'a Blob or File'), [['fileToDataUrl', './path'], ['fileToDataUrl']]],
    [says('concurrency', 'a whole number, 1 or more'), [['blockUntilAllComplete', [JOB], { concurrency: 0 }]]],
    [says('onUploadProgress', 'a function'), [['submitJobFile', 'm', 'v', SOURCES, { onUploadProgress: 5 }]]],
    [
      /^getModels takes \(modelId, .*, sortBy, options\) or \(\{ modelId, .*, sortBy \}, options\), but not both/,
      [
        ['getModels', 'm', { retries: 1 }],
        ['getModels', { name: 'a' }, 'author'],
        ['getModels', { name: 'a' }, null, {}],
        ['getModels', ...none(14), {}, {}],
      ],
    ],
    [
      /^getJobHistory takes \(user, .*, sortBy, options\) or \(\{ user, .*, model \}, options\), but not both/,
      [
        ['getJobHistory', null, null, { page: 1 }],
        ['getJobHistory', ...none(10), {}, {}],
      ],
    ],
    [/^submitJobEmbedded takes \(/, [['submitJobEmbedded', 'm', 'v', SOURCES]]],
    [
      /^getOutputContents takes \(\{ jobId, inputKey, outputName, responseType, url, job }, options\)$/,
      [['getOutputContents', JOB]],
    ],
    [/^getAllModels takes \(options\)$/, [['getAllModels', null, {}]]],
    [/^getActiveModels: the options should be a plain object$/, [['getActiveModels', 'all']]],
    [/^getModels: the option retries is given twice$/, [['getModels', { retries: 1 }, { retries: 1 }]]],
    [/^appendInput: the option chunkSize is given twice$/, [['appendInput', JOB, 'a', 'b', 'c', 5, { chunkSize: 5 }]]],
    [/pollInterval is given twice/, [['blockUntilJobComplete', JOB, { timeout: 5, pollInterval: 5 }]]],
    [
      /^blockUntilComplete has no option timeout; use waitTimeout or pollInterval$/,
      [['blockUntilComplete', JOB, { timeout: 5 }]],
    ],
  ];
  for (const [message, calls] of refused) {
    for (const [method, ...args] of calls) {
      const pattern = typeof message === 'function' ? message(method) : message;
      it(`${method} refuses ${JSON.stringify(args)}: ${pattern.source}`, async () => {
        await assert.rejects(client()[method](...args), (error) => {
          assert.ok(error instanceof TypeError, `${error}`);
          assert.match(error.message, pattern);
          return true;
        });
        assert.equal((await emulator.requests()).length, 0);
      });
    }
  }

  it('the methods of an AccountingClient refuse values that are not strings', async () => {
    const accounts = new modzy.AccountingClient(emulator.baseURL, emulator.apiKey);
    await assert.rejects(accounts.getAPIKeys(7), { message: should('email', 'a not empty string')() });
    await assert.rejects(accounts.getKeyBody(''), { message: should('key', 'a not empty string')() });
  });
});
