'use strict';

// Links between the pages of a package, in Markdown.

const path = require('node:path');

const LINK = /\[([^\]]*)\]\((?!https?:|#)([^)\s#]+)(#[^)]*)?\)/g;

/**
 * A page as it is published: links that lead out of its package lead to the sources; where these have no address, the text of
 * the link stays.
 *
 * @param {string} text
 * @param {string} page Its path in the package, with slashes.
 * @param {(file: string) => boolean} isPublished Whether there is such a file or folder in the package.
 * @param {string} [sources] The address of the package's folder.
 */
function leadOut(text, page, isPublished, sources) {
  return text.replaceAll(LINK, (link, label, to, anchor = '') => {
    const file = path.posix.join(path.posix.dirname(page), to);
    if (isPublished(file)) {
      return link;
    }
    return sources === undefined ? label : `[${label}](${new URL(file, `${sources}/`)}${anchor})`;
  });
}

/**
 * Where the links of a page lead, from the root of its package; those to other sites are left out.
 *
 * @param {string} text
 * @param {string} page
 */
function targetsOf(text, page) {
  return Array.from(text.matchAll(LINK), ([, , to]) => path.posix.join(path.posix.dirname(page), to));
}

module.exports = { leadOut, targetsOf };
