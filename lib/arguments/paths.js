'use strict';

// The check of the paths of files, and of what is probably not meant as one.

const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { argumentError } = require('../stacks.js');
const { invalidParam, notEmptyString } = require('./checks.js');

/**
 * Checks the path or the URL of a file that is read.
 *
 * @param {unknown} value
 * @param {import('./place.js').Name} name
 */
function filePath(value, name) {
  return checkedPath(value, name, ({ expected, source = '' }) => expected + source);
}

/**
 * Checks the path or the URL of a file that is written.
 *
 * @param {unknown} value
 * @param {import('./place.js').Name} name
 */
function targetPath(value, name) {
  return checkedPath(value, name, ({ expected }) => expected);
}

/**
 * Checks the path or the URL of a file. A relative path is resolved at once, because the process may change its working
 * directory before Rust opens the file.
 *
 * @param {unknown} value
 * @param {import('./place.js').Name} name
 * @param {(mistake: { expected: string, source?: string }) => string} expectedFor
 */
function checkedPath(value, name, expectedFor) {
  const isOfUrl = isUrl(value);
  const given = notEmptyString(isOfUrl ? pathOf(value, name) : value, name);
  const mistake = isOfUrl ? undefined : notPaths.find(({ is }) => is.test(given));
  if (mistake !== undefined) {
    throw invalidParam(name, expectedFor(mistake));
  }
  try {
    if (path.sep === '\\') {
      // On Windows a path may be relative to the current folder of a drive.
      return path.resolve(given);
    }
    // Not normalized: after a symbolic link, `..` may lead elsewhere than the text of the path says.
    return path.isAbsolute(given) ? given : `${process.cwd().replace(/\/$/, '')}/${given}`;
  } catch (cause) {
    const reason = 'is a relative path, but the working directory has been removed or cannot be read';
    throw argumentError(`the ${name} param ${reason}: pass an absolute path`, { cause });
  }
}

/**
 * @param {unknown} value
 * @returns {value is URL}
 */
function isUrl(value) {
  return typeof value === 'object' && value !== null && 'href' in value && 'protocol' in value;
}

/** Strings that are probably not meant as paths, and what to do about a source. `./` before such a path makes it one. */
const notPaths = [
  { is: /^file:\/\//i, expected: 'a path, not the text of a file: URL: pass new URL(…)' },
  { is: /^s3:\/\//i, expected: 'a path, not a URL', source: ': submit objects in S3 with submitJobAWSS3' },
  {
    is: /^(?:https?|ftp):\/\//i,
    expected: 'a path, not a URL',
    source: ': download it first, or pass (await fetch(url)).body',
  },
  { is: /^data:[^/\\]*[/,;]/i, expected: 'a path, not a data URL', source: ': pass its bytes' },
  { is: /^~(?:[/\\]|$)/, expected: 'a path without "~", which only shells expand: use path.join(os.homedir(), …)' },
];

/**
 * @param {URL} given
 * @param {import('./place.js').Name} name
 */
function pathOf(given, name) {
  if (given.protocol !== 'file:') {
    throw invalidParam(name, 'a file: URL', given);
  }
  try {
    return fileURLToPath(given.href);
  } catch (cause) {
    throw argumentError(`the ${name} param should be the URL of a local file`, { cause });
  }
}

module.exports = { filePath, isUrl, targetPath };
