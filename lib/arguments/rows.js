'use strict';

// What a row says about the arguments of a method: its parameters under the names of both generations. The rows themselves
// stand beside their resources, and the reader of calls, its messages and the tests all go by them.

/**
 * @typedef {1 | 2} Generation
 *
 * @typedef {object} Parameter
 * @property {string} name Its name in the positional form.
 * @property {string | undefined} member Its name in the object form, where it has one.
 * @property {(value: unknown, name: string) => any} read Checks a value, and converts it.
 * @property {boolean} optional
 * @property {boolean} [positional] Whether the positional form has it: true.
 * @property {string} [unless] The parameter that stands in place of this one.
 * @property {boolean} [skippable] Whether options may stand in its place.
 * @property {Partial<Record<Generation, unknown>>} [defaults] What it is where it is not given. With one, `null` is not
 *   the same as not given: it leaves the parameter out.
 *
 * @typedef {object} Form
 * @property {readonly Parameter[]} parameters
 * @property {import('./option-table.js').CallKind} kind Which options the method takes.
 * @property {boolean} [objectOnly] There is no positional form.
 * @property {boolean} [variadic] The parameter takes all positional arguments up to the options.
 * @property {Generation} [generation] Which one has the method, where its receipts tell them apart.
 * @property {readonly string[]} [ignored] Members that the types of 2.x have and that mean nothing.
 * @property {readonly 'timeout'[]} [renamed] Options that the method knows by another name.
 */

const { boolean, string } = require('./checks.js');

/**
 * Without a prototype, so that nothing but what stands here can be read from it.
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
 * @param {string} other
 * @param {Parameter} parameter
 * @returns {Parameter}
 */
function unless(other, parameter) {
  return bare({ ...parameter, unless: other });
}

/**
 * The parameters of an object form without a positional one.
 *
 * @param {readonly Parameter[]} parameters
 */
function named(parameters) {
  return parameters.filter(({ member }) => member !== undefined);
}

/** A version of a model. */
const version = [required('modelId', string, 'modelId'), required('versionId', string, 'version')];

/** Whether a submit asks for explanations. */
const explain = skippable(optional('explain', boolean, 'explain'));

module.exports = { bare, explain, membersOnly, named, optional, required, skippable, unless, version };
