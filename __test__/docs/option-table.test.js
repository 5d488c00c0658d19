'use strict';

// The table of options in lib/arguments, held to what the types and the guide say: which options there are, what takes each,
// and the default.

const assert = require('node:assert/strict');
const { readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const ts = require('typescript');
const { namesOf, options, otherNames } = require('../../lib/arguments/option-table.js');

const root = path.resolve(__dirname, '../..');

/** What the guide calls the kinds of calls. */
const KINDS = {
  reads: ['read'],
  listings: ['list'],
  'data URLs': ['pathUrl', 'blobUrl'],
  fileToDataUrl: ['blobUrl'],
  downloads: ['download'],
  submits: ['submit', 'embed'],
  submitJobEmbedded: ['embed'],
  uploads: ['upload'],
  appends: ['append'],
  deployments: ['deploy'],
  steps: ['step'],
  'step waits': ['stepWait'],
  waits: ['wait'],
  batches: ['waitMany'],
  watches: ['watch'],
  submit: ['submitModel'],
  run: ['run'],
};

/** All kinds of calls. */
const CALLS = [...new Set(Object.values(KINDS).flat())];

/** The kinds that a cell of the guide names. */
function kindsIn(cell) {
  const exception = /^every call(?: except (.+))?$/.exec(cell)?.[1];
  if (cell.startsWith('every call')) {
    return CALLS.filter((kind) => !(KINDS[exception] ?? []).includes(kind));
  }
  return cell.split(', ').flatMap((word) => KINDS[plain(word)]);
}

const program = ts.createProgram([path.join(root, 'index.d.ts')], {
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  strict: true,
  types: ['node'],
});
const checker = program.getTypeChecker();
const exported = new Map(
  checker
    .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(path.join(root, 'index.d.ts'))))
    .map((symbol) => [symbol.name, symbol]),
);

/** The type of an exported interface or class. */
const typeOf = (name) => checker.getDeclaredTypeOfSymbol(exported.get(name));

/** The members of a type that can be given: a type with the members of `null` only cannot be given. */
function membersOf(type) {
  const given = checker.getNonNullableType(type);
  return new Map(
    given
      .getProperties()
      .filter((member) => checker.typeToString(checker.getNonNullableType(checker.getTypeOfSymbol(member))) !== 'never')
      .map((member) => [member.name, defaultOf(member)]),
  );
}

/** What `@default` says. */
function defaultOf(member) {
  const tag = member.getJsDocTags(checker).find(({ name }) => name === 'default');
  return tag && ts.displayPartsToString(tag.text).replaceAll(/\s+/g, ' ');
}

/** The members of the options of each method that has some. */
function optionsOfMethods() {
  return new Map(
    ['ModzyClient', 'AccountingClient'].flatMap((name) =>
      typeOf(name)
        .getProperties()
        .flatMap((method) => {
          const parameters = checker
            .getTypeOfSymbol(method)
            .getCallSignatures()
            .flatMap((signature) => signature.getParameters())
            .filter((parameter) => parameter.name === 'options');
          return parameters.map((parameter) => [method.name, membersOf(checker.getTypeOfSymbol(parameter))]);
        }),
    ),
  );
}

/** The rows of a table of the guide, as the texts of their cells. */
function rowsOfGuide(first, last) {
  const guide = readFileSync(path.join(root, 'docs/operations.md'), 'utf8');
  const [, section] = guide.split(first);
  return section
    .split(last)[0]
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()));
}

const plain = (text) => text.replaceAll(/[`']/g, '');

describe('the table of options', () => {
  const methods = optionsOfMethods();
  const rows = readdirSync(path.join(root, 'lib/resources')).flatMap((file) =>
    Object.entries(require(path.join(root, 'lib/resources', file)).rows ?? {}),
  );

  it('has what the types of each method have', () => {
    assert.ok(rows.length > 0);
    for (const [name, { kind, renamed = [] }] of rows) {
      const members = [...methods.get(name).keys()].filter((member) => !renamed.includes(member));
      assert.deepEqual(members.sort(), namesOf(kind), name);
    }
  });

  it('has what the types of clients have', () => {
    assert.deepEqual([...membersOf(typeOf('ClientOptions')).keys()].sort(), namesOf('client'));
    const initiators = ['ClassInitiator', 'TeamInitiator'].flatMap((name) => [...membersOf(typeOf(name)).keys()]);
    assert.deepEqual([...new Set(initiators)].sort(), namesOf('client', 'initiator'));
  });

  it('has a default in the types for every option, the same for each method that takes it', () => {
    const credentials = ['apiKey', 'teamId', 'teamToken'];
    for (const members of [...methods.values(), membersOf(typeOf('ClassInitiator'))]) {
      for (const [name, given] of members) {
        assert.ok(given !== undefined || credentials.includes(name), name);
      }
    }
  });

  it('is in the guide, with the default and with what takes each option', () => {
    const guide = rowsOfGuide('The options of calls have no', 'Downloads are');
    const calls = CALLS;
    assert.deepEqual(guide.map(([name]) => plain(name)).sort(), namesOf(...calls));
    for (const [cell, , given, takers] of guide) {
      const name = plain(cell);
      assert.deepEqual(
        kindsIn(takers).sort(),
        options[name].takers.filter((taker) => calls.includes(taker)).sort(),
        name,
      );
      for (const [method, members] of methods) {
        const inTypes = members.get(name);
        assert.ok(inTypes === undefined || plain(inTypes).startsWith(plain(given)), `${method} ${name}: ${inTypes}`);
      }
    }
  });

  it('is in the guide, with the default of each option of clients', () => {
    const members = membersOf(typeOf('ClassInitiator'));
    const guide = rowsOfGuide('## Options and the environment', 'The options of calls have no');
    const named = guide.flatMap(([names, , given]) => names.split(', ').map((name) => [plain(name), given]));
    const known = namesOf('client', 'initiator').flatMap((name) =>
      name === 'tls' ? ['tls.ca', 'tls.cert', 'tls.key'] : name,
    );
    assert.deepEqual(named.map(([name]) => name).sort(), known);
    const tls = membersOf(typeOf('TlsOptions'));
    for (const [name, given] of named) {
      const inTypes = name.startsWith('tls.') ? tls.get(name.slice(4)) : members.get(name);
      assert.equal(plain(inTypes ?? 'none'), plain(given), name);
    }
  });

  it('knows the other names by which single methods take an option', () => {
    for (const [former, { name }] of Object.entries(otherNames)) {
      const takers = rows.filter(([, { renamed = [] }]) => renamed.includes(former));
      assert.deepEqual(
        takers.map(([method]) => methods.get(method).get(former)),
        takers.map(([method]) => methods.get(method).get(name)),
      );
    }
  });
});
