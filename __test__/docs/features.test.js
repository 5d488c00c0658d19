'use strict';

// Each row of docs/features.md names tests that exist, and methods that the client has.

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { it } = require('node:test');
const modzy = require('modzy-client');

const { AccountingClient, ModzyClient } = modzy;

const root = path.resolve(__dirname, '../..');
const lines = readFileSync(path.join(root, 'docs/features.md'), 'utf8').match(/^\|.*/gm);
const rows = lines.slice(2).map((line) => line.slice(2, -2).split(' | '));

it('each row names the clients, methods of this one, and tests that exist', () => {
  assert.notEqual(rows.length, 0);
  for (const [feature, ...cells] of rows) {
    assert.equal(cells.length, 8, feature);
    const [here, shown] = cells.slice(6);
    assert.ok(
      cells.slice(0, 6).every((cell) => ['yes', '–'].includes(cell)),
      feature,
    );
    for (const [, method] of here.matchAll(/`(\w+)`/g)) {
      assert.ok(
        method in ModzyClient.prototype || method in AccountingClient.prototype || method in modzy,
        `${feature}: ${method}`,
      );
    }
    const [, file, names] = /^`([^`]+)`: (.+)$/.exec(shown);
    const text = readFileSync(path.join(root, file), 'utf8');
    for (const [, name] of names.matchAll(/`([^`]+)`/g)) {
      assert.ok(file.endsWith('.rs') ? text.includes(`fn ${name}()`) : text.includes(name), `${file}: ${name}`);
    }
  }
});
