'use strict';

// The help of an editor while a user types a call: the signatures of both generations, the selected one, and its members.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { openEditor } = require('./support/typescript.js');

/** Opens an editor with a line after a client, in which `|` is the cursor. */
function editor(line) {
  return openEditor(`import { ModzyClient } from 'modzy-client';\ndeclare const client: ModzyClient;\n${line}`);
}

/** Methods with two forms: the first positional parameter, and members of the object. */
const methods = {
  getModels: ['modelId', ['isFeatured', 'perPage', 'sortBy']],
  getJobHistory: ['user', ['startDate', 'perPage', 'direction']],
  submitJobText: ['modelId', ['modelId', 'version', 'sources', 'explain']],
  submitJobEmbedded: ['modelId', ['modelId', 'version', 'sources', 'explain']],
  submitJobFile: ['modelId', ['modelId', 'version', 'sources', 'explain', 'chunkSize']],
  submitJobAwsS3: ['modelId', ['modelId', 'version', 'accessKeyID', 'secretAccessKey', 'region', 'sources']],
  submitJobAzureBlob: ['modelId', ['modelId', 'version', 'storageAccount', 'storageAccountKey', 'sources']],
  submitJobStorageGrid: ['modelId', ['modelId', 'version', 'accessKeyID', 'secretAccessKey', 'endpoint', 'sources']],
  submitJobJDBC: ['modelId', ['modelId', 'version', 'url', 'username', 'password', 'driver', 'query']],
  getModelDetails: ['modelId', ['modelId', 'version']],
};

describe('an editor', () => {
  for (const [method, [first, members]] of Object.entries(methods)) {
    it(`shows both forms of ${method}, and selects the form in use`, () => {
      const { names } = editor(`client.${method}(|`).signatures();
      assert.ok(names.length >= 2, names.join(' | '));
      assert.equal(names[0][0], first);
      // Wrappers and `Parameters<>` see the last signature.
      assert.ok(names.at(-1).length <= 2, names.at(-1));
      assert.equal(editor(`client.${method}('a', |`).signatures().shown[0], first);
      const whole = members.map((member) => `${member}: undefined!`).join(', ');
      assert.deepEqual(editor(`client.${method}({ ${whole} }, |`).signatures().shown, names.at(-1));
      const offered = editor(`client.${method}({ | });`).completions();
      assert.deepEqual(
        members.filter((member) => !offered.includes(member)),
        [],
      );
    });
  }
});
