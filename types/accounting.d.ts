// API keys of an account.

import type { RequestOptions } from './options.js';

/** What can be done with an account. */
export interface AccountingMethods {
  /**
   * Lists the API keys of a user: `GET /accounting/access-keys/user/{email}`. Their secret parts are not among them.
   *
   * @throws {NotFoundError} For a user who does not exist.
   */
  getAPIKeys(email: string, options?: RequestOptions | null): Promise<ApiKey[]>;

  /**
   * Reads a whole API key: `POST /accounting/access-keys/{prefix}/hash`. The server tells it once, to its owner only, so
   * the request is not repeated when its answer is lost.
   *
   * @param prefix The public part of the key.
   * @returns What the server sent: text, or an object.
   * @throws {ApiError} As the server answers, for instance where it has told the key before. No error holds the key.
   */
  getKeyBody(prefix: string, options?: RequestOptions | null): Promise<unknown>;
}

/** An API key without its secret part. Servers may leave out any member, and there may be others. */
export interface ApiKey {
  /** The public part. */
  prefix: string;
  name?: string;
  description?: string;
  isDefault?: boolean;
  /** Such as `active`. */
  status?: string;
  /** ISO 8601. */
  createdAt?: string;
  [member: string]: unknown;
}
