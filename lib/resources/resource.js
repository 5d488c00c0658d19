'use strict';

// What the classes of resources and the facade have in common: their methods, which are made of rows, and the session that they
// run in. The rows stand in the files of the resources.

const { bare } = require('../arguments/rows.js');
const { Session } = require('../calls/session.js');
const { AsyncQueue } = require('../iteration/async-queue.js');
const { Listing } = require('../iteration/listing.js');
const { captureSite, showCaller } = require('../stacks.js');

/**
 * @typedef {import('../calls/operations.js').Operation} Operation
 * @typedef {import('../arguments/option-table.js').CallKind} CallKind
 * @typedef {import('../arguments/read-call.js').Reading} Reading
 * @typedef {import('../arguments/rows.js').Form} Form
 * @typedef {import('../arguments/rows.js').Parameter} Parameter
 * @typedef {import('../calls/call.js').Reader} Reader
 *
 * @typedef {object} Actions
 * @property {readonly Operation[]} operations What the method runs in Rust.
 * @property {(session: Session, reading: Reading) => any} run Makes the call, and returns what the method returns.
 * @property {boolean} [isReported] `false` where its operations are reported to subscribers and loggers in its place.
 * @property {'promise' | 'iterator' | 'listing'} returns
 * @property {Row} [aliasOf] The row of the method that this one is another name for.
 *
 * @typedef {Form & Actions} Row
 *
 * What else a row says of the arguments, and how a plain method writes the argument of its operation and reads the answer.
 *
 * @typedef {Partial<Form> & { argument?: (reading: Reading) => string, answer?: Reader }} Details
 */

/**
 * A method that is one operation. Each layer around it would cost every pending wait hundreds of bytes.
 *
 * @param {CallKind} kind
 * @param {Operation} operation
 * @param {readonly Parameter[]} parameters
 * @param {Details} [details]
 * @returns {Row}
 */
function plain(kind, operation, parameters, { argument = argumentOf(parameters), answer, ...form } = {}) {
  return bare({
    kind,
    parameters,
    ...form,
    operations: [operation],
    returns: 'promise',
    run: (session, reading) => session.run(operation, argument(reading), reading.options, answer),
  });
}

/**
 * The argument of an operation, unless its row says otherwise: nothing, the text of the only parameter, or all of them as JSON.
 *
 * @param {readonly Parameter[]} parameters
 * @returns {(reading: Reading) => string}
 */
function argumentOf(parameters) {
  const [only, ...others] = parameters;
  if (only === undefined) {
    return () => '';
  }
  return others.length === 0 ? ({ values }) => values[only.name] : ({ values }) => JSON.stringify(values);
}

/**
 * A method that reads, or that asks the server for something that needs no body.
 *
 * @param {Operation} operation
 * @param {readonly Parameter[]} [parameters]
 * @param {Details} [details]
 */
function read(operation, parameters = [], details) {
  return plain('read', operation, parameters, details);
}

/**
 * A method that waits for a job.
 *
 * @param {Operation} operation
 * @param {readonly Parameter[]} parameters
 * @param {Details} [details]
 */
function wait(operation, parameters, details) {
  return plain('wait', operation, parameters, details);
}

/**
 * A method with work of its own beside its operations.
 *
 * @param {CallKind} kind
 * @param {readonly Operation[]} operations
 * @param {readonly Parameter[]} parameters
 * @param {(session: Session, reading: Reading) => Promise<any>} work Throws at once, or returns the promise of its operation.
 * @param {Partial<Row>} [more]
 * @returns {Row}
 */
function own(kind, operations, parameters, work, more = {}) {
  return bare({ kind, parameters, operations, returns: 'promise', run: work, ...more });
}

/**
 * Work that awaits something before its operation or after it: an error that it throws then shows the caller's lines, too.
 *
 * @param {(session: Session, reading: Reading) => Promise<any>} work
 * @returns {(session: Session, reading: Reading) => Promise<any>}
 */
function inSteps(work) {
  return (session, reading) =>
    work(session, reading).catch((error) => {
      throw showCaller(error, reading.options.site);
    });
}

