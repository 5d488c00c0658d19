'use strict';

// Credentials for other services in a submit: the server may echo them, but no error shows them.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { inspect } = require('node:util');
const { ModzyClient } = require('modzy-client');
const { failure } = require('./support/outcomes.js');
const { serve } = require('./support/server.js');

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const URL_OF_DATABASE = `jdbc:postgresql://db.example:5432/reviews?user=ada&password=${SECRET}`;

const model = { modelId: 'm', version: 'v' };
const object = { a: { input: { bucket: 'b', key: 'k' } } };
const blob = { a: { input: { container: 'c', filePath: 'f' } } };
const database = ['ada', SECRET, 'org.postgresql.Driver', 'select 1'];
const raw = (input) => (client) => client.submitJob({ model: { identifier: 'm', version: 'v' }, input });

/** The submits, by the secret in each. */
const submits = {
  'the secret key of S3, positionally': (client) =>
    client.submitJobAWSS3('m', 'v', 'AKIAIOSFODNN7EXAMPLE', SECRET, 'us-east-1', object),
  'the secret key of S3, in an object': (client) =>
    client.submitJobAwsS3({
      ...model,
      accessKeyID: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: SECRET,
      region: 'us-east-1',
      sources: object,
    }),
  'the secret key of folders in S3': (client) =>
    client.submitJobAwsS3Folder('m', 'v', 'AKIAIOSFODNN7EXAMPLE', SECRET, 'us-east-1', object),
  'the account key of Azure, positionally': (client) => client.submitJobAzureBlob('m', 'v', 'an account', SECRET, blob),
  'the account key of Azure, in an object': (client) =>
    client.submitJobAzureBlob({ ...model, storageAccount: 'an account', storageAccountKey: SECRET, sources: blob }),
  'the secret key of StorageGRID': (client) =>
    client.submitJobStorageGrid('m', 'v', 'AKIAIOSFODNN7EXAMPLE', SECRET, 'https://grid.example', object),
  'the signature in the endpoint of StorageGRID': (client) =>
    client.submitJobStorageGrid('m', 'v', 'an id', 'a key', `https://grid.example/?sig=${SECRET}`, object),
  'the password of JDBC, positionally': (client) => client.submitJobJDBC('m', 'v', 'jdbc:x', ...database),
  'the password of JDBC, in an object': (client) =>
    client.submitJobJDBC({ ...model, url: 'jdbc:x', username: 'ada', password: SECRET, driver: 'd', query: 'q' }),
  'the URL of JDBC': (client) => client.submitJobJDBC('m', 'v', URL_OF_DATABASE, 'ada', 'a password', 'd', 'q'),
  'the secret key of a body for S3': raw({ type: 'aws-s3-folder', secretAccessKey: SECRET }),
  'the account key of a body for Azure': raw({ type: 'azureblob', storageAccount: 'a', storageAccountKey: SECRET }),
  'the secret key of a body for StorageGRID': raw({ type: 'storage-grid', secretAccessKey: SECRET }),
  'the password of a body for JDBC': raw({ type: 'jdbc', url: 'jdbc:x', password: SECRET }),
  'the URL of a body for JDBC': raw({ type: 'jdbc', url: URL_OF_DATABASE }),
  'the secret key of a body, as AWS spells it': raw({ type: 'aws-s3', SecretAccessKey: SECRET }),
  'the session token of a body for S3': raw({ type: 'aws-s3', sessionToken: SECRET }),
  'the session token of a body, in small letters': raw({ type: 'aws-s3', aws_session_token: SECRET }),
  'the SAS token of a body for Azure': raw({ type: 'azureblob', sasToken: SECRET }),
  'the SAS token of a source, in capitals': raw({ type: 'azureblob', sources: { a: { b: { SASTOKEN: SECRET } } } }),
  'the secret keys of a body, in a list': raw({ type: 'x', secretAccessKeys: [{ secretAccessKey: SECRET }] }),
  'the passwords of a body, in a list of lists': raw({ type: 'x', passwords: [['one of many', SECRET]] }),
  'the signature of a URL': raw({ type: 'azureblob', containerUrl: `https://a.example/c?sv=1&sig=${SECRET}` }),
  'the key in the connection string of a body': raw({
    type: 'x',
    connectionString: `AccountName=a;AccountKey=${SECRET}`,
  }),
  'a password in an object': raw({ password: { value: SECRET } }),
  'a text deep among credentials': raw({ credentials: { user: { anything: [{ text: SECRET }] } } }),
  'the value of a pair': raw({ env: [{ name: 'password', value: SECRET }] }),
  'the value of a pair, in another order': raw({ headers: [{ value: [SECRET], key: 'X-Api-Key' }] }),
  'a header in a list': raw({ headers: [['Authorization', SECRET]] }),
  'a line of a header': raw({ headers: [`X-Api-Key: ${SECRET}`] }),
  'the token of a header': raw({ headers: { Authorization: `Bearer ${SECRET}` } }),
  'a signed URL of any name': raw({ callback: `https://b.s3.example/o?X-Amz-Expires=9&X-Amz-Signature=${SECRET}` }),
  'a credential in JSON within a text': raw({ config: JSON.stringify({ private_key: SECRET }) }),
  'a signed URL in a text': (client) =>
    client.submitJobText('m', 'v', { a: { 'input.txt': `see https://a.example/c?sv=1&sig=${SECRET}` } }),
};
const names =
  'jwt cookie bearer authorization accessKey accessKeyId encryptionKey privateKey connectionString signature sig db_password dbPassword x-api-key X_API_KEY storageKey kubeconfig sas_url primaryKey secondaryKey';
