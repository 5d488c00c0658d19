'use strict';

// Outputs as web streams, which read nothing ahead of their readers.

const { writeJson } = require('../json.js');
const { OpenStream } = require('./open-stream.js');

/**
 * Opens an output as a stream.
 *
 * @param {import('../calls/session.js').Session} session
 * @param {object} output
 * @param {import('../arguments/options.js').CallOptions} options
 */
async function openOutputStream(session, output, options) {
  // Loaded here, because that takes long. Globals may be fakes of the user's tests.
  const { ReadableStream } = require('node:stream/web');
  const { head, stream } = await OpenStream.open(session, 'openOutput', writeJson(output), options);
  const { contentType = null, contentLength = null } = head;
  /** @type {ReadableStreamDefaultController<Uint8Array> | undefined} */
  let controller;
  const source = {
    /** @param {ReadableStreamDefaultController<Uint8Array>} given */
    start(given) {
      controller = given;
    },
    async pull() {
      const chunk = await stream.pull(bytesOf);
      if (chunk === undefined) {
        stream.close();
        controller?.close();
      } else {
        controller?.enqueue(chunk);
      }
    },
    /** @param {unknown} reason */
    async cancel(reason) {
      stream.close(reason);
      await stream.closed();
    },
  };
  const body = new ReadableStream(source, { highWaterMark: 0 });
  stream.watch(body, { onAbort: failing(/** @type {any} */ (controller)) });
  return { body, contentType, contentLength };
}

/**
 * Returns a function that fails a stream, and does not keep it from garbage collection.
 *
 * @param {ReadableStreamDefaultController<Uint8Array>} controller
 */
function failing(controller) {
  const weak = new WeakRef(controller);
  return (/** @type {unknown} */ reason) => weak.deref()?.error(reason);
}

/** @param {Uint8Array} bytes */
function bytesOf(bytes) {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

module.exports = { openOutputStream };
