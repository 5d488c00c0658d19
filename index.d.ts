/**
 * Client of the Modzy API: submit a job, wait until it ends, read its results.
 *
 * Every method returns a promise, or what `for await` goes through, and throws nothing; only the constructors throw. A wrong
 * argument rejects with a `TypeError` and sends nothing.
 */

export * from './types/client.js';
export * from './types/jobs.js';
export * from './types/submits.js';
export * from './types/uploads.js';
export * from './types/waits.js';
export * from './types/batches.js';
export * from './types/listings.js';
export * from './types/results.js';
export * from './types/models.js';
export * from './types/tags.js';
export * from './types/accounting.js';
export * from './types/options.js';
export * from './types/errors.js';
export * from './types/diagnostics.js';
export * from './types/explanations.js';
