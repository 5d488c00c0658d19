'use strict';

// The journal of a batch, which Rust keeps: what to do about each key, and the options that tie one submit to it.

const { isGiven, isPlainObject, notBlank } = require('../arguments/checks.js');
const { readDocument } = require('../documents.js');
const { writeJson } = require('../json.js');
const { argumentError } = require('../stacks.js');

/** Separates what to do about a key from the job that has ended. JSON does not contain this character. */
const SEPARATOR = '\u001e';

class Journal {
  #session;
  /** @type {CallOptions} */
  #options;
  /** @type {number | undefined} The call that opened it. */
  #id;
  #keys = new Set();
  /** Whether a function has passed its options on. */
  #isTried = false;
  /** @type {Promise<void> | undefined} Resolves when the function that runs alone has passed its options on, or has ended. */
  #trial;
  /** @type {Misused | undefined} Ends the batch. */
  #misused;

  /**
   * @param {import('../calls/session.js').Session} session
   * @param {CallOptions} options Those of the batch, with the signal that ends its waits.
   */
  constructor(session, options) {
    this.#session = session;
    this.#options = options;
  }

  /**
   * Opens the file, or creates it.
   *
   * @param {string} path
   */
  async open(path) {
    const { id } = await this.#session.runSilently('openJournal', path, this.#options, (opened) => opened);
    this.#id = id;
  }

  /** Closes the file once the submits under way have ended. */
  close() {
    if (this.#id !== undefined) {
      this.#session.close(this.#id);
      this.#id = undefined;
    }
  }

  /**
   * Returns the key of a source. Each is used once.
   *
   * @param {string | undefined} inputKey
   * @param {string} name
   */
  keyOf(inputKey, name) {
    if (inputKey === undefined) {
      throw argumentError(`the ${name} param should be { inputKey, submit } in a batch with a journal`);
    }
    if (this.#keys.has(inputKey)) {
      throw argumentError(`the ${name}.inputKey param should be unique in a batch with a journal: ${quoted(inputKey)}`);
    }
    this.#keys.add(inputKey);
    return inputKey;
  }

