'use strict';

// The tests of mutants, in a copy of the sources with code that tests notice, and with code that they do not.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { installPackages, root, target } = require('../../../dev/scripts/setup.js');

const RUST = `
/// Whether a number is large, as its test expects.
#[must_use]
pub fn noticed(number: u32) -> bool {
    number > 7
}

/// The same, with a test that asserts nothing.
#[must_use]
pub fn unnoticed(number: u32) -> bool {
    number > 7
}

/// Ends.
#[must_use]
pub fn ends(mut number: u32) -> u32 {
    while number < 7 {
        number += 1;
    }
    number
}

#[cfg(test)]
mod more_tests {
    #[test]
    fn numbers_are_large_or_not() {
        assert_eq!([6, 7, 8].map(super::noticed), [false, false, true]);
        assert_eq!([0, 9].map(super::ends), [7, 9]);
        let _ = super::unnoticed(8);
    }
}
`;
const JAVASCRIPT = `
module.exports.noticed = (number) => number > 7;
module.exports.unnoticed = (number) => number > 7;
`;
const ITS_TEST = `
const assert = require('node:assert/strict');
const { it } = require('node:test');
const { noticed, unnoticed } = require('../lib/status.js');
it('numbers are large or not', () => {
  assert.deepEqual([6, 7, 8].map(noticed), [false, false, true]);
  unnoticed(8);
});
`;

describe('the tests of mutants', () => {
  let folder;
  before(() => {
    const mutants = path.join(root, 'dev/mutants');
    installPackages(mutants);
    folder = mkdtempSync(path.join(os.tmpdir(), 'modzy-mutants-'));
    const git = (args, cwd) => execFileSync('git', args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
    const tracked = git(['ls-files', '-z', '--cached', '--others', '--exclude-standard'], root)
      .split('\0')
      .slice(0, -1);
    const built = readdirSync(root).filter((name) => /^js-binding\.|\.node$/.test(name));
    for (const name of [...tracked, ...built]) {
      cpSync(path.join(root, name), path.join(folder, name));
    }
    git(['init', '--quiet'], folder);
    git(['add', '.'], folder);
    git(['-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message=a'], folder);
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    symlinkSync(path.join(mutants, 'node_modules'), path.join(folder, 'dev/mutants/node_modules'));
    // The tool is built once.
    mkdirSync(path.join(target, 'tools'), { recursive: true });
    mkdirSync(path.join(folder, 'target'));
    symlinkSync(path.join(target, 'tools'), path.join(folder, 'target/tools'));
    appendFileSync(path.join(folder, 'crates/secret-names/src/lib.rs'), RUST);
    appendFileSync(path.join(folder, 'lib/status.js'), JAVASCRIPT);
    writeFileSync(path.join(folder, '__test__/added.test.js'), ITS_TEST);
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Runs a program of the copy. Returns its exit code, and the lines of its report. */
  function run(args, env) {
    const own = { CARGO_TARGET_DIR: path.join(folder, 'target'), NODE_TEST_CONTEXT: undefined };
    const options = { cwd: folder, env: { ...process.env, ...own, ...env }, encoding: 'utf8', timeout: 900_000 };
    const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
    const lines = stdout.split('\n');
    const missed = lines.filter((line) => line.startsWith('missed: '));
    const counts = lines
      .find((line) => line.startsWith('| all '))
      ?.match(/\d+/g)
      ?.map(Number);
    assert.ok(counts, `${stdout}${stderr}`);
    return { status, missed, caught: counts[0], byLimit: counts[1] };
  }

  it('report the changed lines in Rust that no test notices, and no others', () => {
    const program = path.join(folder, 'dev/scripts/mutants.js');
    const options = ['--only', 'client', '--module', 'secret-names', '--changed', 'HEAD', '--quick'];
    const { status, missed, caught, byLimit } = run([program, ...options]);
    assert.equal(status, 1);
    assert.ok(missed.length >= 3 && missed.every((line) => line.includes('unnoticed')), missed.join('\n'));
    assert.ok(caught >= 5, `${caught} were caught`);
    assert.ok(byLimit >= 1, 'a loop that does not end reaches its limit');
  });

  it('report the changed lines of lib that no test notices, and no others', () => {
    const program = `
      const { report } = require('./dev/mutants/results.js');
      const { changesSince } = require('./dev/mutants/tree.js');
      const { testJavaScript } = require('./dev/mutants/javascript.js');
      const isAny = () => true;
      const results = testJavaScript({ includes: isAny, isInShard: isAny, changes: changesSince('HEAD') });
      report(results);`;
    const { missed, caught } = run(['-e', program], { MUTANTS_TESTS: 'added' });
    const lines = readFileSync(path.join(folder, 'lib/status.js'), 'utf8').split('\n');
    const unnoticed = lines.findIndex((line) => line.includes('unnoticed')) + 1;
    assert.ok(
      missed.length >= 3 && missed.every((line) => line.includes(`status.js:${unnoticed}:`)),
      missed.join('\n'),
    );
    assert.ok(caught >= 3, `${caught} were caught`);
  });
});
