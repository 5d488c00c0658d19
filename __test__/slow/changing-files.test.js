'use strict';

// Files that are written to at random moments while they are uploaded: what arrives is a content that the file had, or the
// upload says that it has changed. There is no third outcome.

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const { describe, it } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { CHUNK, MODEL, useUploads } = require('../support/uploads.js');

const SIZE = 20 * CHUNK + 1;
const MS = 2000;

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

describe('a file that is written to at random moments', () => {
  const uploads = useUploads();
  const version = (number) => Buffer.alloc(SIZE, String.fromCharCode(97 + (number % 26)));

  // Each gives the file the next content in one step, so that there is no content between.
  const writers = {
    'in place': (file, content) => {
      const descriptor = fs.openSync(file, 'r+');
      fs.writeSync(descriptor, content);
      fs.closeSync(descriptor);
    },
    // It is empty for a moment, which is an input that servers drop.
    'after it was emptied': (file, content) => fs.writeFileSync(file, content),
    'by another in its place': (file, content) => {
      fs.writeFileSync(`${file}.new`, content);
      fs.renameSync(`${file}.new`, file);
    },
  };
  for (const [how, write] of Object.entries(writers)) {
    it(`${how} arrives whole, or is refused and its job is canceled`, async () => {
      const file = await uploads.write('changing', version(0));
      const known = new Set(Array.from({ length: 26 }, (_, number) => sha256(version(number))));
      const ends = performance.now() + MS;
      let isOver = false;
      const writing = (async () => {
        for (let number = 1; !isOver; number += 1) {
          await sleep(Math.random() * 300);
          write(file, version(number));
        }
      })();
      const outcomes = { whole: 0, changed: 0 };
      // A file that another takes the place of is refused only where that happens between its measure and its turn.
      const isShown = () => outcomes.whole > 0 && (outcomes.changed > 0 || how === 'by another in its place');
      while (performance.now() < ends || !isShown()) {
        assert.ok(performance.now() < ends + 10 * MS, JSON.stringify(outcomes));
        let cancelled;
        const options = { onCancel: (outcome) => (cancelled = outcome.job?.status) };
        try {
          const receipt = await uploads.modzy.submitJobFile(...MODEL, { only: { input: file } }, options);
          const { only } = await uploads.digests(receipt);
          assert.equal(only.input.bytes, SIZE);
          assert.ok(known.has(only.input.sha256), 'a content that the file never had');
          outcomes.whole += 1;
        } catch (error) {
          if (error.name !== 'InputError') {
            throw error;
          }
          assert.ok(error.code === 'changed' || (error.code === 'empty' && how === 'after it was emptied'), error.code);
          // A file that is refused before its job is opened has none to cancel.
          assert.equal(cancelled, error.code === 'changed' ? 'CANCELED' : undefined);
          outcomes.changed += 1;
        }
      }
      isOver = true;
      await writing;
    });
  }
});