for (const name of names.split(' ')) {
  submits[`the value of ${name}`] = raw({ [name]: SECRET });
}

/** Submits with a text that is secret only in part. */
const partial = new Set(['a line of a header', 'a credential in JSON within a text', 'a signed URL in a text']);

/** Returns all texts in a value. */
const textsIn = (value) =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [value].filter(isText);
const isText = (value) => typeof value === 'string';

/** The ways in which a server may echo an input. */
const echoes = {
  unchanged: (input) => JSON.stringify({ statusCode: 400, message: `refused: ${input}` }),
  'with escapes of JSON': (input) =>
    JSON.stringify({ message: `refused: ${input}` })
      .replaceAll('/', '\\/')
      .replaceAll('w', '\\u0077'),
  'in capitals': (input) => JSON.stringify({ message: `refused: ${input.toUpperCase()}` }),
  'in base64 and in hexadecimal': (input) =>
    JSON.stringify({
      message: `refused: ${['base64', 'base64url', 'hex'].map((each) => Buffer.from(input).toString(each)).join(' ')}`,
    }),
  'in a part': () => JSON.stringify({ message: `refused: ${SECRET} of ada` }),
  'in a page': (input) => `<html>refused: ${input}</html>`,
};

describe('an error of a submit never shows', () => {
  for (const [name, submit] of Object.entries(submits)) {
    it(`${name}, however the server echoes it`, async (t) => {
      let echoed;
      const server = await serve(t, {
        'POST /api/jobs': ({ body }) => {
          const { input } = JSON.parse(body.toString());
          const values = textsIn(input).filter((value) => value.includes(SECRET));
          assert.equal(values.length, 1);
          return { status: 400, headers: { 'x-request-id': values[0] }, body: echoed(values[0]) };
        },
      });
      const client = new ModzyClient(server.baseURL, 'aPrefix.aSecretBody');
      for (const [way, echo] of Object.entries(echoes)) {
        echoed = echo;
        const error = await failure(submit(client));
        assert.equal(error.code, 400);
        const shown = [
          inspect(error, { showHidden: true, depth: 9, getters: true }),
          JSON.stringify(error),
          String(error),
          error.stack,
          JSON.stringify(error.error),
          JSON.stringify(error.body),
          String(error.requestId),
        ].join('\n');
        assert.match(shown, partial.has(name) ? /refused: .*\*\*\*/ : /refused: \*\*\*/, `${name} ${way}`);
        const plain = shown.replaceAll('\\\\', '\\').replaceAll('\\/', '/').replaceAll('\\u0077', 'w');
        assert.ok(!plain.includes(SECRET), `${name} ${way}: ${shown}`);
      }
    });
  }

  it('user and password of a `Basic` header, in any form', async (t) => {
    const encoded = Buffer.from(`ada:${SECRET}`).toString('base64');
    for (const echoed of [encoded, `ada:${SECRET}`, SECRET, `Basic ${encoded}`]) {
      const server = await serve(t, { '*': { status: 400, body: { message: `refused: ${echoed}` } } });
      const submit = raw({ headers: { Authorization: `Basic ${encoded}` } });
      const error = await failure(submit(new ModzyClient(server.baseURL, 'aPrefix.aSecretBody')));
      assert.equal(error.message, 'refused: ***');
      const headers = { 'x-forwarded-authorization': `Basic ${encoded}` };
      const read = await failure(new ModzyClient(server.baseURL, 'aPrefix.aSecretBody', { headers }).getJob('j'));
      assert.equal(read.message, 'refused: ***');
    }
  });

  it('but shows texts that are too short for a credential', async (t) => {
    const message = 'a is not b';
    const server = await serve(t, { '*': { status: 400, body: { message } } });
    const submit = raw({ credentials: { a: 'a', b: ['is', 'not'] }, password: 'b' });
    const error = await failure(submit(new ModzyClient(server.baseURL, 'aPrefix.aSecretBody')));
    assert.equal(error.message, message);
  });

  it('but shows the rest of the message and the bucket', async (t) => {
    const message = 'AKIAIOSFODNN7EXAMPLE may not read bucket b';
    const server = await serve(t, { '*': { status: 403, body: { message } } });
    const client = new ModzyClient(server.baseURL, 'aPrefix.aSecretBody');
    const error = await failure(submits['the secret key of S3, positionally'](client));
    assert.equal(error.message, '*** may not read bucket b');
  });
});
