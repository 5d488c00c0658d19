'use strict';

// The licenses of the crates in a binary, in the package of that binary.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { describe, it } = require('node:test');
const { host } = require('../../dev/scripts/platforms.js');
const { binaries, platform, readFrom, root } = require('./tarballs.js');

/** Of each package, the crate of its binary, and some of those that it is built of. */
const packages = {
  [`modzy-client-${platform}`]: {
    root: 'modzy-client-node',
    some: ['hyper', 'napi', 'reqwest', 'ring', 'rustls', 'tokio', 'webpki-roots'],
  },
  [`modzy-emulator-${platform}`]: {
    root: 'modzy-emulator',
    some: ['axum', 'clap', 'hyper', 'tokio', 'vader-sentimental'],
  },
};

/** Crates for builds or tests, which no binary contains. */
const APART = ['cc', 'napi-build', 'napi-derive', 'proptest', 'rcgen', 'serde_derive', 'syn'];

/** Words in the text of each license that the other texts do not have. */
const WORDS = {
  'Apache-2.0': 'TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION',
  'BSD-3-Clause': 'Redistribution and use in source and binary forms',
  'CDLA-Permissive-2.0': 'Community Data License Agreement',
  ISC: 'Permission to use, copy, modify, and/or distribute this software',
  MIT: 'Permission is hereby granted, free of charge',
  'Unicode-3.0': 'UNICODE LICENSE V3',
  Zlib: "This software is provided 'as-is'",
};

/** The crates in the notices of a package, each with its license and its texts. */
function readNotices(name) {
  const [list, ...texts] = readFrom(name, 'THIRD-PARTY-LICENSES.txt').split(/\n={80}\n/);
  const lines = list.matchAll(/^(\S+) (\d\S+): (\S.*) \[([\d, ]+)\]$/gm);
  const crates = Array.from(lines, ([, crate, version, license, numbers]) => ({
    crate,
    version,
    license,
    text: numbers
      .split(', ')
      .map((number) => texts[Number(number) - 1])
      .join('\n'),
  }));
  return { crates, texts };
}

/** The crates that cargo says a crate is built of, as `name-version`. */
function builtOf(crate) {
  const { triple } = host();
  const args = ['tree', '--locked', '--package', crate, '--target', triple];
  const how = ['--edges', 'normal,no-proc-macro', '--prefix', 'none', '--format', '{p}'];
  const printed = execFileSync('cargo', [...args, ...how], { cwd: root, encoding: 'utf8' });
  const lines = printed.trim().split('\n');
  return lines.filter((line) => !line.startsWith('modzy-')).map((line) => line.replace(/^(\S+) v(\S+).*$/, '$1-$2'));
}

describe('the notices', () => {
  for (const [name, { root: crate, some }] of Object.entries(packages)) {
    it(`of ${name} list the crates that its binary is built of`, () => {
      const { crates } = readNotices(name);
      const names = crates.map((each) => each.crate);
      assert.deepEqual(
        some.filter((each) => !names.includes(each)),
        [],
      );
      assert.deepEqual(
        names.filter((each) => APART.includes(each) || each.startsWith('modzy-')),
        [],
      );

      const listed = new Set(crates.map((each) => `${each.crate}-${each.version}`));
      assert.equal(listed.size, crates.length);
      const graph = builtOf(crate);
      assert.ok(graph.length > 50, `${graph.length} crates`);
      assert.deepEqual(
        graph.filter((each) => !listed.has(each)),
        [],
      );

      // A binary holds the name of each source file with a possible panic.
      const places = readFrom(name, binaries[name], 'latin1').matchAll(/registry[/\\]src[/\\][^/\\]+[/\\]([\w.+-]+)/g);
      const compiled = [...new Set(Array.from(places, ([, source]) => source))];
      assert.ok(compiled.length > 20, `${compiled.length} crates`);
      assert.deepEqual(
        compiled.filter((each) => !listed.has(each)),
        [],
      );
    });

    it(`of ${name} have the text of each license, and each text once`, () => {
      const { crates, texts } = readNotices(name);
      for (const { crate: each, license, text } of crates) {
        const words = text.replaceAll(/\s+/g, ' ');
        for (const part of license.split(' AND ')) {
          const choices = part.split(/ OR |[/()]/).filter((choice) => Object.hasOwn(WORDS, choice));
          assert.ok(
            choices.some((choice) => words.includes(WORDS[choice])),
            `${each}: ${license}\n${text}`,
          );
        }
      }
      const bare = texts.map((text) => text.replace(/^\[\d+\]/, '').replaceAll(/\s+/g, ' '));
      assert.equal(new Set(bare).size, texts.length);
      assert.match(readFrom(name, 'COPYRIGHT-library.html'), /Copyright notices for The Rust Standard Library/);
    });
  }
});