  /**
   * Returns what to do about a key.
   *
   * @param {string} inputKey
   * @param {(work: () => Promise<Turn>) => Promise<Turn>} outside Runs what finds out what became of its last step, if that is unknown.
   * @returns {Promise<Turn>}
   */
  async take(inputKey, outside) {
    const argument = { journal: this.#id, inputKey };
    const taken = await this.#session.runSilently('takeKey', writeJson(argument), this.#options, readTurn);
    if (taken.turn !== 'settle') {
      return taken;
    }
    const settling = writeJson({ ...argument, settle: true });
    return outside(() => this.#session.run('takeKey', settling, this.#options, readTurn));
  }

  /**
   * Checks that a function has returned the job that it submitted with its options.
   *
   * @param {string} inputKey
   * @param {unknown} reference What it returned.
   */
  async #check(inputKey, reference) {
    const identifier = identifierOf(reference);
    // The batch refuses anything else itself, and needs no journal once it is over.
    if (identifier === undefined || this.#id === undefined) {
      return;
    }
    const argument = writeJson({ journal: this.#id, inputKey, isSubmitted: true });
    // Without the signal: after it has fired, the job may have to be canceled.
    const options = Object.assign(Object.create(this.#options), { signal: undefined });
    const { jobIdentifier: known } = await this.#session.runSilently('takeKey', argument, options, readTurn);
    if (known?.toLowerCase() !== identifier.toLowerCase()) {
      this.#misused = new Misused(inputKey, `${jobNamed(identifier)}, but ${submitted(known)}`);
      throw this.#misused;
    }
  }

  /**
   * Returns the options of a call that belongs to a key.
   *
   * @param {string} inputKey
   * @param {import('../../js-binding').BindingCallOptions} [binding] The others.
   */
  bind(inputKey, binding) {
    return { __proto__: null, ...binding, journal: this.#id, inputKey };
  }

  /**
   * Calls a function that submits the job of a key. Until a function has passed its options on, they run one after the other, so that a
   * mistake in all of them submits one job.
   *
   * @param {string} inputKey
   * @param {(options: object) => unknown} submit
   * @param {(passed: () => object) => object | undefined} optionsWith Returns the options of the function, given what a submit with
   *   them calls; `undefined` if the batch is over.
   */
  async submit(inputKey, submit, optionsWith) {
    while (!this.#isTried && this.#trial !== undefined) {
      await this.#trial;
    }
    if (this.#misused !== undefined) {
      throw this.#misused;
    }
    let isPassed = false;
    const endTrial = this.#isTried ? () => {} : this.#beginTrial();
    const options = optionsWith(() => {
      isPassed = true;
      this.#isTried = true;
      endTrial();
      return this.bind(inputKey);
    });
    try {
      if (options === undefined) {
        return undefined;
      }
      const reference = await submit(options);
      if (!isPassed) {
        this.#misused = new Misused(inputKey, withoutOptions(reference));
        throw this.#misused;
      }
      await this.#check(inputKey, reference);
      return reference;
    } finally {
      endTrial();
    }
  }

  #beginTrial() {
    /** @type {() => void} */
    let end = () => {};
    this.#trial = new Promise((resolve) => {
      end = () => {
        this.#trial = undefined;
        resolve();
      };
    });
    return end;
  }
}

/**
 * @param {string} text
 * @returns {Turn}
 */
function readTurn(text) {
  const [turn = '', job] = text.split(SEPARATOR);
  return { ...JSON.parse(turn), ...(job !== undefined && { job: readDocument(job) }) };
}

/** A function has not returned the job that it submitted with the options. This ends the batch. */
class Misused {
  /**
   * @param {string} inputKey
   * @param {string} what What it did instead.
   */
  constructor(inputKey, what) {
    this.error = argumentError(`the function of the key ${quoted(inputKey)} returned ${what}`);
  }
}

/**
 * Returns the identifier in a reference to a job, if it has one.
 *
 * @param {any} reference
 * @returns {string | undefined}
 */
function identifierOf(reference) {
  const identifier = typeof reference === 'object' && reference !== null ? reference.jobIdentifier : reference;
  return typeof identifier === 'string' ? identifier : undefined;
}

/** @param {string} [identifier] */
function jobNamed(identifier) {
  return identifier === undefined ? 'no job' : `the job ${quoted(identifier)}`;
}

/**
 * Returns what a function did that has submitted its job without the options.
 *
 * @param {unknown} reference What it returned.
 */
function withoutOptions(reference) {
  return (
    `${jobNamed(identifierOf(reference))} without passing its options to a submit, so the journal does not know the job; ` +
    'write submit: (options) => client.submitJobText(…, options)'
  );
}

/**
 * Returns what became of the submit with the options.
 *
 * @param {string | null} [job] The job that it returned.
 */
function submitted(job) {
  return isGiven(job)
    ? `the submit with its options returned ${jobNamed(job)}; return that one`
    : 'no submit with its options returned a job, so the journal does not know the job; submit it once, with the options';
}

/**
 * Returns the parts of a source of the form `{ inputKey, submit }`; otherwise the source alone.
 *
 * @param {any} source
 * @param {string} name
 * @returns {{ inputKey?: string, source: unknown }}
 */
function partsOf(source, name) {
  if (!isPlainObject(source)) {
    return { source };
  }
  const { inputKey, submit } = source;
  // An outcome of an earlier batch has a key as well, and is a job.
  if (!isGiven(submit) && (!isGiven(inputKey) || 'jobIdentifier' in source)) {
    return { source };
  }
  if (typeof submit !== 'function') {
    throw argumentError(`the ${name}.submit param should be a function: (options) => client.submitJobText(…, options)`);
  }
  return { inputKey: notBlank(inputKey, `${name}.inputKey`), source: submit };
}

/**
 * Returns a text of the user's in a form that fits into a message.
 *
 * @param {string} text
 */
function quoted(text) {
  return writeJson(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}

/**
 * @typedef {import('../arguments/options.js').CallOptions} CallOptions
 *
 * @typedef {{ turn: 'submit' | 'wait' | 'ended' | 'settle', jobIdentifier?: string | null, job?: any }} Turn
 */

module.exports = { Journal, Misused, partsOf };
