'use strict';

// Reads the arguments of a call. The row of the method describes its forms; the result is the same for all of them.

/**
 * @typedef {import('./rows.js').Generation} Generation
 * @typedef {import('./rows.js').Parameter} Parameter
 * @typedef {import('./rows.js').Form} Row
 *
 * @typedef {object} Reading
 * @property {Record<string, any>} values By positional name.
 * @property {import('./options.js').CallOptions} options
 * @property {Generation} generation The SDK generation of the call's form; the client's if both have that form.
 * @property {'name' | 'member'} names Which names of the parameters the caller used.
 *
 * @typedef {object} Given
 * @property {Record<string, unknown>} given By positional name.
 * @property {unknown} options
 * @property {Generation | undefined} generation
 * @property {'name' | 'member'} names Which name of a parameter the caller used.
 */

const { warnOnce } = require('../diagnostics/warnings.js');
const { argumentError, keepText } = require('../stacks.js');
const { copyBatch } = require('./batch-options.js');
const {
  boolean,
  date,
  flag,
  isGiven,
  isPlainObject,
  notBlank,
  notEmptyString,
  object,
  string,
} = require('./checks.js');
const { azureBlobs, s3Folders, s3Objects, source, sources, texts } = require('./inputs.js');
const { nearest } = require('./nearest.js');
const { isOptionOfOurs, namesOf, ownMembers } = require('./option-table.js');
const { pageNumber } = require('./numbers.js');
const { readOptions } = require('./options.js');
const { jobsOrModel } = require('./references.js');

/** The readers of parameters that take a plain object in the positional form too. */
const takesObject = new Set([jobsOrModel, object, azureBlobs, s3Folders, s3Objects, source, sources, texts]);

/**
 * Reads the arguments of a call.
 *
 * @param {string} method
 * @param {Row} row
 * @param {unknown[]} args
 * @param {Generation} generation The client's.
 * @returns {Reading}
 */
function readCall(method, row, args, generation) {
  const form = readForm(method, row, args);
  const decided = row.generation ?? form.generation ?? generation;
  const values = readValues(method, row, form, decided);
  return { values, options: readOptions(form.options, method, row), generation: decided, names: form.names };
}

/**
 * @param {string} method
 * @param {Row} row
 * @param {unknown[]} args
 * @returns {Given}
 */
function readForm(method, row, args) {
  if (row.variadic) {
    return readVariadicForm(row, args);
  }
  const [first, second] = args;
  if (hasObjectForm(row)) {
    if (typeof first === 'object' && first !== null) {
      return readObjectForm(method, row, ownMembers(first, method), args.slice(1));
    }
    // No filter, but possibly options.
    const mayBeOptions = row.objectOnly || isPlainObject(second);
    if (!isGiven(first) && mayBeOptions && row.parameters.every(({ optional }) => optional)) {
      return readObjectForm(method, row, {}, args.slice(1));
    }
  }
  return readPositionalForm(method, row, args);
}

/**
 * @param {string} method
 * @param {Row} row
 * @param {Given} form
 * @param {Generation} generation
 */
function readValues(method, { parameters }, form, generation) {
  /** @type {Record<string, any>} */
  const values = { __proto__: null };
  for (const parameter of parameters) {
    const { name, read, optional, unless } = parameter;
    const value = form.given[name];
    const isNeeded = !optional && isPart(parameter, form) && !unless?.some((other) => isGiven(form.given[other]));
    if (isGiven(value) || isNeeded) {
      values[name] = checked(method, read, value, parameter[form.names] ?? name);
    } else if (value === undefined) {
      values[name] = parameter.defaults?.[generation];
    }
  }
  return values;
}

/** The checks whose messages 1.x and 2.x made public, in their own methods. All other messages name the method. */
const publishedChecks = new Set([boolean, date, flag, jobsOrModel, notBlank, notEmptyString, pageNumber, string]);

/** The methods of 1.x and 2.x with arguments. */
const publishedMethods = new Set(
  [
    'getModels getModel getModelById getModelByName getRelatedModels getModelVersions getModelVersionsById getModelVersion',
    'getModelDetails getModelVersionInputSample getModelVersionOutputSample getTagsAndModels getJob cancelJob getJobHistory',
    'blockUntilComplete blockUntilJobComplete getResult getOutputContents submitJob submitJobText submitJobEmbedded submitJobFile',
    'submitJobFiles submitJobAWSS3 submitJobAwsS3 submitJobJDBC appendInput closeJob closeOpenJob getAPIKeys getKeyBody',
    'pathToDataUrl fileToDataUrl',
  ].flatMap((names) => names.split(' ')),
);

/**
 * @param {string} method
 * @param {Parameter['read']} read
 * @param {unknown} value
 * @param {string} name
 */
function checked(method, read, value, name) {
  try {
    return read(value, name);
  } catch (error) {
    const isPublished = publishedMethods.has(method) && publishedChecks.has(/** @type {any} */ (read));
    throw isPublished ? keepText(error) : error;
  }
}

/**
 * Returns whether a form has a parameter.
 *
 * @param {Parameter} parameter
 * @param {Given} form
 */
function isPart({ member, positional = true }, { names }) {
  return names === 'member' ? member !== undefined : positional;
}

