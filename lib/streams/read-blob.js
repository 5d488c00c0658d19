'use strict';

// Blobs that are read as a whole before the call of the addon, within `idleTimeout` and until the signal fires. Reading the bytes
// is left to blob-source.js.

const { Controller } = require('../calls/controller.js');
const { LEFT, untilAborted } = require('../calls/signals.js');
const { nextTurn } = require('../calls/turns.js');
const { InputError } = require('../errors.js');
const { BlobSource } = require('./blob-source.js');

/**
 * Reads all bytes of a Blob.
 *
 * @param {Session} session
 * @param {Blob} blob
 * @param {Place} place
 * @param {CallOptions} options
 * @returns {Promise<Buffer>}
 */
async function readBlob(session, blob, place, options) {
  const { inputKey, inputName } = place;
  const { size } = blob;
  const source = new BlobSource(blob, place, true);
  /** @type {Buffer[]} */
  const chunks = [];
  let length = 0;
  try {
    for (;;) {
      const chunk = await withinLimits(session, nextBytes(source), place, options);
      length += chunk?.length ?? 0;
      if (length > size || (chunk === undefined && length !== size)) {
        throw new InputError(`the ${place} param does not contain as many bytes as its size states`, {
          code: 'changed',
          inputKey,
          inputName,
        });
      }
      if (chunk === undefined) {
        return Buffer.concat(chunks, length);
      }
      // The source frees a chunk when the next one is read.
      chunks.push(Buffer.from(chunk));
    }
  } finally {
    source.close();
  }
}

/**
 * Returns the next bytes. A Blob of another implementation may give empty chunks for as long as it is read: each takes a turn of the
 * event loop, and none counts as a byte.
 *
 * @param {BlobSource} source
 */
async function nextBytes(source) {
  for (;;) {
    const chunk = await source.next();
    if (chunk === undefined || chunk.length > 0) {
      return chunk;
    }
    await nextTurn();
  }
}

/**
 * Awaits the next chunk until the signal fires or Rust reports that `idleTimeout` has passed.
 *
 * @template T
 * @param {Session} session
 * @param {Promise<T>} chunk
 * @param {Place} place
 * @param {CallOptions} options
 */
async function withinLimits(session, chunk, place, { signal, binding }) {
  const { inputKey, inputName } = place;
  const over = new Controller();
  const settings = { binding: { idleTimeout: binding?.idleTimeout }, signal: over.signal };
  const idle = session.runSilently('sourceIdle', '', settings, (ms) => {
    const message = `the ${place} param gave no byte for ${ms} ms (idleTimeout)`;
    throw new InputError(message, { code: 'timeout', inputKey, inputName });
  });
  const first = Promise.race([chunk, idle]);
  try {
    return await untilAborted(first, signal);
  } finally {
    over.abort(LEFT);
  }
}

/**
 * @typedef {import('../arguments/options.js').CallOptions} CallOptions
 * @typedef {import('../calls/session.js').Session} Session
 * @typedef {import('./pulled-sources.js').Place} Place
 */

module.exports = { readBlob };
