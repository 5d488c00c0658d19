import modzy from './index.js';

export const {
  ModzyClient,
  ModelClient,
  TagClient,
  JobClient,
  ResultClient,
  AccountingClient,
  isFinalStatus,
  decodeExplanation,
  outputsOf,
  ModzyError,
  ApiError,
  BadRequestError,
  AuthenticationError,
  PermissionError,
  NotFoundError,
  RateLimitError,
  ServerError,
  ResponseError,
  ConnectionError,
  RequestTimeoutError,
  WaitTimeoutError,
  JobFailedError,
  ClientClosedError,
  DeploymentError,
  InputError,
  JournalError,
} = modzy;

export default modzy;
