'use strict';

// Data URLs of Blobs, and the largest file that becomes one: within the caller's limit and the longest string of JavaScript.

const { constants } = require('node:buffer');
const { PlaceOfSource } = require('./arguments/place.js');
const { InputError } = require('./errors.js');
const { readBlob } = require('./streams/read-blob.js');

/** The default limit, in bytes: 256 MiB. */
const MAX_BYTES = 2 ** 28;

/**
 * Returns the largest number of bytes that becomes a data URL.
 *
 * @param {string} mimeType
 * @param {number} [maxBytes] The caller's limit.
 */
function mostBytes(mimeType, maxBytes = MAX_BYTES) {
  const characters = constants.MAX_STRING_LENGTH - `data:${mimeType};base64,`.length;
  return Math.max(0, Math.min(maxBytes, Math.floor(characters / 4) * 3));
}

/**
 * Reads a Blob as a data URL.
 *
 * @param {import('./calls/session.js').Session} session
 * @param {Blob} file
 * @param {import('./arguments/options.js').CallOptions} options
 */
async function blobToDataUrl(session, file, options) {
  const mimeType = file.type || 'application/octet-stream';
  const most = mostBytes(mimeType, options.maxBytes);
  const { name = 'of the Blob' } = /** @type {{ name?: string }} */ (file);
  if (file.size > most) {
    const message = `the input ${name} has ${file.size} bytes, and at most ${most} are made a data URL (maxBytes)`;
    throw new InputError(message, { code: 'limit', inputKey: '', inputName: name });
  }
  const bytes = await readBlob(session, file, new PlaceOfSource(() => 'file', '', name), options);
  return `data:${mimeType};base64,${bytes.toString('base64')}`;
}

module.exports = { blobToDataUrl, mostBytes };
