'use strict';

// The contract of both generations, row by row: what a call sends, to the last byte that matters, and what it gives for an
// answer. The rows are written from the facts about the API and the published SDKs, not from what this client does.
//
// A row has the `call`, made with a client; which `client`, by the generation of its constructor, and `on` which of the
// classes (the facade, unless it says otherwise), and with which `base` below the host, if not with `/api`; what the call `asks`, in order, but in any order within an inner list;
// the `answers`, in order or by path; and what it `gives`, or how it `fails`. It `warns` of nothing, unless it says so.

const assert = require('node:assert/strict');
const { readdirSync } = require('node:fs');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');
const modzy = require('modzy-client');
const { Recorder } = require('./support/recorder.js');

const KEY = 'contractPrefix.contractBody';
const classes = {
  facade: 'ModzyClient',
  model: 'ModelClient',
  tag: 'TagClient',
  job: 'JobClient',
  result: 'ResultClient',
  accounting: 'AccountingClient',
};
/** At least so many rows of each generation. */
const least = { 1: 120, 2: 60, forms: 25 };

const folder = path.join(__dirname, 'contract');
const tables = readdirSync(folder)
  .filter((name) => name.endsWith('.js') && name !== 'wire.js')
  .map((name) => ({ name: path.basename(name, '.js'), rows: require(path.join(folder, name)) }));

