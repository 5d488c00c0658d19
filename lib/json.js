'use strict';

// JSON of values, whatever other code has added to the prototypes of all objects. Old libraries add a `toJSON` there, and would
// change what is sent.

/** What JSON consists of. A `toJSON` of bigints is not ignored: without one, they have no JSON. */
const prototypes = [Object.prototype, Array.prototype, String.prototype, Number.prototype, Boolean.prototype];

/** Whether other code has added a `toJSON` to what JSON consists of. */
function isPatched() {
  return prototypes.some((prototype) => 'toJSON' in prototype);
}

/**
 * Returns a value as JSON.
 *
 * @param {any} value
 * @returns {string}
 */
function writeJson(value) {
  return isPatched() ? JSON.stringify(value, replace) : JSON.stringify(value);
}

/**
 * @this {Record<string, unknown>} The object or list that has the member.
 * @param {string} member
 * @param {unknown} value Its value after `toJSON`.
 */
function replace(member, value) {
  return unpatched(this[member], value);
}

/**
 * Returns the `toJSON` of a value, unless other code has added it to what JSON consists of.
 *
 * @param {any} value
 * @returns {unknown} `undefined` if JSON consists of the value itself.
 */
function toJSONOf(value) {
  const method = value === null || value === undefined ? undefined : value.toJSON;
  const isAdded =
    method !== undefined &&
    prototypes.some((each) => Object.hasOwn(each, 'toJSON') && /** @type {any} */ (each).toJSON === method);
  return isAdded ? undefined : method;
}

/**
 * Returns what JSON contains for a value.
 *
 * @param {unknown} given
 * @param {unknown} value The value after `toJSON`.
 */
function unpatched(given, value) {
  return typeof toJSONOf(given) === 'function' ? value : given;
}

module.exports = { isPatched, toJSONOf, unpatched, writeJson };
