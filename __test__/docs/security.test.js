'use strict';

// Each promise of SECURITY.md names tests, and each test that it names exists.

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { it } = require('node:test');

const root = path.resolve(__dirname, '../..');
const security = readFileSync(path.join(root, 'SECURITY.md'), 'utf8');

/** A name in backticks, or in double backticks where it has some itself. */
const NAME = /(`` .+? ``|`[^`]+`)/;
const CITATION = new RegExp(`\`([\\w./-]+\\.(?:rs|js))\`: (${NAME.source}(?:, ${NAME.source})*)`, 'g');

it('every test that SECURITY.md names exists', () => {
  const citations = [...security.matchAll(CITATION)].flatMap(([, file, names]) =>
    [...names.matchAll(new RegExp(NAME.source, 'g'))].map(([name]) => [file, name.replace(/^`+ ?| ?`+$/g, '')]),
  );
  assert.equal(
    new Set(citations.map(([file]) => file)).size,
    new Set(security.match(/`[\w./-]+\.(?:rs|js)`(?=: )/g)).size,
  );
  for (const [file, name] of citations) {
    const text = readFileSync(path.join(root, file), 'utf8');
    const isThere = file.endsWith('.rs') ? text.includes(`fn ${name}()`) : text.includes(name);
    assert.ok(isThere, `${file} has no test ${name}`);
  }
});

it('every promise of SECURITY.md names a test', () => {
  const lines = security.slice(0, security.indexOf('## How it is checked')).match(/^\|.*/gm);
  const rows = lines.flatMap((line) => [...line.matchAll(/^\| (.+) \| (.+) \|$/g)]);
  assert.equal(rows.length, lines.length, 'a row of a table cannot be read');
  const promises = rows.filter(([, promise]) => promise !== 'promise' && promise !== '---');
  assert.notEqual(promises.length, 0);
  for (const [, promise, tests] of promises) {
    assert.ok([...tests.matchAll(CITATION)].length > 0, promise);
  }
});
