'use strict';

// The contract of both generations, row by row: the requests of a call, to the last byte that matters, and its outcome. The
// rows are written from the documentation of the API and from the published SDKs, not from what this client does.
//
// Members of a row:
//
//   title     What the row shows. Unique in its table.
//   call      Makes the call with the client that it gets.
//   client    The generation of the client's constructor. 1 by default.
//   on        The class of the client, by its resource. The facade by default.
//   base      The path of the URL in the constructor. `/api` for 1.x and none for 2.x by default.
//   asks      The requests that the call sends, in order. An inner list holds requests in any order.
//   answers   The responses of the server, in order or by path.
//   gives     What the call resolves with, or a function that checks it.
//   fails     The error that the call rejects with, in place of `gives`.
//   warns     The warnings of the call. None by default.

const assert = require('node:assert/strict');
const { readdirSync } = require('node:fs');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');
const modzy = require('modzy-client');
const { readPublicMethods } = require('./support/public-methods.js');
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
const folder = path.join(__dirname, 'contract');
const tables = readdirSync(folder)
  .filter((name) => name.endsWith('.js') && name !== 'wire.js')
  .map((name) => ({ name: path.basename(name, '.js'), rows: require(path.join(folder, name)) }));

/**
 * The request that a row expects, in the shape of a recorded one. Where the row has a function for a query value, an actual
 * value that it accepts takes its place.
 */
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

/** Copies requests, so that the bytes of their parts are buffers without a larger one behind them. */
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
    // An inner list takes the order in which its requests arrived.
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
    const { message: inJson, code: asNumber, url } = JSON.parse(JSON.stringify(error));
    assert.deepEqual([inJson, asNumber, url], [error.message, error.code, error.url]);
  }
  if (message instanceof RegExp) {
    assert.match(error.message, message);
  } else {
    assert.equal(error.message, message);
  }
  assert.ok(!`${error.stack}${JSON.stringify(error)}`.includes('contractBody'), 'the error shows the key');
}

async function checkValue(value, gives) {
  if (typeof gives === 'function') {
    await gives(value);
  } else {
    assert.deepEqual(value, gives);
  }
}

/** The methods about a client itself. */
const SENDS_NOTHING = ['close', 'stats'];

describe('the contract', () => {
  const recorder = new Recorder();
  /** One client of each class and constructor, shared by all rows. */
  const clients = { 1: {}, 2: {} };
  const methods = readPublicMethods();
  /** The calls of the row that runs, and those of all rows that passed and whose calls resolve. */
  const calls = [];
  const covered = new Set();
  const warnings = [];
  const onWarning = (warning) => warnings.push(warning.message);

  /** Makes the methods of a class note their calls. Returns a function that restores them. */
  function noteCalls({ prototype }) {
    const originals = Object.entries(Object.getOwnPropertyDescriptors(prototype)).filter(([name]) => methods.has(name));
    for (const [name, descriptor] of originals) {
      const noting = function (...given) {
        calls.push({ name, form: formOf(name, given) });
        return descriptor.value.apply(this, given);
      };
      Object.defineProperty(prototype, name, { ...descriptor, value: noting });
    }
    return () => originals.forEach(([name, descriptor]) => Object.defineProperty(prototype, name, descriptor));
  }

  /** The form of a call, where its method has several. A call without arguments is in neither. */
  function formOf(name, [first]) {
    const forms = methods.get(name);
    if (forms.size === 1) {
      return [...forms][0];
    }
    const isObject = typeof first === 'object' && first !== null;
    return first === undefined || first === null ? undefined : isObject ? 'object' : 'positional';
  }

  const restores = [];
  before(async () => {
    restores.push(...Object.values(classes).map((name) => noteCalls(modzy[name])));
    process.on('warning', onWarning);
    await recorder.start();
    for (const [on, name] of Object.entries(classes)) {
      clients[1][on] = new modzy[name](`${recorder.url}/api`, KEY);
      clients[2][on] = new modzy[name]({ url: recorder.url, apiKey: KEY });
    }
  });
  after(async () => {
    restores.forEach((restore) => restore());
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
    calls.length = 0;
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
    if (fails === undefined) {
      calls.forEach(({ name, form }) => covered.add(`${name}, ${form}, client of ${row.client ?? 1}.x`));
    }
  }

  /** Compares the requests before the outcome, because an unexpected error is often the consequence of a wrong request. */
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
        it(row.title, () => check(row));
      }
    });
  }

  it('has a title for each row, unique in its table', () => {
    for (const { name, rows } of tables) {
      const titles = rows.map(({ title }) => title);
      assert.ok(
        titles.every((title) => typeof title === 'string' && title !== ''),
        name,
      );
      assert.deepEqual(
        titles.filter((title, index) => titles.indexOf(title) !== index),
        [],
        name,
      );
    }
  });

  it('covers each public method in each form of its types, with clients of both generations', () => {
    const promised = Array.from(methods)
      .filter(([name]) => !SENDS_NOTHING.includes(name))
      .flatMap(([name, forms]) =>
        [...forms].flatMap((form) => [1, 2].map((client) => `${name}, ${form}, client of ${client}.x`)),
      );
    assert.deepEqual(
      promised.filter((each) => !covered.has(each)),
      [],
    );
  });

  it('finds the same methods in the types as on the classes', () => {
    const onClasses = Object.values(classes).flatMap((name) =>
      Object.entries(Object.getOwnPropertyDescriptors(modzy[name].prototype))
        .filter(([method, { value }]) => method !== 'constructor' && typeof value === 'function')
        .map(([method]) => method),
    );
    assert.deepEqual([...methods.keys()].sort(), [...new Set(onClasses)].sort());
  });
});
