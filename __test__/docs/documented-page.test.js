'use strict';

// The documented page of blockUntilComplete: its two examples, word for word, and the behavior that it describes.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { describe, it } = require('node:test');
const { ModzyClient } = require('modzy-client');
const { useEmulator } = require('../support/emulator.js');

const JOB = '14856eb1-0ad8-49e7-9da3-887acb80fea5';

const WITH_AWAIT = `
job = await modzyClient.getJob('14856eb1-0ad8-49e7-9da3-887acb80fea5');
job = await modzyClient.blockUntilComplete(job);
console.log( \`Job \${job.identifier} status \${job.status}\` );
`;

const WITH_PROMISES = `
modzyClient.getJob('14856eb1-0ad8-49e7-9da3-887acb80fea5')
  .then(
   (job)=>{
     return modzyClient.blockUntilComplete(job);
   }
  )
  .then(
    (job)=>{
      console.log( \`Job \${job.identifier} status \${job.status}\` );
    }
  )
  .catch(
    (error)=>{
      console.error(error);
    }
  );
`;

/** Runs an example. Returns the first value that it prints on its console, and the stream. */
async function run(example, modzyClient) {
  const output = new EventTarget();
  const print = (stream) => (value) => output.dispatchEvent(Object.assign(new Event('line'), { stream, value }));
  const console = { log: print('log'), error: print('error') };
  const first = once(output, 'line');
  const main = new Function('modzyClient', 'console', `let job; return (async () => { ${example} })();`);
  await main(modzyClient, console);
  const [{ stream, value }] = await first;
  return [stream, value];
}

describe('the examples of the documented page', () => {
  const emulator = useEmulator();
  const client = () => new ModzyClient(emulator.baseURL, emulator.apiKey);

  for (const [name, example] of Object.entries({ WITH_AWAIT, WITH_PROMISES })) {
    it(`${name} prints the job's identifier and status`, async () => {
      const [submitted, completed] = [{ status: 'SUBMITTED' }, { status: 'COMPLETED' }];
      await emulator.answerJob(JOB, submitted, submitted, submitted, completed);
      assert.deepEqual(await run(example, client()), ['log', `Job ${JOB} status COMPLETED`]);

      // getJob, a poll at once, and then polls two seconds after each response.
      const times = (await emulator.requests(`/api/jobs/${JOB}`)).map(({ receivedAtMs }) => receivedAtMs);
      assert.equal(times.length, 4);
      const [, second, third, fourth] = times;
      assert.ok(second - times[0] < 500, `the first poll came after ${second - times[0]} ms`);
      for (const gap of [third - second, fourth - third]) {
        assert.ok(gap > 1900 && gap < 2300, `a poll came after ${gap} ms`);
      }
    });

    for (const status of ['TIMEDOUT', 'CANCELED']) {
      it(`${name} ends on ${status}`, async () => {
        await emulator.answerJob(JOB, { status });
        assert.deepEqual(await run(example, client()), ['log', `Job ${JOB} status ${status}`]);
      });
    }
  }

  it('WITH_PROMISES passes the error to its catch', async () => {
    const [stream, error] = await run(WITH_PROMISES, new ModzyClient(emulator.baseURL, 'unknown.key'));
    assert.equal(stream, 'error');
    assert.equal(error.name, 'AuthenticationError');
    assert.equal(error.code, 401);
  });
});
