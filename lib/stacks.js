'use strict';

// The lines of a caller in the stacks of errors: they are captured when a call begins, because the documented
// `.then(…).catch(console.error)` has no other way to them.

/**
 * Errors that were created while a call ran, below as many frames of this package as a stack has room for.
 *
 * @type {WeakSet<object>}
 */
const unplaced = new WeakSet();

/**
 * The lines of a caller. Until they are read, they hold the functions and objects of their frames.
 *
 * @typedef {{ stack?: string }} Site
 */

/**
 * Captures the lines of a caller.
 *
 * @param {Function} entry The lines begin with the caller of this function, which must be running.
 * @returns {Site}
 */
function captureSite(entry) {
  const site = Object.create(Error.prototype);
  Error.captureStackTrace(site, entry);
  return site;
}

/**
 * The same lines without what their frames hold, for what outlives its call.
 *
 * @param {Site | undefined} site
 * @returns {Site}
 */
function keepLines(site) {
  return { stack: linesOf(site) };
}

/** @param {Site | undefined} site */
function linesOf(site) {
  try {
    return site?.stack;
  } catch {
    // A custom Error.prepareStackTrace may throw; the failure itself must survive that.
    return undefined;
  }
}

/**
 * A wrong argument.
 *
 * @param {string} message
 * @param {ErrorOptions} [options]
 */
function argumentError(message, options) {
  return withoutCaller(new TypeError(message, options));
}

/**
 * Marks an error as one that {@link showCaller} gives the lines of the caller.
 *
 * @template {Error} E
 * @param {E} error
 */
function withoutCaller(error) {
  unplaced.add(error);
  return error;
}

/**
 * Gives an error that was created while a call ran the lines of its caller. What the caller's own code threw keeps its stack.
 *
 * @template E
 * @param {E} error
 * @param {Site | undefined} site
 * @returns {E}
 */
function showCaller(error, site) {
  // No look at anything else than the marks: it may be a proxy that throws.
  return unplaced.has(/** @type {any} */ (error)) ? /** @type {E} */ (atCall(/** @type {any} */ (error), site)) : error;
}

/**
 * Gives an error the stack of the call that it ends: the lines that matter are the caller's, not those that read the events.
 *
 * @template {Error} E
 * @param {E} error
 * @param {Site | undefined} site
 * @returns {E}
 */
function atCall(error, site) {
  const lines = linesOf(site);
  unplaced.delete(error);
  // A custom Error.prepareStackTrace may have made anything of it.
  if (typeof lines === 'string') {
    const frames = lines.indexOf('\n');
    error.stack = `${error.name}: ${error.message}${frames < 0 ? '' : lines.slice(frames)}`;
  }
  return error;
}

module.exports = { argumentError, atCall, captureSite, keepLines, showCaller, withoutCaller };