/**
 * @param {string} method
 * @param {Row} row
 * @param {unknown[]} given
 * @returns {Given}
 */
function readPositionalForm(method, row, given) {
  const parameters = positionalOf(row);
  const args = parameters.length === 1 && isFromMap(given) ? given.slice(0, 1) : given;
  const last = parameters.length - 1;
  const slot = parameters[last]?.skippable && isPlainObject(args[last]) ? last : parameters.length;
  const mixed = hasObjectForm(row)
    ? parameters.find(({ read }, index) => index < slot && isPlainObject(args[index]) && !takesObject.has(read))
    : undefined;
  if (row.objectOnly || mixed !== undefined || args.slice(slot + 1).some(isGiven)) {
    throw wrongForm(method, row, mixed);
  }
  /** @type {Given['given']} */
  const values = { __proto__: null };
  for (const [index, { name }] of parameters.slice(0, slot).entries()) {
    values[name] = args[index];
  }
  return { given: values, options: args[slot], generation: generationOf(row, args), names: 'name' };
}

/**
 * Returns the SDK generation that has calls of this form; `undefined` if both have it.
 *
 * @param {Row} row
 * @param {unknown[]} args
 */
function generationOf(row, args) {
  const isBare = args.slice(1).every((value) => value === undefined) && !isGiven(args[0]);
  const isInBoth = !hasObjectForm(row) || (isBare && row.parameters.every(({ optional }) => optional));
  return isInBoth ? undefined : 1;
}

/**
 * Reads `(...ids)`, `(...ids, options)` or `(ids[], options)`.
 *
 * @param {Row} row
 * @param {unknown[]} args
 * @returns {Given}
 */
function readVariadicForm({ parameters }, args) {
  const given = isFromMap(args) ? args.slice(0, 1) : [...args];
  const last = given.at(-1);
  const options = isPlainObject(last) || (given.length > 1 && !isGiven(last)) ? given.pop() : undefined;
  const name = parameters[0]?.name ?? '';
  const list = given.length === 1 && Array.isArray(given[0]) ? given[0] : given;
  return { given: { [name]: list }, options, generation: undefined, names: 'name' };
}

/**
 * @param {string} method
 * @param {Row} row
 * @param {Record<string, unknown>} params
 * @param {unknown[]} rest
 * @returns {Given}
 */
function readObjectForm(method, row, params, rest) {
  if (rest.slice(1).some(isGiven) || (isGiven(rest[0]) && typeof rest[0] !== 'object')) {
    throw wrongForm(method, row);
  }
  const options = ownMembers(rest[0] ?? {}, method);
  /** @type {Given['given']} */
  const given = { __proto__: null };
  for (const [name, value] of Object.entries(params)) {
    const parameter = row.parameters.find(({ member }) => member === name);
    if (parameter !== undefined) {
      given[parameter.name] = value;
    } else if (isOptionOfOurs(name)) {
      // One that the method does not take is refused with the options.
      if (isGiven(value) && isGiven(options[name])) {
        throw argumentError(`${method}: the option ${name} is given twice`);
      }
      options[name] = isGiven(value) ? value : options[name];
    } else if (!row.ignored?.includes(name)) {
      warnOfMember(method, name, row);
    }
  }
  copyBatch(options, params);
  return { given, options, generation: 2, names: 'member' };
}

/** @param {Row} row */
function hasObjectForm({ parameters }) {
  return parameters.some(({ member }) => member !== undefined);
}

/** @param {Row} row */
function positionalOf({ parameters }) {
  return parameters.filter(({ positional = true }) => positional);
}

/**
 * Returns whether the method was passed to `Array.prototype.map`, which adds the index and the array.
 *
 * @param {unknown[]} args
 */
function isFromMap([value, index, array]) {
  return typeof index === 'number' && Array.isArray(array) && Object.is(array[index], value);
}

/**
 * @param {string} method
 * @param {Row} row
 * @param {Parameter} [mixed] The parameter that should not be an object.
 */
function wrongForm(method, row, mixed) {
  const positional = `(${[...positionalOf(row).map(({ name }) => name), 'options'].join(', ')})`;
  const members = row.parameters.flatMap(({ member }) => member ?? []);
  const byObject = `({ ${members.join(', ')} }, options)`;
  if (members.length === 0 || row.objectOnly) {
    return argumentError(`${method} takes ${row.objectOnly ? byObject : positional}`);
  }
  const reason = mixed === undefined || mixed.optional ? '' : `; ${mixed.name} is missing, or is an object`;
  return argumentError(`${method} takes ${positional} or ${byObject}, but not both${reason}`);
}

/**
 * Warns about an unknown member. It is probably misspelled, but existing code for 2.x may contain it and works.
 *
 * @param {string} method
 * @param {string} member
 * @param {Row} row
 */
function warnOfMember(method, member, { parameters, kind }) {
  warnOnce('MODZY_UNKNOWN_MEMBER', `${method}.${member}`, () => {
    const [near] = nearest(member, [...parameters.flatMap((parameter) => parameter.member ?? []), ...namesOf(kind)]);
    const advice = near === undefined ? 'and ignores it' : `and ignores it; use ${near}`;
    return `${method} does not know the member ${member}, ${advice}`;
  });
}

module.exports = { readCall };
