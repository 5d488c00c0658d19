'use strict';

// The methods that convert files into data URLs, for embedded inputs.

const { blob, string } = require('../arguments/checks.js');
const { filePath } = require('../arguments/paths.js');
const { required } = require('../arguments/rows.js');
const { blobToDataUrl, mostBytes } = require('../data-urls.js');
const { writeJson } = require('../json.js');
const { inSteps, methodsOf, own, plain } = require('./resource.js');

const rows = {
  pathToDataUrl: plain('pathUrl', 'pathToDataUrl', [required('path', filePath), required('mimeType', string)], {
    argument: ({ values: { path, mimeType }, options }) =>
      writeJson({ path, mimeType, maxBytes: mostBytes(mimeType, options.maxBytes) }),
    answer: (text) => text,
  }),
  fileToDataUrl: own(
    'blobUrl',
    [],
    [required('file', blob)],
    inSteps((session, { values, options }) => blobToDataUrl(session, values.file, options)),
  ),
};

module.exports = { methods: methodsOf(rows), rows };
