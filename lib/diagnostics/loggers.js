'use strict';

// Log lines about calls, for the logger of a client, or for the console as in 2.x. They contain neither keys nor bodies.

const { writeJson } = require('../json.js');
const { inOneLine } = require('./one-line.js');
const { warnOnce } = require('./warnings.js');

/**
 * @typedef {'debug' | 'info' | 'warn' | 'error'} Level
 *
 * @typedef {'start' | 'retry' | 'end' | 'error' | 'poll' | 'fallback'} Event
 *
 * @typedef {object} Log
 * @property {boolean} isOn
 * @property {import('../../js-binding').BindingObservation | undefined} observation Which events of Rust it needs.
 * @property {(event: Event, message: any, isAbort: boolean) => void} report
 */

const levels = /** @type {const} */ (['debug', 'info', 'warn', 'error']);

/** Writes to a user's logger, whose levels are read for each line. */
class LoggerLog {
  #logger;

  /** @param {import('../../types/options.js').Logger} logger */
  constructor(logger) {
    this.#logger = logger;
  }

  get isOn() {
    return levels.some((level) => this.#writes(level));
  }

  get observation() {
    if (this.#writes('debug')) {
      return 'all';
    }
    return this.#writes('warn') ? 'failures' : undefined;
  }

  /** @type {Log['report']} */
  report(event, message, isAbort) {
    const level = levelOf(event, message, isAbort);
    if (this.#writes(level)) {
      ignoreRejection(this.#logger[level]?.(`modzy: ${inOneLine(describe(event, message, isAbort))}`));
    }
  }

  /** @param {Level} level */
  #writes(level) {
    const logger = this.#logger;
    try {
      const isEnabled = typeof logger[level] === 'function' && (logger.isLevelEnabled?.(level) ?? true);
      ignoreRejection(isEnabled);
      return Boolean(isEnabled);
    } catch (error) {
      throwUncaught(error);
      return false;
    }
  }
}

/**
 * Returns the log that the environment variable `MODZY_LOG` asks for: to standard error, from a level on. An unknown level is only a
 * warning, because the variable is not a part of the program.
 *
 * @param {string | undefined} variable
 * @returns {Log[]}
 */
function logsOfEnvironment(variable) {
  const name = variable?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'off') {
    return [];
  }
  const least = levels.findIndex((level) => level === name);
  if (least < 0) {
    const known = levels.join(', ');
    warnOnce('MODZY_LOG', `MODZY_LOG is ${writeJson(inOneLine(name).slice(0, 40))}, which is not one of ${known}`);
    return [];
  }
  const write = (/** @type {Level} */ level) => (/** @type {string} */ line) =>
    console.error(`${new Date().toISOString()} ${level} ${line}`);
  return [new LoggerLog(Object.fromEntries(levels.slice(least).map((level) => [level, write(level)])))];
}

/** Writes the lines of 2.x to the console. */
class ConsoleLog {
  isOn = true;
  observation = undefined;
  #isVerbose;

  /** @param {string} level `on` or `verbose`. */
  constructor(level) {
    this.#isVerbose = level === 'verbose';
  }

  /** @type {Log['report']} */
  report(event, { request: { method }, error }, isAbort) {
    if (event === 'start' && this.#isVerbose) {
      console.log('Modzy > ', `${method} called`);
    } else if (event === 'end') {
      console.info('Modzy > ', `${method} response`);
    } else if (event === 'error') {
      console.error('Modzy > ', `${method} error`, isAbort ? 'aborted' : inOneLine(textOf(error)));
    }
  }
}

/**
 * @param {Event} event
 * @param {{ error?: unknown }} message
 * @param {boolean} isAbort
 * @returns {Level}
 */
function levelOf(event, { error }, isAbort) {
  switch (event) {
    case 'start':
      return 'debug';
    case 'poll':
      return error === undefined ? 'debug' : 'warn';
    case 'retry':
    case 'fallback':
      return 'warn';
    case 'end':
      return 'info';
    default:
      return isAbort ? 'info' : 'error';
  }
}

/**
 * @param {Event} event
 * @param {any} message
 * @param {boolean} isAbort
 */
function describe(event, message, isAbort) {
  const { request, attempt, polls, status, delayMs, durationMs } = message;
  const error = message.error === undefined ? undefined : textOf(message.error);
  const { method, jobIdentifier } = request;
  const call = jobIdentifier === undefined ? method : `${method} ${jobIdentifier}`;
  const next = delayMs === undefined ? 'the last one' : `the next one in ${Math.round(delayMs)} ms`;
  switch (event) {
    case 'start':
      return `${call} called`;
    case 'retry':
      return `${call} attempt ${attempt} failed, ${next}: ${error}`;
    case 'poll':
      return error === undefined
        ? `${call} poll ${polls} found ${status ?? 'no status'}, ${next}`
        : `${call} poll ${polls} failed, ${next}: ${error}`;
    case 'fallback':
      return `${call} and other waits poll individually for a while: ${message.reason}`;
    case 'end':
      return `${call} done in ${Math.round(durationMs)} ms`;
    default:
      return isAbort
        ? `${call} aborted after ${Math.round(durationMs)} ms`
        : `${call} failed after ${Math.round(durationMs)} ms: ${error}`;
  }
}

/**
 * Returns the text of a thrown value, which may be of any type.
 *
 * @param {unknown} error
 */
function textOf(error) {
  try {
    return String(error);
  } catch {
    return 'an error that cannot be shown as text';
  }
}

/**
 * Handles a promise that a logger returns: it is not awaited, and its rejection is only a warning.
 *
 * @param {any} returned
 */
function ignoreRejection(returned) {
  if (typeof returned?.then === 'function') {
    new Promise((resolve) => resolve(returned)).catch((error) => {
      warnOnce('MODZY_LOGGER', `a method of the logger rejected: ${inOneLine(textOf(error)).slice(0, 200)}`);
    });
  }
}

/**
 * Throws an error as an uncaught exception, as channels do with the errors of subscribers: it must neither fail the call nor be
 * lost.
 *
 * @param {unknown} error
 */
function throwUncaught(error) {
  process.nextTick(() => {
    throw error;
  });
}

module.exports = { ConsoleLog, LoggerLog, logsOfEnvironment, throwUncaught };
