'use strict';

// The addon, or an error that says what was looked for, what was found, and what to do.

/**
 * What the generated loader met, in the order of its looking.
 *
 * @param {unknown} failure
 */
function findings(failure) {
  const found = [];
  const isLoaders = failure instanceof Error && failure.cause instanceof Error;
  for (let error = isLoaders ? failure.cause : failure; error instanceof Error; error = error.cause) {
    const [line] = error.message.split('\n', 1);
    // The loader asks for a build for WebAssembly as well, which does not exist.
    if (line !== undefined && !/wasi\b/.test(line)) {
      found.unshift(`  ${line}`);
    }
  }
  return found;
}

/** @returns {typeof import('../js-binding')} */
function load() {
  try {
    return require('../js-binding.js');
  } catch (failure) {
    const { platform, arch, version } = process;
    const lines = [
      `modzy-client has no addon that works on ${platform} ${arch} with Node.js ${version}.`,
      'Looked for: what `npm run build` makes in a checkout, and the package of the platform.',
      'Found:',
      ...findings(failure),
      'What to do: in a checkout of modzy-client, run `npm run build`, with a Rust toolchain. Elsewhere install again, with',
      'optional dependencies: --omit=optional leaves the package of the platform out, and so does a lock file or a',
      'node_modules that was made on another platform. Where there is no package for the platform, install a checkout that',
      'has been built.',
    ];
    throw new Error(lines.join('\n'), { cause: failure });
  }
}

module.exports = load();
