'use strict';

// What stands for a job, an output or a tag in an argument: each check takes a value and its name, and returns what the call needs.

const { types } = require('node:util');
const { isGiven, isPlainObject, invalidParam, notEmptyString, string, url } = require('./checks.js');

/**
 * A job's identifier, from a job, a receipt, any object that has it, or itself.
 *
 * @param {unknown} value
 * @param {string} name
 */
function jobReference(value, name) {
  const identifier =
    typeof value === 'object' && value !== null && 'jobIdentifier' in value ? value.jobIdentifier : value;
  if (typeof identifier !== 'string') {
    const hint = types.isPromise(value) ? ', not a promise: await it first' : '';
    throw invalidParam(name, `a job, or the identifier of a job${hint}`);
  }
  return string(identifier, name);
}

/**
 * An output: its URL, or its names.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {{ url: string } | { jobId: string, inputKey: string, outputName: string }}
 */
function outputReference(value, name) {
  if (!isPlainObject(value)) {
    throw invalidParam(name, '{ jobId, inputKey, outputName } or { url }');
  }
  const { url: address, jobId, inputKey, outputName } = value;
  if (isGiven(address)) {
    return { url: url(address, `${name}.url`) };
  }
  return {
    jobId: notEmptyString(jobId, `${name}.jobId`),
    inputKey: notEmptyString(inputKey, `${name}.inputKey`),
    outputName: notEmptyString(outputName, `${name}.outputName`),
  };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The fifth argument of the history of 1.x: documented as the identifiers of jobs, and sent as the name of a model. The
 * identifiers are UUIDs, and no model is called that.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {{ jobs: string[] | undefined, model: string | undefined }}
 */
function jobsOrModel(value, name) {
  if (Array.isArray(value)) {
    if (!value.every((each) => typeof each === 'string' && UUID.test(each))) {
      throw invalidParam(name, 'an array of job identifiers, or a string');
    }
    return { jobs: [...value], model: undefined };
  }
  const model = string(value, name);
  const parts = model.split(/[,;]/).map((part) => part.trim());
  const jobs = parts.filter((part) => part !== '');
  return jobs.length > 0 && jobs.every((job) => UUID.test(job))
    ? { jobs, model: undefined }
    : { jobs: undefined, model };
}

/**
 * Identifiers of tags. Several may stand in one string, separated by commas, as they do on the wire.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {string[]}
 */
function tagIds(value, name) {
  const given = /** @type {unknown[]} */ (value);
  const ids = given.flatMap((each) => string(each, name).split(','));
  if (ids.length === 0 || ids.includes('')) {
    throw invalidParam(name, 'one or more not empty strings');
  }
  return ids;
}

module.exports = {
  jobReference,
  jobsOrModel,
  outputReference,
  tagIds,
};
