'use strict';

// The union of the error classes in the types, against the classes that the package exports.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const modzy = require('modzy-client');
const { complaintsAbout } = require('./support/typescript.js');

const classes = Object.keys(modzy).filter(
  (name) => name === 'ModzyError' || modzy[name].prototype instanceof modzy.ModzyError,
);

/** A program with a `case` for each of the classes. */
const programOf = (names) => `
  import { type AnyModzyError, ${names.join(', ')} } from 'modzy-client';
  export function read(error: AnyModzyError): unknown {
    switch (error.name) {
      ${names.map((name) => `case '${name}': { const narrowed: ${name} = error; return narrowed; }`).join('\n')}
      default: { const none: never = error; return none; }
    }
  }`;

describe('AnyModzyError', () => {
  it('is narrowed by its name to each class that the package exports, and to no other', () => {
    assert.equal(classes.length, 17);
    assert.deepEqual(complaintsAbout(programOf(classes)), []);
  });

  it('is what lacks a class, if a program leaves it out', () => {
    for (const name of ['ModzyError', 'ApiError', 'ConnectionError', 'JournalError']) {
      const [complaint, ...others] = complaintsAbout(programOf(classes.filter((each) => each !== name)));
      assert.match(complaint, new RegExp(`Type .*${name}.* is not assignable to type 'never'`));
      assert.deepEqual(others, []);
    }
  });

  it('has the members of a class after its name has been compared', () => {
    const program = `
      import type { AnyModzyError } from 'modzy-client';
      declare const error: AnyModzyError;
      if (error.name === 'RateLimitError') { const sent: 'no' = error.sent; void sent; }
      if (error.name === 'JobFailedError') { const status: string = error.job.status; void status; }
      if (error.name === 'ConnectionError') { const phase: 'dns' | string = error.phase; void phase; }
      const retryable: boolean = error.retryable;
      void retryable;`;
    assert.deepEqual(complaintsAbout(program), []);
    assert.equal(complaintsAbout(program.replace("'RateLimitError'", "'ServerError'")).length, 1);
  });
});
