'use strict';

// Files that another process writes to at random moments during uploads. Either the server gets a content that the file had at one
// time, or the upload rejects because the file has changed.

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { once } = require('node:events');
const os = require('node:os');
const { after, afterEach, before, describe, it } = require('node:test');
const { CHUNK, MODEL, useUploads } = require('../../support/uploads.js');

const SIZE = 20 * CHUNK + 1;
const MS = 1500;

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const version = (number) => Buffer.alloc(SIZE, String.fromCharCode(97 + (number % 26)));

/** Writes the next content to the file after each pause, without an end. */
const IN_NODE = `
  const fs = require('node:fs');
  const [file, how, size] = process.argv.slice(1);
  const write = {
    'in place by one write'(content) {
      const descriptor = fs.openSync(file, 'r+');
      fs.writeSync(descriptor, content);
      fs.closeSync(descriptor);
    },
    'in place by many writes'(content) {
      const descriptor = fs.openSync(file, 'r+');
      for (let at = 0; at < size; at += 65_536) {
        fs.writeSync(descriptor, content, at, Math.min(65_536, size - at), at);
      }
      fs.closeSync(descriptor);
    },
    // The file is empty for a moment, and servers drop empty inputs.
    'after it was emptied': (content) => fs.writeFileSync(file, content),
    'by another in its place'(content) {
      fs.writeFileSync(file + '.new', content);
      fs.renameSync(file + '.new', file);
    },
  }[how];
  for (let number = 1; ; number += 1) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.random() * 300);
    write(Buffer.alloc(Number(size), String.fromCharCode(97 + (number % 26))));
  }
`;

/** The same through a memory map, whose pages stay dirty, so that the time of the file does not change. */
const IN_PYTHON = `
import mmap, random, sys, time
file, _, size = sys.argv[1:]
with open(file, 'r+b') as opened, mmap.mmap(opened.fileno(), 0) as mapped:
    number = 0
    while True:
        time.sleep(random.random() * 0.3)
        number += 1
        mapped[:] = bytes([97 + number % 26]) * int(size)
`;

const node = [process.execPath, '--eval', IN_NODE];
const WRITERS = {
  'in place by one write': node,
  'in place by many writes': node,
  'after it was emptied': node,
  'by another in its place': node,
  'through a memory map': ['python3', '-c', IN_PYTHON],
};

describe('a file that is written to at random moments', () => {
  const uploads = useUploads();
  let busy;
  let writer;
  before(() => {
    const processors = Array.from({ length: os.availableParallelism() });
    busy = processors.map(() => spawn(process.execPath, ['--eval', 'for (;;);'], { stdio: 'inherit' }));
  });
  afterEach(async () => {
    if (writer?.kill()) {
      await once(writer, 'close');
    }
  });
  after(() => busy.forEach((child) => child.kill()));

  for (const [how, [command, ...args]] of Object.entries(WRITERS)) {
    const skip = command === 'python3' && spawnSync(command, ['--version']).error ? 'there is no python3' : false;
    it(`${how} arrives whole, or is refused and its job is canceled`, { skip }, async () => {
      const file = await uploads.write('changing', version(0));
      const known = new Set(Array.from({ length: 26 }, (_, number) => sha256(version(number))));
      writer = spawn(command, [...args, file, how, SIZE], { stdio: 'inherit' });
      await once(writer, 'spawn');
      const ends = performance.now() + MS;
      const outcomes = { whole: 0, changed: 0 };
      // A file that another one replaces is refused only if that happens between its measurement and its upload.
      const isShown = () => outcomes.whole > 0 && (outcomes.changed > 0 || how === 'by another in its place');
      while (performance.now() < ends || !isShown()) {
        assert.ok(performance.now() < ends + 10 * MS, JSON.stringify(outcomes));
        let status;
        const options = { onCancel: (outcome) => (status = outcome.job?.status) };
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
          // For a file that is refused in advance, no job was opened.
          assert.equal(status, error.code === 'changed' ? 'CANCELED' : undefined);
          outcomes.changed += 1;
        }
      }
    });
  }
});
