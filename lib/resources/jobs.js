'use strict';

// Jobs: submit, upload, read, cancel, wait.

const { Session } = require('../calls/session.js');
const { readJobAndResult, receiptReader, writeBody } = require('../documents.js');
const { AsyncQueue } = require('../iteration/async-queue.js');
const { Batch } = require('../iteration/batch.js');
const { Listing } = require('../iteration/listing.js');
const { watchJob } = require('../iteration/watch.js');
const { readBlob } = require('../streams/read-blob.js');
const { readEmbeddedSources, readFileSources } = require('../streams/upload-sources.js');
const { ResultClient } = require('./results.js');

class JobClient {
  #session;
  #results;

  /** @param {unknown[]} given */
  constructor(...given) {
    this.#session = Session.of(given);
    this.#results = new ResultClient(this.#session);
  }

  /** The root of the routes of jobs, as 1.x has it. */
  get baseURL() {
    return `${this.#session.baseURL}/jobs`;
  }

  /** The root of the host, as 2.x has it. */
  get baseUrl() {
    return this.#session.hostURL;
  }

  /** @param {unknown[]} given */
  async getJob(...given) {
    const { values, options } = this.#session.read('getJob', given);
    return this.#session.run('getJob', values.jobId, options);
  }

  /** @param {unknown[]} given */
  async cancelJob(...given) {
    const { values, options } = this.#session.read('cancelJob', given);
    return this.#session.run('cancelJob', values.jobId, options);
  }

  /** @param {unknown[]} given */
  async getJobHistory(...given) {
    const { values, options, generation } = this.#session.read('getJobHistory', given);
    const { jobs, model } = values.jobIdentifiers ?? { jobs: undefined, model: values.model };
    if (jobs !== undefined) {
      return this.#session.run('getJobs', JSON.stringify(jobs), options);
    }
    const startDate = values.startDate || (generation === 2 ? thirtyDaysAgo() : values.startDate);
    const filter = { ...values, jobIdentifiers: undefined, model, startDate };
    return this.#session.run('getJobHistory', JSON.stringify(filter), options);
  }

  /** @param {unknown[]} given */
  listJobHistory(...given) {
    return new Listing(() => {
      const { values: filter, options } = this.#session.read('listJobHistory', given);
      return { session: this.#session, operation: 'getJobHistoryPage', filter, options };
    });
  }

  /** @param {unknown[]} given */
  async getFeatures(...given) {
    const { options } = this.#session.read('getFeatures', given);
    return this.#session.run('getFeatures', '', options);
  }

  /** @param {unknown[]} given */
  async getProcessingEngineStatus(...given) {
    const { options } = this.#session.read('getProcessingEngineStatus', given);
    return this.#session.run('getProcessingEngineStatus', '', options);
  }

  /** @param {unknown[]} given */
  async blockUntilComplete(...given) {
    const { values, options } = this.#session.read('blockUntilComplete', given);
    return this.#session.run('blockUntilComplete', values.job, options);
  }

  /** @param {unknown[]} given */
  async blockUntilJobComplete(...given) {
    const { values, options } = this.#session.read('blockUntilJobComplete', given);
    return this.#session.run('blockUntilComplete', values.job, options);
  }

  /** @param {unknown[]} given */
  async blockUntilResult(...given) {
    const { values, options } = this.#session.read('blockUntilResult', given);
    return this.#session.run('blockUntilResult', values.job, options, readJobAndResult);
  }

  /** @param {unknown[]} given */
  async blockUntilAllComplete(...given) {
    const { values, options } = this.#session.read('blockUntilAllComplete', given);
    /** @type {object[]} */
    const outcomes = [];
    for await (const outcome of new Batch(this.#session, values.jobs, options).outcomes) {
      outcomes[outcome.index] = outcome;
    }
    return outcomes;
  }

  /** @param {unknown[]} given */
  jobsAsCompleted(...given) {
    return AsyncQueue.attempt(() => {
      const { values, options } = this.#session.read('jobsAsCompleted', given);
      return new Batch(this.#session, values.jobs, options).outcomes;
    });
  }

  /** @param {unknown[]} given */
  watchJob(...given) {
    return AsyncQueue.attempt(() => {
      const { values, options } = this.#session.read('watchJob', given);
      return watchJob(this.#session, values.job, options);
    });
  }

  /** @param {unknown[]} given */
  async submitJob(...given) {
    return this.#session.call('submitJob', given, ({ values, options, generation }) => {
      const { job } = values;
      const body = writeBody(options.jobTimeout === undefined ? job : { ...job, timeout: options.jobTimeout });
      if (typeof body !== 'string') {
        throw new TypeError('the job param should be an object with members');
      }
      const status = job.input === undefined ? 'OPEN' : 'SUBMITTED';
      return this.#session.run('submitJob', body, options, receiptReader(generation, status));
    });
  }

  /** @param {unknown[]} given */
  async submitJobText(...given) {
    return this.#session.call('submitJobText', given, (call) =>
      this.#submit('submitJobText', call, { sources: call.values.textSources }),
    );
  }

  /** @param {unknown[]} given */
  async submitJobEmbedded(...given) {
    // Awaited, so that the stack of an error that comes later keeps the caller's lines.
    return await this.#session.call('submitJobEmbedded', given, async (call) => {
      const { mediaType, embeddedSources } = call.values;
      const { value, name } = embeddedSources;
      const read = readEmbeddedSources(value, name, call.generation, (blob, place) =>
        readBlob(this.#session, blob, place, call.options),
      );
      // Memory is copied in this turn, after which the caller may do with it what they like.
      const bytes = Array.isArray(read.bytes) ? read.bytes : await read.bytes;
      return this.#submit('submitJobEmbedded', call, { sources: read.sources, mediaType }, { bytes });
    });
  }