/** The call as it stands in the table. */
function title({ call, client = 1, on, base }) {
  const text = String(call)
    .replace(/^(async )?\(c\) =>/, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return `${text.length > 140 ? `${text.slice(0, 140)}…` : text} [${[client, on, base].filter((each) => each !== undefined).join(', ')}]`;
}

/** The request that a row expects, as the recorder reads it. Values that will do stand in for those expected. */
function expected({ method, path: route, query = {}, json, parts }, actual) {
  const pairs = Object.entries(query).map(([name, value]) => {
    const given = actual?.query?.find(([key]) => key === name)?.[1];
    return [name, typeof value === 'function' && value(given) ? given : String(value)];
  });
  const common = {
    method,
    path: route,
    query: pairs.sort(([one], [other]) => (one < other ? -1 : Number(one > other))),
    authorization: `ApiKey ${KEY}`,
  };
  if (parts !== undefined) {
    return { ...common, contentType: 'multipart/form-data', parts };
  }
  return json === undefined
    ? { ...common, contentType: '', body: '' }
    : { ...common, contentType: 'application/json', json };
}

/** Requests as plain lists, with the bytes of their parts as buffers of their own. */
const copied = (requests) =>
  requests.map((request) =>
    request.parts === undefined
      ? request
      : { ...request, parts: request.parts.map((part) => ({ ...part, bytes: Buffer.from(part.bytes) })) },
  );

function checkRequests(asks, requests) {
  let at = 0;
  const all = asks.flatMap((ask) => {
    if (!Array.isArray(ask)) {
      return [expected(ask, requests[at++])];
    }
    // In any order: in that of their arrival where that will do.
    const waiting = [...ask];
    const arrived = requests.slice(at, (at += ask.length));
    return [
      ...arrived.flatMap((request) => {
        const index = waiting.findIndex((each) => each.path === request.path && each.method === request.method);
        return index === -1 ? [] : [expected(waiting.splice(index, 1)[0], request)];
      }),
      ...waiting.map((each) => expected(each)),
    ];
  });
  assert.deepEqual(
    requests.map(({ method, path: route, url }) => `${method} ${route ?? url}`),
    all.map(({ method, path: route }) => `${method} ${route}`),
  );
  assert.deepEqual(copied(requests), copied(all));
}

function checkFailure(error, { of, code, message }, urls) {
  assert.ok(error instanceof (of === 'TypeError' ? TypeError : modzy[of]), `${of} expected, not ${error?.stack}`);
  if (code !== undefined) {
    assert.equal(error.code, code);
    assert.ok(urls.includes(error.url?.split('?')[0]), `the url is ${error.url}`);
    assert.equal(String(error), `${error.code} :: ${error.message} :: ${error.url}`);
    const { message: told, code: asNumber, url } = JSON.parse(JSON.stringify(error));
    assert.deepEqual([told, asNumber, url], [error.message, error.code, error.url]);
  }
  if (message instanceof RegExp) {
    assert.match(error.message, message);
  } else {
    assert.equal(error.message, message);
  }
  assert.ok(!`${error.stack}${JSON.stringify(error)}`.includes('contractBody'), 'the error tells the key');
}

async function checkValue(value, gives) {
  if (typeof gives === 'function') {
    await gives(value);
  } else {
    assert.deepEqual(value, gives);
  }
}

describe('the contract', () => {
  const recorder = new Recorder();
  /** One client of each class and constructor, shared by all rows. */
  const clients = { 1: {}, 2: {} };
  const warnings = [];
  const onWarning = (warning) => warnings.push(warning.message);

  before(async () => {
    process.on('warning', onWarning);
    await recorder.start();
    for (const [on, name] of Object.entries(classes)) {
      clients[1][on] = new modzy[name](`${recorder.url}/api`, KEY);
      clients[2][on] = new modzy[name]({ url: recorder.url, apiKey: KEY });
    }
  });
  after(async () => {
    process.off('warning', onWarning);
    await recorder.stop();
  });

  /** The client of a row. */
  function clientOf({ client = 1, on = 'facade', base }) {
    if (base === undefined) {
      return clients[client][on];
    }
    const Class = modzy[classes[on]];
    const url = recorder.url + base;
    return client === 1 ? new Class(url, KEY) : new Class({ url, apiKey: KEY });
  }

  async function check(row) {
    const { call, asks, answers = [], gives, fails, warns = [] } = row;
    recorder.script(answers);
    warnings.length = 0;
    let outcome;
    try {
      outcome = { value: await call(clientOf(row)) };
    } catch (error) {
      outcome = { error };
    }
    await turn();
    checkRequestsAfter(asks, outcome);
    if (fails === undefined) {
      assert.ok(!('error' in outcome), outcome.error);
      await checkValue(outcome.value, gives);
    } else {
      assert.ok('error' in outcome, `gave ${JSON.stringify(outcome.value)} instead of failing`);
      const urls = asks.flat().map(({ path: route }) => recorder.url + route);
      checkFailure(outcome.error, fails, urls);
    }
    assert.equal(warnings.length, warns.length, warnings.join('\n'));
    warns.forEach((pattern, index) => assert.match(warnings[index], pattern));
  }

  /** The requests come first: an error is often no more than what came of a wrong one. */
  function checkRequestsAfter(asks, { error }) {
    try {
      checkRequests(asks, recorder.requests);
    } catch (mismatch) {
      if (error !== undefined) {
        mismatch.message += `\n\nThe call failed: ${error.stack ?? error}`;
      }
      throw mismatch;
    }
  }

  for (const { name, rows } of tables) {
    describe(name, () => {
      for (const row of rows) {
        it(title(row), () => check(row));
      }
    });
  }

  it('has enough rows of each generation', () => {
    const contract = tables.filter(({ name }) => name !== 'forms').flatMap(({ rows }) => rows);
    const forms = tables.find(({ name }) => name === 'forms')?.rows ?? [];
    const counts = {
      1: contract.filter(({ client = 1 }) => client === 1).length,
      2: contract.filter(({ client }) => client === 2).length,
      forms: forms.length,
    };
    for (const [table, count] of Object.entries(counts)) {
      assert.ok(count >= least[table], `${table}: ${count} rows of ${least[table]}`);
    }
  });

  it('has a row for every method of the facade and of each class', () => {
    const calls = tables.flatMap(({ rows }) => rows.map(({ call }) => String(call))).join('\n');
    const methods = new Set(
      Object.values(classes).flatMap((name) =>
        Object.entries(Object.getOwnPropertyDescriptors(modzy[name].prototype))
          .filter(([method, { value }]) => method !== 'constructor' && typeof value === 'function')
          .map(([method]) => method),
      ),
    );
    const missing = [...methods].filter((method) => !new RegExp(`\\.${method}\\(`).test(calls));
    assert.deepEqual(missing, []);
  });
});
