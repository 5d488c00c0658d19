// API keys of an account.

import type { RequestOptions } from './options.js';

/** Methods about API keys. */
export interface AccountingMethods {
  /**
   * Lists the API keys of a user, without their secret parts: `GET /accounting/access-keys/user/{email}`.
   *
   * @throws {NotFoundError} If the user does not exist.
   */
  getAPIKeys(email: string, options?: RequestOptions | null): Promise<ApiKey[]>;

  /**
   * Reads a whole API key: `POST /accounting/access-keys/{prefix}/hash`. The server returns a key only once, and only to its
   * owner, so the request is not retried if its response is lost.
   *
   * @param prefix The public part of the key.
   * @returns The body that the server sent: text or an object.
   * @throws {ApiError} When the server refuses, for instance because it has returned the key before. No error contains the key.
   */
  getKeyBody(prefix: string, options?: RequestOptions | null): Promise<unknown>;
}

/** An API key without its secret part. Servers may omit any member and add others. */
export interface ApiKey {
  /** The public part. */
  prefix: string;
  name?: string;
  description?: string;
  isDefault?: boolean;
  /** For example `active`. */
  status?: string;
  /** ISO 8601. */
  createdAt?: string;
  [member: string]: unknown;
}
