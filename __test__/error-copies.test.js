'use strict';

// Two copies of this package in one program: the errors of each are instances of the classes of both.

const assert = require('node:assert/strict');
const path = require('node:path');
const { describe, it } = require('node:test');
const modzy = require('modzy-client');
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

describe('the errors of two copies', () => {
  const copy = anotherCopy();
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
