/**
 * A client for the Modzy API: submit jobs, wait until they end, and read their results.
 *
 * Every method returns a promise or an async iterable. Only the constructors throw. A method with an invalid argument rejects with
 * a `TypeError`, and sends nothing.
 */

export * from './types/client.js';
export * from './types/jobs.js';
export * from './types/runs.js';
export * from './types/submits.js';
export * from './types/uploads.js';
export * from './types/waits.js';
export * from './types/batches.js';
export * from './types/lifetime.js';
export * from './types/listings.js';
export * from './types/results.js';
export * from './types/models.js';
export * from './types/tags.js';
export * from './types/accounting.js';
export * from './types/deployment.js';
export * from './types/steps.js';
export * from './types/options.js';
export * from './types/errors.js';
export * from './types/diagnostics.js';
export * from './types/explanations.js';
