'use strict';

// Preloaded with `--require`: makes a Linux with glibc look like one with musl, such as Alpine, to npm and to what loads a binary.

const fs = require('node:fs');

const { readFileSync } = fs;

/** @type {any} */ (fs).readFileSync = (/** @type {[any, any]} */ ...given) =>
  given[0] === '/usr/bin/ldd' ? 'musl libc' : readFileSync(...given);

const report = /** @type {any} */ (process.report);
const { getReport } = report;
report.getReport = () => {
  const { header, ...others } = getReport.call(report);
  return {
    ...others,
    header: { ...header, glibcVersionRuntime: undefined },
    sharedObjects: ['/lib/ld-musl-x86_64.so.1'],
  };
};
