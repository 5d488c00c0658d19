'use strict';

// The caller's lines in the stacks of errors. They are captured when a call begins, because errors of promises that are handled
// with `.then(…).catch(console.error)`, as the documentation shows, would not contain them.

/**
 * Errors that were created while a call ran. The frames of this package may fill their stacks.
 *
 * @type {WeakSet<object>}
 */
const unplaced = new WeakSet();

/**
 * Errors of arguments whose messages do not name the method yet. {@link showCaller} puts it in front.
 *
 * @type {WeakSet<object>}
 */
const unnamed = new WeakSet();

/**
 * The lines of a caller, and what was called. Until the lines are read, they keep the functions and objects of their frames in
 * memory.
 *
 * @typedef {object} Site
 * @property {string} [stack]
 * @property {string} [method] What the messages about arguments begin with.
 * @property {'name' | 'member'} [names] Which names of the parameters the caller used.
 * @property {string} [advice] What the message of the server's refusal adds.
 */

/**
 * Captures the lines of a caller.
 *
 * @param {Function} entry A running function. The lines begin with its caller.
 * @param {string} [method]
 * @returns {Site}
 */
function captureSite(entry, method) {
  const site = Object.create(Error.prototype);
  Error.captureStackTrace(site, entry);
  site.method = method;
  return site;
}

/**
 * Returns the lines without references to their frames, for objects that outlive the call.
 *
 * @param {Site | undefined} site
 * @returns {Site}
 */
function keepLines(site) {
  return { stack: linesOf(site), method: site?.method, names: site?.names };
}

/** @param {Site | undefined} site */
function linesOf(site) {
  try {
    return site?.stack;
  } catch {
    // A custom Error.prepareStackTrace may throw. The original failure must still be reported.
    return undefined;
  }
}

/**
 * Returns the error for an invalid argument.
 *
 * @param {string} message
 * @param {ErrorOptions} [options]
 */
function argumentError(message, options) {
  const error = new TypeError(message, options);
  unnamed.add(error);
  return withoutCaller(error);
}

/**
 * Keeps the message of an error unchanged: its text is public.
 *
 * @param {any} error
 */
function keepText(error) {
  unnamed.delete(error);
  return error;
}

/**
 * Puts the method in front of the message of an error, unless the message is about the method or the client.
 *
 * @param {Error} error
 * @param {Site | undefined} site
 */
function nameMethod(error, site) {
  if (
    unnamed.delete(error) &&
    site?.method !== undefined &&
    !/^(?:the client|Cannot initialize)\b/.test(error.message)
  ) {
    const isNamed = error.message.startsWith(site.method);
    error.message = isNamed ? error.message : `${site.method}: ${error.message}`;
  }
  return error;
}

/**
 * Marks an error whose stack {@link showCaller} replaces with the caller's lines.
 *
 * @template {Error} E
 * @param {E} error
 */
function withoutCaller(error) {
  unplaced.add(error);
  return error;
}

/**
 * Replaces the stack of a marked error with the caller's lines. An error that the caller's own code threw keeps its stack.
 *
 * @template E
 * @param {E} error
 * @param {Site | undefined} site
 * @returns {E}
 */
function showCaller(error, site) {
  // Only the mark is checked, because the thrown value may be a proxy that throws.
  if (!unplaced.has(/** @type {any} */ (error))) {
    return error;
  }
  return atCall(/** @type {any} */ (nameMethod(/** @type {any} */ (error), site)), site);
}

/**
 * Replaces the stack of an error with the caller's lines. The lines that delivered the event would not help the user.
 *
 * @template {Error} E
 * @param {E} error
 * @param {Site | undefined} site
 * @returns {E}
 */
function atCall(error, site) {
  const lines = linesOf(site);
  unplaced.delete(error);
  // A custom Error.prepareStackTrace may return any value.
  if (typeof lines === 'string') {
    const frames = lines.indexOf('\n');
    error.stack = `${error.name}: ${error.message}${frames < 0 ? '' : lines.slice(frames)}`;
  }
  return error;
}

module.exports = { argumentError, atCall, captureSite, keepLines, keepText, showCaller, withoutCaller };
