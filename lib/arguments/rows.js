'use strict';

// The part of a row that describes the arguments of a method: its parameters under the names of both SDK generations. Each row is
// defined in the file of its resource. The reader of calls, its messages and the tests all use them.

/**
 * @typedef {1 | 2} Generation
 *
 * @typedef {object} Parameter
 * @property {string} name Its name in the positional form.
 * @property {string | undefined} member Its name in the object form; `undefined` if that form lacks it.
 * @property {(value: unknown, name: string) => any} read Checks a value, and converts it.
 * @property {boolean} optional
 * @property {boolean} [positional] Whether the positional form has it. The default is `true`.
 * @property {readonly string[]} [unless] Parameters that replace this one: if one of them is given, this one is not required.
 * @property {boolean} [skippable] Whether options may be passed in its place.
 * @property {Partial<Record<Generation, unknown>>} [defaults] Its value if it is `undefined`. `null` omits the parameter instead.
 *
 * @typedef {object} Form
 * @property {readonly Parameter[]} parameters
 * @property {import('./option-table.js').CallKind} kind Which options the method takes.
 * @property {boolean} [objectOnly] Whether the method has only an object form.
 * @property {boolean} [variadic] Whether the parameter takes all positional arguments up to the options.
 * @property {Generation} [generation] The SDK generation of the method, if its receipts depend on it.
 * @property {readonly string[]} [ignored] Members of the 2.x types that have no effect.
 * @property {boolean} [closes] Whether the method may be called on a closed client.
 * @property {readonly 'timeout'[]} [renamed] Options that the method accepts under another name.
 */

const { boolean, string } = require('./checks.js');

/**
 * Returns a copy without a prototype, so that only its own members can be read from it.
 *
 * @template {object} T
 * @param {T} entry
 * @returns {T}
 */
function bare(entry) {
  return Object.assign(Object.create(null), entry);
}

/**
 * @param {string} name
 * @param {Parameter['read']} read
 * @param {string} [member]
 * @returns {Parameter}
 */
function required(name, read, member) {
  return bare({ name, read, member, optional: false });
}

/**
 * @param {string} name
 * @param {Parameter['read']} read
 * @param {string} [member]
 * @param {Parameter['defaults']} [defaults]
 * @returns {Parameter}
 */
function optional(name, read, member, defaults) {
  return bare({ name, read, member, optional: true, defaults });
}

/**
 * @param {Parameter} parameter
 * @returns {Parameter}
 */
function skippable(parameter) {
  return bare({ ...parameter, skippable: true });
}

/**
 * @param {Parameter} parameter
 * @returns {Parameter}
 */
function membersOnly(parameter) {
  return bare({ ...parameter, positional: false });
}

/**
 * @param {readonly string[]} others
 * @param {Parameter} parameter
 * @returns {Parameter}
 */
function unless(others, parameter) {
  return bare({ ...parameter, unless: others });
}

/**
 * Returns the parameters of a method that has only an object form.
 *
 * @param {readonly Parameter[]} parameters
 */
function named(parameters) {
  return parameters.filter(({ member }) => member !== undefined);
}

/** The parameters that name a version of a model. */
const version = [required('modelId', string, 'modelId'), required('versionId', string, 'version')];

/** Whether a submit requests explanations. */
const explain = skippable(optional('explain', boolean, 'explain'));

module.exports = { bare, explain, membersOnly, named, optional, required, skippable, unless, version };
