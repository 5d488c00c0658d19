'use strict';

// `npm run soak`: uploads 1 GB from every kind of source, then makes mixed calls with faults for an hour. Prints its figures, and fails
// if a resource grows or an upload differs. With `--freezes`, it also suspends the process for 1 to 40 s at random. With `--page`, it
// keeps the emulator's page open in a browser instead, at 1,000 requests a second.

const { parseArgs } = require('node:util');
const { buildRelease } = require('./builds.js');
const { readCommandLine } = require('./command-line.js');
const { prepare } = require('./setup.js');

const usage = 'npm run soak [-- --minutes 60 --rate 40 --bytes 1000000007 --seed SEED --freezes --page --as-built]';

/** The requests a second of a soak of the page, and the most of a core that an open page may cost. */
const PAGE = { rate: 1000, cost: 0.02 };

function readArguments() {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '60' },
      rate: { type: 'string', default: '40' },
      bytes: { type: 'string', default: '1000000007' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      freezes: { type: 'boolean', default: false },
      page: { type: 'boolean', default: false },
      'as-built': { type: 'boolean', default: false },
    },
  });
  const { 'as-built': asBuilt, freezes, page, ...numbers } = values;
  const read = Object.fromEntries(Object.entries(numbers).map(([name, text]) => [name, Number(text)]));
  if (!Object.values(read).every((number) => number >= 0)) {
    throw new Error('--minutes, --rate, --bytes and --seed must be numbers');
  }
  return { asBuilt, freezes, page, ...read };
}

async function main() {
  const { asBuilt, freezes, page, minutes, rate, bytes, seed } = readCommandLine(usage, readArguments);
  if (!asBuilt) {
    prepare();
    buildRelease();
  }
  const log = (line) => console.log(`${new Date().toISOString()} ${line}`);
  if (page) {
    const { soakPage } = require('../soak/page.js');
    await soakPage({ seconds: minutes * 60, ...PAGE, log });
    log('the page costs little, and does not grow');
    return;
  }
  // Only after the build, since they load the addon.
  const { soak } = require('../soak/run.js');
  const { transfers } = require('../soak/transfers.js');
  log(`seed ${seed}`);
  if (bytes > 0) {
    log(`uploads of ${bytes} bytes`);
    const { kinds } = await transfers({ bytes, seed, log });
    log(`uploads of ${bytes} bytes from ${kinds} kinds of source: all arrived unchanged`);
  }
  if (minutes > 0) {
    log(`${minutes} minutes of mixed calls, ${rate} programs per second`);
    await soak({ seconds: minutes * 60, rate, seed, freezes, log });
    log('no resource grew');
  }
}

main();
