'use strict';

// Finds the texts of a run that were probably meant as files. A text may look like a path and be one, so nothing is refused: what
// is found here is added to the message if the server refuses the input. The disk is not read, because a text may come from anyone.

/** The longest text that is looked at, in characters. */
const LONGEST = 1024;

/** What texts are that name a file, and what to pass instead. */
const forms = [
  { is: isDataUrl, advice: 'is sent as a text, and its data URL is not read: pass its bytes' },
  { is: isUrl, advice: 'is sent as a text, and its URL is not read: pass (await fetch(url)).body' },
  { is: isPath, advice: 'is sent as a text, not as the file of this name: pass pathToFileURL(path)' },
];

/** @param {string} text */
function isDataUrl(text) {
  return /^data:[^\s/\\]*[/,;]/i.test(text);
}

/** @param {string} text */
function isUrl(text) {
  return /^(?:https?|ftp|s3):\/\/\S+$/i.test(text);
}

/**
 * Returns whether a text begins at a root, a folder or a drive, or ends with an extension.
 *
 * @param {string} text
 */
function isPath(text) {
  if (/^(?:file:\/\/|~?[/\\]|\.\.?[/\\]|[a-z]:[/\\])/i.test(text)) {
    return !/[\r\n]/.test(text);
  }
  // Other texts have blanks, too.
  const isName = !/\s/.test(text) || /^[^\r\n]*[/\\][^\r\n/\\]*$/.test(text);
  return isName && /[^.]\.(?=\d*[a-z])\w{1,5}$/i.test(text);
}

/**
 * Returns what to add to the refusal of a run's inputs, if one of its texts was probably meant as a file.
 *
 * @param {import('./model-inputs.js').ModelInputs} inputs
 */
function adviceForFiles({ value, placeOf }) {
  for (const key of Object.keys(value)) {
    const parts = value[key];
    for (const name of Object.keys(parts)) {
      const text = parts[name];
      const found = typeof text === 'string' && text.length <= LONGEST && forms.find(({ is }) => is(text));
      if (found) {
        return `${placeOf(key, name)} ${found.advice}`;
      }
    }
  }
  return undefined;
}

module.exports = { adviceForFiles };
