'use strict';

// Two copies of this package in one program: the errors of each are instances of the classes of both, and a journal of one refuses
// the submits of the other.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, describe, it } = require('node:test');
const modzy = require('modzy-client');
const { useEmulator } = require('./support/emulator.js');
const { failure } = require('./support/outcomes.js');

const root = path.resolve(__dirname, '..');

/** Loads the package once more, as from another folder of `node_modules`. */
function anotherCopy() {
  const loaded = Object.entries(require.cache).filter(
    ([file]) => file === path.join(root, 'index.js') || file.startsWith(path.join(root, 'lib') + path.sep),
  );
  loaded.forEach(([file]) => delete require.cache[file]);
  try {
    return require('modzy-client');
  } finally {
    loaded.forEach(([file, module]) => (require.cache[file] = module));
  }
}

const copy = anotherCopy();

describe('the errors of two copies', () => {
  const classes = Object.entries(modzy).filter(([name]) => name.endsWith('Error'));

  it('have classes of their own', () => {
    assert.notEqual(classes.length, 0);
    for (const [name, type] of classes) {
      assert.notEqual(copy[name], type, name);
    }
  });

  it('are instances of the same classes in both', () => {
    for (const [name, type] of classes) {
      const [ours, theirs] = [new type('a'), new copy[name]('a')];
      for (const [other, otherType] of classes) {
        const isInstance = Function.prototype[Symbol.hasInstance].call(otherType, ours);
        assert.equal(ours instanceof otherType, isInstance, `${name} ${other}`);
        assert.equal(theirs instanceof otherType, isInstance, `${name} of the copy, ${other}`);
        assert.equal(ours instanceof copy[other], isInstance, `${name}, ${other} of the copy`);
      }
      assert.ok(theirs instanceof Error);
      assert.deepEqual([Object.keys(theirs), theirs.name], [Object.keys(ours), name]);
    }
  });

  it('are what a call of either rejects with', async () => {
    for (const [one, other] of [
      [modzy, copy],
      [copy, modzy],
    ]) {
      const error = await failure(new one.ModzyClient('http://127.0.0.1:9', 'a.b', { retries: 0 }).getJob('j'));
      assert.ok(error instanceof other.ConnectionError && error instanceof other.ModzyError);
      assert.ok(!(error instanceof other.RequestTimeoutError) && !(error instanceof other.InputError));
    }
  });

  it('are not what merely looks like them', () => {
    for (const value of [undefined, null, 'NotFoundError', {}, new Error('a'), { name: 'NotFoundError' }, () => {}]) {
      assert.ok(!(value instanceof modzy.ModzyError));
    }
  });

  it('are not instances of a class that extends one', () => {
    class Special extends modzy.NotFoundError {}
    assert.ok(!(new modzy.NotFoundError('a') instanceof Special));
    assert.ok(!(new copy.NotFoundError('a') instanceof Special));
    assert.ok(new Special('a') instanceof Special && new Special('a') instanceof copy.NotFoundError);
  });
});

describe('a batch whose functions submit with a client of another copy', () => {
  const emulator = useEmulator({ submittedMs: 5, inProgressMs: 5 });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'modzy-copies-'));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const TEXT = { a: { 'input.txt': 'a text' } };
  const of = ({ ModzyClient }) => new ModzyClient(emulator.baseURL, emulator.apiKey);
  const posted = async () => (await emulator.requests()).filter(({ method }) => method === 'POST').length;

  it('is refused before anything is sent if it has a journal', async () => {
    const before = await posted();
    for (const [index, [ours, theirs]] of [
      [modzy, copy],
      [copy, modzy],
    ].entries()) {
      const other = of(theirs);
      const journal = path.join(folder, `${index}.jsonl`);
      const model = ['ed542963de', '1.0.1'];
      const submits = [
        (options) => other.submitJobText(...model, TEXT, options),
        (options) => other.submitJobFile(...model, { a: { 'input.txt': Buffer.from('a text') } }, { ...options }),
        (options) => other.submitJob({ model: { identifier: model[0], version: model[1] }, input: {} }, options),
        (options) => other.submit(model.join('/'), TEXT, options),
      ];
      const jobs = submits.map((submit, nth) => ({ inputKey: `${nth}`, submit }));
      const outcomes = await of(ours).blockUntilAllComplete(jobs, { journal });
      for (const { error } of outcomes) {
        assert.ok(error instanceof TypeError, String(error));
        assert.match(error.message, /belong to a batch with a journal of another copy of modzy-client/);
      }
      assert.equal(outcomes.length, submits.length);
    }
    assert.equal((await posted()) - before, 0);
  });

  it('goes on without one, by the rules of single calls', async () => {
    const other = of(copy);
    const jobs = [(options) => other.submitJobText('ed542963de', '1.0.1', TEXT, options)];
    const [{ job }] = await of(modzy).blockUntilAllComplete(jobs, { pollInterval: 20 });
    assert.equal(job.status, 'COMPLETED');
  });
});
