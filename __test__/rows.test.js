'use strict';

// What a method costs: each operation of Rust is run by one row, each row is one method of the classes, and each method has its
// signatures in one place. So nothing else has to be found when one is added.

const assert = require('node:assert/strict');
const { readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const ts = require('typescript');
const modzy = require('modzy-client');

const root = path.resolve(__dirname, '..');

/** What the facade and the classes have that is not a row. */
const NOT_ROWS = ['getAccountingClient', 'getJobClient', 'getModelClient', 'getResultClient', 'getTagClient', 'stats'];

/** What people call most. */
const WITH_EXAMPLES = [
  ...['submitJobText', 'submitJobEmbedded', 'submitJobFile', 'submitJobAWSS3', 'submitJob'],
  ...['blockUntilComplete', 'blockUntilResult', 'jobsAsCompleted', 'getJob', 'cancelJob', 'getJobHistory'],
  ...['getResult', 'downloadOutput', 'getModels', 'getModel'],
];

/** The rows of each file in `lib/resources`. */
const tables = Object.fromEntries(
  readdirSync(path.join(root, 'lib/resources'))
    .map((file) => [path.basename(file, '.js'), require(path.join(root, 'lib/resources', file)).rows])
    .filter(([, rows]) => rows !== undefined),
);
const rows = Object.values(tables).flatMap((table) => Object.entries(table));
const names = rows.map(([name]) => name);

/** The operations that the addon starts. */
function operations() {
  const text = readFileSync(path.join(root, 'js-binding.d.ts'), 'utf8');
  const types = new Set(Array.from(text.matchAll(/^ {2}\w+\(operation: (\w+)/gm), ([, type]) => type));
  const members = [...types].flatMap((type) => {
    const [, union] = new RegExp(`export type ${type} =([^;\n]*)`).exec(text);
    return union.match(/\w+/g);
  });
  assert.ok(members.includes('getJob'), text);
  return members;
}

/** The names of the tags in the docs of a declaration. */
function tagsOf(declaration) {
  return ts.getJSDocTags(declaration).map(({ tagName }) => tagName.text);
}

/** The methods that the interfaces and classes in `types` declare, with the tags in their docs. */
function declared() {
  return readdirSync(path.join(root, 'types')).flatMap((file) => {
    const text = readFileSync(path.join(root, 'types', file), 'utf8');
    return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true).statements.flatMap((statement) => {
      const isOfMethods = ts.isInterfaceDeclaration(statement) && /Methods$/.test(statement.name.text);
      if (!isOfMethods && !(ts.isClassDeclaration(statement) && /Client$/.test(statement.name.text))) {
        return [];
      }
      const methods = statement.members.filter(
        (member) =>
          (ts.isMethodSignature(member) || ts.isMethodDeclaration(member)) &&
          ts.isIdentifier(member.name) &&
          !member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword),
      );
      return [...new Set(methods.map(({ name }) => name.text))].map((name) => ({
        name,
        tags: methods.filter((method) => method.name.text === name).flatMap(tagsOf),
      }));
    });
  });
}

/** The own methods of a class. */
function methodsOf(type) {
  return Object.entries(Object.getOwnPropertyDescriptors(type.prototype))
    .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function')
    .map(([name, { value }]) => [name, value]);
}

describe('a method', () => {
  it('is one row, and each operation is run by one row', () => {
    assert.equal(new Set(names).size, names.length);
    const run = rows.flatMap(([, { aliasOf, operations: own }]) => (aliasOf === undefined ? own : []));
    assert.deepEqual(run.toSorted(), operations().toSorted());
  });

  it('that is another name of one runs no operation of its own', () => {
    for (const [name, { aliasOf, operations: own }] of rows) {
      assert.deepEqual(own, aliasOf?.operations ?? own, name);
      assert.ok(aliasOf === undefined || rows.some(([, row]) => row === aliasOf), name);
    }
  });

  it('has its signatures in one place', () => {
    const signatures = declared().filter(({ name }) => !NOT_ROWS.includes(name));
    assert.deepEqual(signatures.map(({ name }) => name).toSorted(), names.toSorted());
  });

  it('has an example, if it is one of the fifteen that people call most', () => {
    const shown = declared().filter(({ tags }) => tags.includes('example'));
    assert.equal(WITH_EXAMPLES.length, 15);
    assert.deepEqual(
      WITH_EXAMPLES.filter((name) => !shown.some((each) => each.name === name)),
      [],
    );
  });

  it('is the same function in each class that has it', () => {
    const classes = Object.values(modzy).filter((value) => /Client$/.test(value.name));
    const functions = new Map();
    for (const [name, value] of classes.flatMap(methodsOf)) {
      assert.equal(functions.get(name) ?? value, value, name);
      functions.set(name, value);
      assert.deepEqual([value.name, value.length], [name, 0]);
    }
    assert.deepEqual([...functions.keys()].filter((name) => !NOT_ROWS.includes(name)).toSorted(), names.toSorted());
  });

  it('rejects where it is called on something that is not a client', async () => {
    const { getJob, jobsAsCompleted, listModels } = modzy.ModzyClient.prototype;
    await assert.rejects(getJob.call(undefined, 'a'), TypeError);
    await assert.rejects(jobsAsCompleted.call({}, []).next(), TypeError);
    await assert.rejects(listModels.call(null).toArray(), TypeError);
  });
});
