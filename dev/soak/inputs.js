'use strict';

// The inputs of a soak: sources of every kind, the names of submits, and files.

const { createHash } = require('node:crypto');
const { openAsBlob } = require('node:fs');
const fs = require('node:fs/promises');
const path = require('node:path');
const { Readable } = require('node:stream');
const { pathToFileURL } = require('node:url');

/** Functions that create each kind of source for bytes. */
const sources = {
  path: (bytes, file) => file,
  url: (bytes, file) => pathToFileURL(file),
  buffer: (bytes) => Buffer.from(bytes),
  arrayBuffer: (bytes) => Uint8Array.from(bytes).buffer,
  blob: (bytes) => new Blob([bytes]),
  'blob of a file': (bytes, file) => openAsBlob(file),
  readable: (bytes) => Readable.from(chunksOf(bytes)),
  'web stream': (bytes) => new Blob([bytes]).stream(),
  iterable: (bytes) => chunksOf(bytes),
};

async function* chunksOf(bytes) {
  for (let at = 0; at < bytes.length; at += 10_000) {
    yield bytes.subarray(at, at + 10_000);
  }
}

/** Gives each submit a unique name, so that a repeated one is detected. */
class Submits {
  #count = { made: 0 };
  /** The names of one program. */
  names = [];
  /** @type {(maybe: object) => void} */
  #report;

  /** Reports each failed submit that may have been sent: the names of its program, and the error. */
  constructor(report) {
    this.#report = report;
  }

  /** Returns the submits of one program, which shares the counter with the others. */
  ofOne() {
    const own = new Submits(this.#report);
    own.#count = this.#count;
    return own;
  }

  /** Records the error of a program if its submit failed and may have been sent. Its reads fail with `maybe`, too. */
  failed({ sent, message, url }) {
    if (sent === 'maybe' && /\/jobs$/.test(url) && this.names.length > 0) {
      this.#report({ names: this.names, message, at: Date.now() });
    }
  }

  name() {
    this.#count.made += 1;
    const name = `submit-${this.#count.made}`;
    this.names.push(name);
    return name;
  }

  texts() {
    return { [this.name()]: { 'input.txt': 'What a lovely day!' } };
  }
}

/** Writes files of several sizes around that of a chunk. */
async function writeFiles(folder, random) {
  const files = [];
  for (const size of [1, 1000, 65_536, 65_537, 150_000]) {
    const bytes = random.bytes(size);
    const file = path.join(folder, `input-${size}`);
    await fs.writeFile(file, bytes);
    files.push({ file, bytes, sha256: createHash('sha256').update(bytes).digest('hex') });
  }
  return files;
}

module.exports = { Submits, chunksOf, sources, writeFiles };
