'use strict';

// References to jobs, outputs and tags. Each check takes a value and its name, and returns the value that the call uses.

const { isGiven, isPlainObject, isPromise, invalidParam, notBlank, string, url } = require('./checks.js');

/**
 * Returns the identifier of a job: the value itself, or the `jobIdentifier` of a job, a receipt or any other object.
 *
 * @param {unknown} value
 * @param {string} name
 */
function jobReference(value, name) {
  const identifier = isJob(value) ? value.jobIdentifier : value;
  if (typeof identifier !== 'string') {
    const result = /** @type {any} */ (value);
    const instead = isJob(result?.job) ? ', not a result: pass its job' : '';
    throw invalidParam(name, `a job, or the identifier of a job${instead}`, value);
  }
  return string(identifier, name);
}

/**
 * @param {unknown} value
 * @returns {value is { jobIdentifier: unknown }}
 */
function isJob(value) {
  return typeof value === 'object' && value !== null && 'jobIdentifier' in value;
}

/**
 * Returns the URL or the names of an output.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {{ url: string } | { jobId: string, inputKey: string, outputName: string }}
 */
function outputReference(value, name) {
  const expected = '{ job, inputKey, outputName } or { url }';
  if (!isPlainObject(value)) {
    throw invalidParam(name, expected, value);
  }
  const { url: address, job, jobId, inputKey, outputName } = value;
  if ([address, job, jobId].filter(isGiven).length > 1) {
    throw invalidParam(name, `${expected}, but not both`);
  }
  if (isGiven(address)) {
    return { url: url(address, `${name}.url`) };
  }
  return {
    jobId: isGiven(jobId) ? jobReference(jobId, `${name}.jobId`) : jobReference(job, `${name}.job`),
    inputKey: notBlank(inputKey, `${name}.inputKey`),
    outputName: notBlank(outputName, `${name}.outputName`),
  };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Reads the fifth argument of the history of 1.x. In an array, and by itself, a job may be named by its receipt or the job. The documentation calls it job identifiers, but 1.x sends it as the name of a
 * model. The two differ in form: identifiers are UUIDs, and names of models are not.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {{ jobs: string[] | undefined, model: string | undefined }}
 */
function jobsOrModel(value, name) {
  if (Array.isArray(value) || isJob(value)) {
    const jobs = [value].flat().map((each) => (isJob(each) ? each.jobIdentifier : each));
    if (!jobs.every((each) => typeof each === 'string' && UUID.test(each))) {
      throw invalidParam(name, 'an array of job identifiers, or a string', jobs.find(isPromise));
    }
    return { jobs, model: undefined };
  }
  const model = string(value, name);
  const parts = model.split(/[,;]/).map((part) => part.trim());
  const jobs = parts.filter((part) => part !== '');
  return jobs.length > 0 && jobs.every((job) => UUID.test(job))
    ? { jobs, model: undefined }
    : { jobs: undefined, model };
}

/**
 * Returns the identifiers of tags. One string may contain several, separated by commas, as on the wire.
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

/**
 * Returns e-mail addresses.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {string[]}
 */
function emails(value, name) {
  if (!Array.isArray(value) || value.length === 0) {
    throw invalidParam(name, 'an array of one or more e-mail addresses', value);
  }
  return value.map((each) => notBlank(each, name));
}

module.exports = {
  emails,
  jobReference,
  jobsOrModel,
  outputReference,
  tagIds,
};
