'use strict';

// First, because older versions of Node.js cannot run the files below.
require('./lib/runtime.js');

const { AccountingClient } = require('./lib/resources/accounting.js');
const { ModzyClient } = require('./lib/client.js');
const errors = require('./lib/errors.js');
const { decodeExplanation } = require('./lib/explanations.js');
const { outputsOf } = require('./lib/outputs.js');
const { JobClient } = require('./lib/resources/jobs.js');
const { ModelClient } = require('./lib/resources/models.js');
const { ResultClient } = require('./lib/resources/results.js');
const { isFinalStatus } = require('./lib/status.js');
const { TagClient } = require('./lib/resources/tags.js');

// Written out one name per line, so that `import { ModzyClient } from 'modzy-client'` finds the names without running the code.
module.exports.ModzyClient = ModzyClient;
module.exports.ModelClient = ModelClient;
module.exports.TagClient = TagClient;
module.exports.JobClient = JobClient;
module.exports.ResultClient = ResultClient;
module.exports.AccountingClient = AccountingClient;
module.exports.isFinalStatus = isFinalStatus;
module.exports.decodeExplanation = decodeExplanation;
module.exports.outputsOf = outputsOf;
module.exports.ModzyError = errors.ModzyError;
module.exports.ApiError = errors.ApiError;
module.exports.BadRequestError = errors.BadRequestError;
module.exports.AuthenticationError = errors.AuthenticationError;
module.exports.PermissionError = errors.PermissionError;
module.exports.NotFoundError = errors.NotFoundError;
module.exports.RateLimitError = errors.RateLimitError;
module.exports.ServerError = errors.ServerError;
module.exports.ResponseError = errors.ResponseError;
module.exports.ConnectionError = errors.ConnectionError;
module.exports.RequestTimeoutError = errors.RequestTimeoutError;
module.exports.WaitTimeoutError = errors.WaitTimeoutError;
module.exports.JobFailedError = errors.JobFailedError;
module.exports.ClientClosedError = errors.ClientClosedError;
module.exports.DeploymentError = errors.DeploymentError;
module.exports.InputError = errors.InputError;
module.exports.JournalError = errors.JournalError;