/**
 * A method that returns what a loop goes through.
 *
 * @param {CallKind} kind
 * @param {readonly Operation[]} operations
 * @param {readonly Parameter[]} parameters
 * @param {(session: Session, reading: Reading) => AsyncIterableIterator<any>} run
 * @returns {Row}
 */
function iterate(kind, operations, parameters, run) {
  return bare({ kind, parameters, operations, returns: 'iterator', run });
}

/**
 * A method that lists what the server hands out in pages, with an object form alone.
 *
 * @param {Operation} operation That reads a page.
 * @param {readonly Parameter[]} parameters
 * @returns {Row}
 */
function list(operation, parameters) {
  /** @type {Row['run']} */
  const run = (session, { values: filter, options }) => ({ session, operation, filter, options });
  return bare({
    kind: 'list',
    parameters,
    objectOnly: true,
    generation: 2,
    operations: [operation],
    returns: 'listing',
    run,
  });
}

/**
 * Another name of a method.
 *
 * @param {Row} row
 * @param {Partial<Row>} [differences]
 * @returns {Row}
 */
function alias(row, differences) {
  return bare({ ...row, ...differences, aliasOf: row });
}

/** @type {(client: Resource) => Session} */
let sessionOf;

class Resource {
  #session;

  static {
    sessionOf = (client) => client.#session;
  }

  /** @param {unknown[]} given The arguments of a constructor, or the session of a client that composes others. */
  constructor(...given) {
    try {
      this.#session = Session.of(given);
    } catch (error) {
      throw showCaller(error, captureSite(Resource));
    }
  }
}

/**
 * @typedef {(this: Resource, ...given: unknown[]) => any} Method
 *
 * @type {Record<Row['returns'], (name: string, row: Row) => Record<string, Method>>}
 */
const makers = {
  promise: (name, row) => ({
    [name](...given) {
      try {
        return sessionOf(this).call(name, row, given);
      } catch (error) {
        // Called on something that is not a client.
        return Promise.reject(error);
      }
    },
  }),
  iterator: (name, row) => ({
    [name](...given) {
      return AsyncQueue.attempt(() => {
        const session = sessionOf(this);
        return row.run(session, session.begin(name, row, given));
      });
    },
  }),
  listing: (name, row) => ({
    [name](...given) {
      return new Listing(() => {
        const session = sessionOf(this);
        return row.run(session, session.begin(name, row, given));
      });
    },
  }),
};

/**
 * The methods of rows, by their names. Every class that has one has the same function.
 *
 * @param {Record<string, Row>} rows
 * @returns {Record<string, Method>}
 */
function methodsOf(rows) {
  return Object.assign({}, ...Object.entries(rows).map(([name, row]) => makers[row.returns](name, row)));
}

/**
 * Gives a class its methods.
 *
 * @param {typeof Resource} type
 * @param {...Record<string, Method>} methods
 */
function compose(type, ...methods) {
  for (const [name, value] of Object.entries(Object.assign({}, ...methods))) {
    Object.defineProperty(type.prototype, name, { value, configurable: true, writable: true });
  }
}

/**
 * Gives the class of a resource its methods, and the roots that the earlier SDKs show.
 *
 * @param {typeof Resource} type
 * @param {string} route Below which the resource is, from the root of the routes.
 * @param {...Record<string, Method>} methods
 */
function composeResource(type, route, ...methods) {
  Object.defineProperties(type.prototype, {
    baseURL: {
      configurable: true,
      /** @this {Resource} The root of the resource's routes, as 1.x has it. */
      get() {
        return `${sessionOf(this).baseURL}/${route}`;
      },
    },
    baseUrl: {
      configurable: true,
      /** @this {Resource} The root of the host, as 2.x has it. */
      get() {
        return sessionOf(this).hostURL;
      },
    },
  });
  compose(type, ...methods);
}

module.exports = {
  Resource,
  alias,
  compose,
  composeResource,
  inSteps,
  iterate,
  list,
  methodsOf,
  own,
  plain,
  read,
  sessionOf: (/** @type {Resource} */ client) => sessionOf(client),
  wait,
};
