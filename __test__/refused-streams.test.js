'use strict';

// The streams in the arguments of a call that is refused or aborted: those that are not its sources stay open, and are not even
// looked for.

const assert = require('node:assert/strict');
const { PassThrough, Writable } = require('node:stream');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { ModzyClient } = require('modzy-client');
const { failure } = require('./support/outcomes.js');

const MODEL = ['m', '1.0.0'];

/** An object that has a stream in it, as loggers, HTTP clients and connections to databases do. */
class Holder {
  constructor(stream) {
    this.stream = stream;
    this.pool = { first: { socket: stream } };
    this.map = new Map([['a', stream]]);
  }
}

describe('a stream that is not a source of its call', () => {
  const modzy = new ModzyClient({ url: 'http://127.0.0.1:9', apiKey: 'a.b', retries: 0 });
  const closed = new ModzyClient({ url: 'http://127.0.0.1:9', apiKey: 'a.b' });
  closed.close();
  const text = { a: { 'input.txt': 'x' } };
  const file = { a: { input: Buffer.from('x') } };

  /** @type {Record<string, (stream: any) => Promise<unknown>>} */
  const calls = {
    'in an option that the method does not have': (stream) => modzy.getJob('j', { logger: new Holder(stream) }),
    'as such an option': (stream) => modzy.getJob('j', { stdout: stream }),
    'in a plain object within such an option': (stream) => modzy.getJob('j', { context: { request: stream } }),
    'instead of a signal': (stream) => modzy.getJob('j', { signal: stream }),
    'in the headers': (stream) => modzy.getJob('j', { headers: { log: stream } }),
    'in an option of an upload': (stream) => modzy.submitJobFile(...MODEL, file, { logger: new Holder(stream) }),
    'beside the sources of the object form': (stream) =>
      modzy.submitJobFile({ modelId: 'm', version: '1.0.0', sources: file, log: stream, chunkSize: -1 }),
    'instead of a model': (stream) => modzy.submitJobText(new Holder(stream), '1.0.0', text),
    'instead of a job': (stream) => modzy.getJob(stream),
    'instead of the media type of embedded inputs': (stream) => modzy.submitJobEmbedded(...MODEL, stream, file),
    'in a source of run that is not one': (stream) => modzy.run('m@1', { input: new Holder(stream) }),
    'in a named source of run that is not one': (stream) => modzy.run('m@1', { a: { input: new Holder(stream) } }),
    'in a source of an upload that is not one': (stream) =>
      modzy.submitJobFile(...MODEL, { a: { input: new Holder(stream) } }),
    'in a source of appendInput that is not one': (stream) => modzy.appendInput('j', 'a', 'b', new Holder(stream)),
    'in the body of a job': (stream) => modzy.submitJob({ model: {}, log: stream }, { retires: 1 }),
    'in a filter': (stream) => modzy.getJobHistory({ user: new Holder(stream) }),
    'in the arguments of a closed client': (stream) => closed.getJob(new Holder(stream)),
    'in a job of a batch': (stream) =>
      modzy.blockUntilAllComplete([{ jobIdentifier: 'j', log: new Holder(stream) }], { retires: 1 }),
    'in a job of a batch that is aborted': (stream) =>
      modzy.blockUntilAllComplete([{ jobIdentifier: 'j', log: stream }], { signal: AbortSignal.timeout(20) }),
    'in the iterable of a batch that is aborted': (stream) => {
      const jobs = Object.assign(new Holder(stream), { [Symbol.iterator]: () => ['j'][Symbol.iterator]() });
      return modzy.blockUntilAllComplete(jobs, { signal: AbortSignal.timeout(20) });
    },
    'in a job of a loop': (stream) => modzy.jobsAsCompleted([{ log: stream }], { retires: 1 }).next(),
    'in the output of a download': (stream) => modzy.openOutput({ job: 'j', inputKey: 'a', outputName: stream }),
  };
  for (const [where, call] of Object.entries(calls)) {
    it(`stays open and usable, ${where}`, async () => {
      const stream = new PassThrough();
      const web = new ReadableStream();
      await failure(call(stream));
      await failure(call(web));
      await sleep(5);
      assert.equal(stream.destroyed, false);
      assert.equal(stream.listenerCount('error'), 0);
      const reading = web.getReader().read();
      assert.equal(await Promise.race([reading.then(() => 'closed'), sleep(5, 'open')]), 'open');
    });
  }

  it('stays open where it cannot be read from, even in the place of a source', async () => {
    const written = new Writable({ write: (_chunk, _encoding, done) => done() });
    await failure(modzy.submitJobFile(...MODEL, { a: { input: written } }));
    await failure(modzy.appendInput('j', 'a', 'b', written));
    const sent = new PassThrough({ readable: false });
    await failure(modzy.submitJobFile(...MODEL, { a: { input: 7, other: sent } }));
    await sleep(5);
    assert.deepEqual([written.destroyed, sent.destroyed], [false, false]);
  });

  it('is not looked for in the jobs of a batch, in bodies, or in options, which may be large', async () => {
    let reads = 0;
    const counted = () =>
      Object.defineProperty({ jobIdentifier: 'j' }, 'details', {
        enumerable: true,
        get: () => {
          reads += 1;
          return {};
        },
      });
    const jobs = Array.from({ length: 100 }, counted);
    await failure(modzy.blockUntilAllComplete(jobs, { retires: 1 }));
    await failure(modzy.blockUntilAllComplete(jobs, { signal: AbortSignal.abort() }));
    await failure(modzy.jobsAsCompleted(jobs, { retires: 1 }).next());
    await failure(modzy.submitJob({ model: {}, input: counted() }, { retires: 1 }));
    await failure(modzy.getJob('j', { nonsense: counted() }));
    assert.equal(reads, 0);
  });
});
