'use strict';

// The commands that install the tarballs of `npm run pack` in another project.

/**
 * Returns the npm commands that install the packages from the folder `vendor` of a project.
 *
 * @param {string} version
 * @param {string} platform As in the names of the packages, such as `linux-x64-gnu`.
 */
function installCommands(version, platform) {
  const tarballs = (/** @type {string} */ name) =>
    [name, `${name}-${platform}`].map((each) => `./vendor/${each}-${version}.tgz`).join(' ');
  return [`npm install ${tarballs('modzy-client')}`, `npm install --save-dev ${tarballs('modzy-emulator')}`];
}

module.exports = { installCommands };