  /** @param {unknown[]} given */
  async submitJobFile(...given) {
    return this.#submitFiles('submitJobFile', given);
  }

  /** @param {unknown[]} given */
  async submitJobFiles(...given) {
    return this.#submitFiles('submitJobFiles', given);
  }

  /** @param {unknown[]} given */
  async submitJobAWSS3(...given) {
    return this.#submitAwsS3('submitJobAWSS3', given);
  }

  /** @param {unknown[]} given */
  async submitJobAwsS3(...given) {
    return this.#submitAwsS3('submitJobAwsS3', given);
  }

  /** @param {unknown[]} given */
  async submitJobJDBC(...given) {
    return this.#session.call('submitJobJDBC', given, (call) => {
      const { url, username, password, driver, query } = call.values;
      return this.#submit('submitJobJdbc', call, { url, username, password, driver, query });
    });
  }

  /** @param {unknown[]} given */
  async appendInput(...given) {
    return this.#session.call('appendInput', given, ({ values, options }) => {
      const { job: jobId, inputItemKey, dataItemKey, inputValue, chunkSize = options.chunkSize } = values;
      if (values.chunkSize !== undefined && options.chunkSize !== undefined) {
        throw new TypeError('appendInput: the option chunkSize is given twice');
      }
      const { files, carried } = readFileSources(
        { [inputItemKey]: { [dataItemKey]: inputValue.value } },
        inputValue.name,
      );
      const argument = JSON.stringify({ jobId, ...files[0], chunkSize });
      return this.#session.run('appendInput', argument, options, () => null, carried);
    });
  }

  /** @param {unknown[]} given */
  async closeJob(...given) {
    return this.#close('closeJob', given);
  }

  /** @param {unknown[]} given */
  async closeOpenJob(...given) {
    return this.#close('closeOpenJob', given);
  }

  /** @param {unknown[]} given */
  async getResult(...given) {
    return this.#results.getResult(...given);
  }

  /** @param {unknown[]} given */
  async getInputResult(...given) {
    return this.#results.getInputResult(...given);
  }

  /** @param {unknown[]} given */
  streamResults(...given) {
    return this.#results.streamResults(...given);
  }

  /** @param {unknown[]} given */
  async getOutputContents(...given) {
    // Awaited, so that the stack of an error that comes later keeps the caller's lines.
    return await this.#results.getOutputContents(...given);
  }

  /** @param {unknown[]} given */
  async downloadOutput(...given) {
    return this.#results.downloadOutput(...given);
  }

  /** @param {unknown[]} given */
  async openOutput(...given) {
    return await this.#results.openOutput(...given);
  }

  /**
   * @param {string} method
   * @param {unknown[]} given
   */
  #submitFiles(method, given) {
    return this.#session.call(method, given, (call) => {
      const { value, name } = call.values.fileSources;
      const { files, carried } = readFileSources(value, name);
      return this.#submit('submitJobFiles', call, { sources: files, chunkSize: call.options.chunkSize }, carried);
    });
  }

  /**
   * @param {string} method
   * @param {unknown[]} given
   */
  #submitAwsS3(method, given) {
    return this.#session.call(method, given, (call) => {
      const { accessKeyID, secretAccessKey, region, awss3Sources: sources } = call.values;
      return this.#submit('submitJobAwsS3', call, { accessKeyID, secretAccessKey, region, sources });
    });
  }

  /**
   * @param {string} method
   * @param {unknown[]} given
   */
  #close(method, given) {
    const { values, options, generation } = this.#session.read(method, given);
    return this.#session.run('closeJob', values.job, options, receiptReader(generation, 'SUBMITTED'));
  }

  /**
   * @param {Operation} operation
   * @param {import('../arguments/read-call.js').Reading} call
   * @param {object} input What the operation takes beside the model and the settings of the job.
   * @param {object} [carried] What goes beside the JSON.
   */
  #submit(operation, { values, options, generation }, input, carried) {
    const { modelId, versionId: version } = values;
    // 1.x sends it only where it is asked for; 2.x always does.
    const explain = generation === 2 ? (values.explain ?? false) : values.explain || undefined;
    const argument = JSON.stringify({ modelId, version, ...input, explain, timeout: options.jobTimeout });
    return this.#session.run(operation, argument, options, receiptReader(generation, 'SUBMITTED'), carried);
  }
}

/** How far back the history of 2.x goes unless it is told. */
function thirtyDaysAgo() {
  const date = new Date();
  date.setDate(date.getDate() - 30);
  return date.toISOString();
}

/** @typedef {import('../../js-binding').BindingOperation} Operation */

module.exports = { JobClient };
