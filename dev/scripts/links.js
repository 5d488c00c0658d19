'use strict';

// Rewrites the links between the Markdown pages of a package.

const path = require('node:path');

const LINK = /(!?)\[([^\]]*)\]\((?!https?:|#)([^)\s#]+)(#[^)]*)?\)/g;

/**
 * Returns the published form of a page. Links to files outside its package point to the sources; if the sources have no address, only
 * the text of the link remains, and nothing of a picture.
 *
 * @param {string} text
 * @param {string} page Its path in the package, with slashes.
 * @param {(file: string) => boolean} isPublished Whether the package contains a file or folder.
 * @param {string} [sources] The address of the package's folder.
 */
function leadOut(text, page, isPublished, sources) {
  return text.replaceAll(LINK, (link, isPicture, label, to, anchor = '') => {
    const file = path.posix.join(path.posix.dirname(page), to);
    if (isPublished(file)) {
      return link;
    }
    if (sources === undefined) {
      return isPicture ? '' : label;
    }
    const raw = isPicture ? '?raw=true' : '';
    return `${isPicture}[${label}](${new URL(file, `${sources}/`)}${raw}${anchor})`;
  });
}

/**
 * Returns the targets of a page's links, relative to the root of its package, without links to other sites.
 *
 * @param {string} text
 * @param {string} page
 */
function targetsOf(text, page) {
  return Array.from(text.matchAll(LINK), ([, , , to]) => path.posix.join(path.posix.dirname(page), to));
}

module.exports = { leadOut, targetsOf };
