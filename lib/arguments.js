'use strict';

// What the methods take. One table holds every method's parameters under the names of both generations, and one reader
// turns any call into values and options; validation, error messages and tests all go by the same rows.

/**
 * @typedef {object} Parameter
 * @property {string} name Its name in the positional form.
 * @property {string | undefined} member Its name in the object form, where the method has one.
 * @property {(value: unknown, name: string) => any} read Checks a value, and converts it.
 * @property {boolean} optional
 *
 * @typedef {object} Reading
 * @property {Record<string, any>} values By positional name.
 * @property {import('./options.js').CallOptions} options
 * @property {1 | 2 | undefined} generation What the call's form tells; `undefined` where both have the same.
 */

const { isCallOption, ownMembers, readOptions } = require('./options.js');
const { boolean, isGiven, isPlainObject, jobReference, object, string } = require('./values.js');

/**
 * @param {string} name
 * @param {Parameter['read']} read
 * @param {string} [member]
 * @returns {Parameter}
 */
function required(name, read, member) {
  return { name, read, member, optional: false };
}

/** @type {typeof required} */
function optional(name, read, member) {
  return { name, read, member, optional: true };
}

/** @type {Record<string, Parameter[]>} */
const methods = {
  getJob: [required('jobId', string)],
  cancelJob: [required('jobId', string)],
  getResult: [required('jobId', string)],
  blockUntilComplete: [required('job', jobReference)],
  submitJob: [required('job', object)],
  submitJobText: [
    required('modelId', string, 'modelId'),
    required('versionId', string, 'version'),
    required('textSources', object, 'sources'),
    optional('explain', boolean, 'explain'),
  ],
};

/**
 * Reads a call of a method.
 *
 * @param {keyof typeof methods} method
 * @param {unknown[]} given
 * @returns {Reading}
 */
function readCall(method, given) {
  const parameters = methods[method] ?? [];
  const hasObjectForm = parameters.some(({ member }) => member !== undefined);
  if (hasObjectForm && typeof given[0] === 'object' && given[0] !== null) {
    return readObjectForm(method, parameters, ownMembers(given[0], method), given.slice(1));
  }
  return readPositionalForm(method, parameters, given, hasObjectForm ? 1 : undefined);
}

/**
 * @param {string} method
 * @param {Parameter[]} parameters
 * @param {unknown[]} given
 * @param {1 | undefined} generation
 * @returns {Reading}
 */
function readPositionalForm(method, parameters, given, generation) {
  const args = fromMap(parameters, given) ? given.slice(0, 1) : given;
  // `explain` may be left out before the options.
  const last = parameters.length - 1;
  const skipsLast = parameters[last]?.optional && isPlainObject(args[last]);
  const slot = skipsLast ? last : parameters.length;
  if (args.slice(slot + 1).some(isGiven)) {
    throw wrongForm(method, parameters);
  }
  /** @type {Record<string, any>} */
  const values = { __proto__: null };
  parameters.forEach(({ name, read, optional: mayLack }, index) => {
    const value = index < slot ? args[index] : undefined;
    if (isGiven(value) || !mayLack) {
      if (generation === 1 && isPlainObject(value) && read !== object) {
        throw wrongForm(method, parameters);
      }
      values[name] = read(value, name);
    }
  });
  return { values, options: readOptions(args[slot], method), generation };
}

/**
 * @param {string} method
 * @param {Parameter[]} parameters
 * @param {Record<string, unknown>} params
 * @param {unknown[]} rest
 * @returns {Reading}
 */
function readObjectForm(method, parameters, params, rest) {
  if (rest.slice(1).some(isGiven) || (isGiven(rest[0]) && typeof rest[0] !== 'object')) {
    throw wrongForm(method, parameters);
  }
  const slot = ownMembers(rest[0] ?? {}, method);
  /** @type {Record<string, any>} */
  const values = { __proto__: null };
  for (const { name, member = name, read, optional: mayLack } of parameters) {
    const value = params[member];
    if (isGiven(value) || !mayLack) {
      values[name] = read(value, member);
    }
  }
  const options = ownMembers(slot, method);
  for (const [name, value] of Object.entries(params)) {
    if (isCallOption(name)) {
      if (isGiven(value) && isGiven(slot[name])) {
        throw new TypeError(`${method}: the option ${name} is given twice`);
      }
      options[name] = isGiven(value) ? value : slot[name];
    } else if (!parameters.some(({ member }) => member === name)) {
      warnOnce(method, name);
    }
  }
  return { values, options: readOptions(options, method), generation: 2 };
}

/**
 * Whether a method of one parameter was handed to `Array.prototype.map`, which adds the index and the array.
 *
 * @param {Parameter[]} parameters
 * @param {unknown[]} given
 */
function fromMap(parameters, given) {
  const [value, index, array] = given;
  return parameters.length === 1 && typeof index === 'number' && Array.isArray(array) && Object.is(array[index], value);
}

/**
 * @param {string} method
 * @param {Parameter[]} parameters
 */
function wrongForm(method, parameters) {
  const positional = `(${[...parameters.map(({ name }) => name), 'options'].join(', ')})`;
  const members = parameters.flatMap(({ member }) => member ?? []);
  return new TypeError(
    members.length === 0
      ? `${method} takes ${positional}`
      : `${method} takes ${positional} or ({ ${members.join(', ')} }, options), and no mixture of the two`,
  );
}

/** @type {Set<string>} */
const warned = new Set();

/**
 * A member that nobody reads is most likely misspelt, but code written for 2.x may have it and works.
 *
 * @param {string} method
 * @param {string} member
 */
function warnOnce(method, member) {
  const subject = `${method}.${member}`;
  if (!warned.has(subject)) {
    warned.add(subject);
    process.emitWarning(`${method} does not know the member ${member}`, { code: 'MODZY_UNKNOWN_MEMBER' });
  }
}

module.exports = { readCall };
