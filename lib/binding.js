'use strict';

// Loads the addon. If that fails, the error lists the candidates, the errors that loading them caused, and a remedy.

/* global __webpack_require__, __non_webpack_require__ */

const path = require('node:path');

/** Whether this is the file of the package, and not part of a bundle. */
const isCalledByItsName = typeof __filename === 'string' && /[\\/]lib[\\/]binding\.js$/.test(__filename);

/** Returns the flag of the permission model, which had another name. Slow, since Node.js then collects all of its flags. */
function permissionFlag() {
  return process.allowedNodeEnvironmentFlags?.has('--permission') ? '--permission' : '--experimental-permission';
}

/**
 * The known reasons why an addon does not load, each with its remedy. They are recognized by their messages, because the generated
 * loader does not keep error codes.
 *
 * @returns {{ is: (messages: string) => boolean, advice: string[] }[]}
 */
const causes = () => [
  {
    is: (messages) => /loading addons is disabled/.test(messages) && isRestricted(),
    advice: [`start Node.js with --allow-addons beside ${permissionFlag()}. Without it, no addon is loaded.`],
  },
  {
    is: (messages) => /loading addons is disabled/.test(messages),
    advice: ['start Node.js without --no-addons.'],
  },
  {
    is: (messages) => /Access to this API has been restricted/.test(messages),
    advice: [
      'start Node.js with --allow-fs-read for the folders of modzy-client and of its addon, and with --allow-addons.',
    ],
  },
  {
    is: (messages) => /too many open files/i.test(messages),
    advice: ['raise the limit on open files (ulimit -n), or close some. The addon itself may be fine.'],
  },
  {
    is: (messages) => /failed to map segment|cannot allocate memory|cannot create shared object/i.test(messages),
    advice: [
      'raise the limit on memory (ulimit -v, or that of the container). If there is enough, the file system of the addon may',
      'forbid programs (noexec).',
    ],
  },
  {
    is: () => !isCalledByItsName,
    advice: [
      'modzy-client is in a bundle that left its addon behind. Have the bundler leave the package out (esbuild:',
      '--external:modzy-client; webpack and Rollup: externals), and install modzy-client where the bundle runs.',
    ],
  },
];

const anyCause = [
  'in a checkout of modzy-client, run `npm run build`, with a Rust toolchain. Elsewhere install again, with',
  'optional dependencies: --omit=optional leaves the package of the platform out, and so does a lock file or a',
  'node_modules that was made on another platform. Where there is no package for the platform, install a checkout that',
  'has been built.',
];

/** Whether Node.js runs under its permission model. */
function isRestricted() {
  return /** @type {any} */ (process).permission !== undefined;
}

/**
 * Returns the messages of the errors that the generated loader collected, in the order of its attempts.
 *
 * @param {unknown} failure
 */
function messagesOf(failure) {
  const messages = [];
  const isLoaders = failure instanceof Error && failure.cause instanceof Error;
  for (let error = isLoaders ? failure.cause : failure; error instanceof Error; error = error.cause) {
    const [line = ''] = error.message.split('\n', 1);
    // The loader also tries a WebAssembly build, which does not exist.
    if (!/wasi\b/.test(line)) {
      messages.unshift(`  ${line}`);
    }
  }
  return messages.join('\n');
}

/**
 * Runs the generated loader. webpack would parse the binary of this platform, which fails, and warn of the missing packages of all
 * other platforms. It evaluates this condition and drops the last line, so that the bundle takes the addon of the installed package.
 *
 * @returns {typeof import('../js-binding')}
 */
function runLoader() {
  // @ts-expect-error Only webpack defines it.
  if (typeof __webpack_require__ === 'function') {
    // @ts-expect-error webpack makes it the `require` of Node.js.
    const requireInstalled = /** @type {NodeJS.Require} */ (__non_webpack_require__);
    const manifest = requireInstalled.resolve('modzy-client/package.json');
    const [{ version }, installed] = [require('../package.json'), requireInstalled(manifest)];
    if (installed.version !== version) {
      throw new Error(`the bundle contains modzy-client ${version}, and ${installed.version} is installed`);
    }
    return requireInstalled(path.join(path.dirname(manifest), 'js-binding.js'));
  }
  return require('../js-binding.js');
}

/** @returns {typeof import('../js-binding')} */
function load() {
  try {
    const binding = runLoader();
    if (typeof binding?.BindingClient !== 'function') {
      // Bundlers replace a file of an unknown type.
      throw new TypeError(`js-binding.js does not export the addon, but a value of type ${typeof binding}`);
    }
    return binding;
  } catch (failure) {
    const { platform, arch, version } = process;
    const messages = messagesOf(failure);
    const [first, ...more] = causes().find(({ is }) => is(messages))?.advice ?? anyCause;
    const lines = [
      `modzy-client has no addon that works on ${platform} ${arch} with Node.js ${version}.`,
      'Looked for: what `npm run build` makes in a checkout, and the package of the platform.',
      'Found:',
      messages,
      `What to do: ${first}`,
      ...more,
    ];
    throw new Error(lines.join('\n'), { cause: failure });
  }
}

module.exports = load();
