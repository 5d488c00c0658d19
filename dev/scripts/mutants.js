'use strict';

// `npm run test:mutants`: makes small changes to the sources, one at a time, and runs the tests that should notice. Prints those that
// none has noticed, and the counts of each module. Keeps the results in `target/mutants`: a run that is killed goes on where it was,
// and what has been tested is not tested again until its file changes.

const { parseArgs } = require('node:util');
const { buildDebug } = require('./builds.js');
const { readCommandLine } = require('./command-line.js');
const { prepare } = require('./setup.js');

const usage =
  'npm run test:mutants [-- --only client|addon|lib --module PATH --shard 1/8 --changed [BASE] --again --quick --report]';
const PARTS = ['client', 'addon', 'lib'];

/**
 * @typedef {object} Selection Which mutants to test, and how.
 * @property {(file: string) => boolean} includes
 * @property {(index: number) => boolean} isInShard
 * @property {string} [changes] A diff: only in its lines.
 * @property {boolean} again Whether to test again what the tests have missed before.
 * @property {boolean} quick Whether to run only the fastest tests.
 * @property {boolean} reports Whether only to report what is known.
 */

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      module: { type: 'string', default: '' },
      shard: { type: 'string', default: '1/1' },
      changed: { type: 'boolean', default: false },
      again: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
    },
  });
  const [, shard, shards] = /^(\d+)\/(\d+)$/.exec(values.shard)?.map(Number) ?? [];
  if (shard === undefined || shard < 1 || shard > shards) {
    throw new Error('--shard must be like 1/8');
  }
  if (values.only !== undefined && !PARTS.includes(values.only)) {
    throw new Error(`--only must be one of ${PARTS.join(', ')}`);
  }
  if (positionals.length > (values.changed ? 1 : 0)) {
    throw new Error(`unknown argument ${positionals.at(-1)}`);
  }
  return { ...values, base: positionals.at(0), shard, shards };
}

function main() {
  const {
    only,
    module: part,
    shard,
    shards,
    changed,
    base,
    again,
    quick,
    report: reports,
  } = readCommandLine(usage, readArguments);
  prepare();
  const { report } = require('../mutants/results.js');
  const { changesSince } = require('../mutants/tree.js');
  const { testRust } = require('../mutants/rust.js');
  const { testJavaScript } = require('../mutants/javascript.js');
  /** @type {Selection} */
  const selection = {
    includes: (file) => file.includes(part),
    isInShard: (index) => index % shards === shard - 1,
    changes: changed ? changesSince(base) : undefined,
    ...{ again, quick, reports },
  };
  const chosen = PARTS.filter((name) => only === undefined || name === only);
  if (!reports && chosen.some((name) => name !== 'client')) {
    buildDebug();
  }
  const results = chosen.flatMap((name) => (name === 'lib' ? testJavaScript(selection) : testRust(name, selection)));
  report(results);
  process.exitCode = results.some(({ outcome }) => outcome === 'missed') ? 1 : 0;
}

main();
