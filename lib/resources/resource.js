'use strict';

// The base of the resource classes and of the facade: it creates their methods from rows, and keeps the session that they run
// in. The rows are defined in the files of the resources.

const { note } = require('../arguments/methods.js');
const { bare } = require('../arguments/rows.js');
const { Session } = require('../calls/session.js');
const { AsyncQueue } = require('../iteration/async-queue.js');
const { Listing } = require('../iteration/listing.js');
const { writeJson } = require('../json.js');
const { argumentError, captureSite, showCaller } = require('../stacks.js');

/**
 * @typedef {import('../calls/operations.js').Operation} Operation
 * @typedef {import('../arguments/option-table.js').CallKind} CallKind
 * @typedef {import('../arguments/read-call.js').Reading} Reading
 * @typedef {import('../arguments/rows.js').Form} Form
 * @typedef {import('../arguments/rows.js').Parameter} Parameter
 * @typedef {import('../calls/call.js').Reader} Reader
 *
 * @typedef {object} Actions
 * @property {readonly Operation[]} operations The operations that the method runs in Rust.
 * @property {(session: Session, reading: Reading) => any} run Makes the call, and returns the result of the method.
 * @property {boolean} [isReported] `false` if its operations are reported to subscribers and loggers in its place.
 * @property {'promise' | 'iterator' | 'listing'} returns
 * @property {Row} [aliasOf] The row of the method whose alias this one is.
 *
 * @typedef {Form & Actions} Row
 *
 * Further details of a row about its arguments. A plain method may also write the argument of its operation and read the
 * response in its own way.
 *
 * @typedef {Partial<Form> & { argument?: (reading: Reading) => string, answer?: Reader }} Details
 */

/**
 * Returns the row of a method that runs one operation. It adds no layers, because each layer would cost every pending wait
 * hundreds of bytes.
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
 * Returns the default writer of an operation's argument: nothing, the text of the only parameter, or all parameters as JSON.
 *
 * @param {readonly Parameter[]} parameters
 * @returns {(reading: Reading) => string}
 */
function argumentOf(parameters) {
  const [only, ...others] = parameters;
  if (only === undefined) {
    return () => '';
  }
  return others.length === 0 ? ({ values }) => values[only.name] : ({ values }) => writeJson(values);
}

/**
 * Returns the row of a method that reads, or that sends a request without a body.
 *
 * @param {Operation} operation
 * @param {readonly Parameter[]} [parameters]
 * @param {Details} [details]
 */
function read(operation, parameters = [], details) {
  return plain('read', operation, parameters, details);
}

/**
 * Returns the row of a method that waits for a job.
 *
 * @param {Operation} operation
 * @param {readonly Parameter[]} parameters
 * @param {Details} [details]
 */
function wait(operation, parameters, details) {
  return plain('wait', operation, parameters, details);
}

/**
 * Returns the row of a method with code of its own around its operations.
 *
 * @param {CallKind} kind
 * @param {readonly Operation[]} operations
 * @param {readonly Parameter[]} parameters
 * @param {(session: Session, reading: Reading) => Promise<any>} work Throws synchronously, or returns the operation's promise.
 * @param {Partial<Row>} [more]
 * @returns {Row}
 */
function own(kind, operations, parameters, work, more = {}) {
  return bare({ kind, parameters, operations, returns: 'promise', run: work, ...more });
}

/**
 * Wraps work that awaits something before or after its operation, so that its errors show the caller's lines too.
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
 * Returns the row of a method that returns an async iterator.
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
 * Returns the row of a method that lists a paged route. It has only an object form.
 *
 * @param {Operation} operation Reads one page.
 * @param {readonly Parameter[]} parameters
 * @param {{ isWhole?: boolean }} [plan] Whether the operation reads the whole list instead.
 * @returns {Row}
 */
function list(operation, parameters, plan) {
  /** @type {Row['run']} */
  const run = (session, { values: filter, options }) => ({ session, operation, filter, options, ...plan });
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
 * Returns the row of a method under another name.
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

/**
 * Returns the session of the client that a method is called on.
 *
 * @param {unknown} client
 * @param {string} name The method.
 */
function sessionFor(client, name) {
  try {
    return sessionOf(/** @type {Resource} */ (client));
  } catch {
    const right = `write client.${name}(…), or client.${name}.bind(client) to pass it on`;
    throw argumentError(`${name} should be called on a client: ${right}`);
  }
}

class Resource {
  #session;

  static {
    sessionOf = (client) => client.#session;
  }

  /** @param {unknown[]} given The arguments of a constructor, or the session of the client that creates this one. */
  constructor(...given) {
    try {
      this.#session = Session.of(given);
    } catch (error) {
      throw showCaller(error, captureSite(Resource, 'Cannot initialize the modzy client'));
    }
  }

  /** Closes the client, but leaves its sockets open for a moment, for a client that follows. */
  async [Symbol.asyncDispose]() {
    await sessionOf(this).shut({ atOnce: false });
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
        return sessionFor(this, name).call(name, row, given);
      } catch (error) {
        // The method was called on an object that is not a client.
        return Promise.reject(showCaller(error, captureSite(makers.promise, name)));
      }
    },
  }),
  iterator: (name, row) => ({
    [name](...given) {
      return AsyncQueue.attempt(() => {
        const session = sessionFor(this, name);
        return row.run(session, session.begin(name, row, given));
      });
    },
  }),
  listing: (name, row) => ({
    [name](...given) {
      return new Listing(() => {
        const session = sessionFor(this, name);
        return row.run(session, session.begin(name, row, given));
      });
    },
  }),
};

/**
 * Returns the methods of rows by name. All classes with a method share its function.
 *
 * @param {Record<string, Row>} rows
 * @returns {Record<string, Method>}
 */
function methodsOf(rows) {
  Object.entries(rows).forEach(([name, row]) => note(name, row));
  return Object.assign({}, ...Object.entries(rows).map(([name, row]) => makers[row.returns](name, row)));
}

/**
 * Defines the methods of a class.
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
 * Defines the methods of a resource class, and the getters of the earlier SDKs for its roots.
 *
 * @param {typeof Resource} type
 * @param {string} route The route of the resource, relative to the root of the routes.
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
