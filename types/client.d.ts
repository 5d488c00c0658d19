// The classes: the client, and one for each resource.

import type { AccountingMethods } from './accounting.js';
import type { BatchMethods } from './batches.js';
import type { ConnectionError, InputError, ResponseError } from './errors.js';
import type { JobReadMethods } from './jobs.js';
import type { ModelMethods } from './models.js';
import type { ClassInitiator, ClientOptions, DataUrlOptions, TeamInitiator } from './options.js';
import type { ResultMethods } from './results.js';
import type { SubmitMethods } from './submits.js';
import type { TagMethods } from './tags.js';
import type { UploadMethods } from './uploads.js';
import type { WaitMethods } from './waits.js';

/**
 * What can be done with jobs.
 *
 * A submit whose fate is unknown is never sent again: it rejects with a {@link ConnectionError}, or a {@link ResponseError},
 * whose `sent` is `maybe`. The form of 1.x returns the receipt with `status` `SUBMITTED`, the form of 2.x
 * as the server sent it.
 */
export interface JobMethods extends JobReadMethods, SubmitMethods, UploadMethods, WaitMethods {}

/** What the clients of resources have in common. */
declare class ResourceClient {
  /** The form of 1.x: the API's own root, such as `https://app.modzy.com/api`, and the key. */
  constructor(baseURL: string, apiKey: string, options?: ClientOptions | null);
  /** The form of 2.x, with a key or what a team has in its place. */
  constructor(options: ClassInitiator | TeamInitiator);

  /** The root of the routes of the resource, as in 1.x. Not enumerable. */
  get baseURL(): string;
  /** The root of the host, as in 2.x. Not enumerable. */
  get baseUrl(): string;
}

/** The methods about models, as a client of their own. */
export declare class ModelClient extends ResourceClient {}
export interface ModelClient extends ModelMethods {}

/** The methods about tags, as a client of their own. */
export declare class TagClient extends ResourceClient {}
export interface TagClient extends TagMethods {}

/** The methods about jobs, as a client of their own. */
export declare class JobClient extends ResourceClient {}
export interface JobClient extends JobMethods, BatchMethods, ResultMethods {}

/** The methods about results, as a client of their own. */
export declare class ResultClient extends ResourceClient {}
export interface ResultClient extends ResultMethods {}

/** The methods about accounts, as a client of their own. */
export declare class AccountingClient extends ResourceClient {}
export interface AccountingClient extends AccountingMethods {}

/**
 * A client of one Modzy server. Waiting, retrying and polling run outside the event loop.
 *
 * @example
 * const modzyClient = ModzyClient.fromEnv();
 * let job = await modzyClient.submitJobText('ed542963de', '1.0.1', { first: { 'input.txt': 'What a lovely day!' } });
 * job = await modzyClient.blockUntilComplete(job);
 * console.log(`Job ${job.identifier} status ${job.status}`);
 */
export declare class ModzyClient {
  /**
   * The form of 1.x.
   *
   * @param baseURL The API's own root, such as `https://app.modzy.com/api`; used as it is but for one trailing slash.
   * @param apiKey `<prefix>.<body>`, from the API keys of your profile.
   * @throws {TypeError} For a base URL or a key that is missing or cannot be used, and for an unknown option.
   */
  constructor(baseURL: string, apiKey: string, options?: ClientOptions | null);
  /**
   * The form of 2.x, with a key or what a team has in its place.
   *
   * @throws {TypeError} For a URL or credentials that are missing or cannot be used, for both kinds of them, and for an
   *   unknown option.
   */
  constructor(options: ClassInitiator | TeamInitiator);

  /**
   * A client in the form of 2.x with what the environment says: `MODZY_API_KEY`, and `MODZY_BASE_URL`, to which `/api` is
   * added unless it is there (`https://app.modzy.com`). Blank counts as unset; options given here come first, and a team's
   * credentials in place of the key.
   *
   * @throws {TypeError} Where `MODZY_API_KEY` is not set and no credentials are given, and as the constructor.
   */
  static fromEnv(options?: Partial<ClassInitiator> | TeamInitiator | null): ModzyClient;

  /** The root of the routes, ending in `/api`. Not enumerable. */
  get baseURL(): string;
  /** @see {@link ModzyClient.getModelClient} Not enumerable. */
  get modelClient(): ModelClient;
  /** @see {@link ModzyClient.getTagClient} Not enumerable. */
  get tagClient(): TagClient;
  /** @see {@link ModzyClient.getJobClient} Not enumerable. */
  get jobClient(): JobClient;
  /** What submits files in 2.x. Not enumerable. */
  get fileJobClient(): JobClient;
  /** @see {@link ModzyClient.getResultClient} Not enumerable. */
  get resultClient(): ResultClient;
  /** @see {@link ModzyClient.getAccountingClient} Not enumerable. */
  get accountingClient(): AccountingClient;

  /** The methods about models, as an object of their own. It shares this client's connections. */
  getModelClient(): ModelClient;

  /** The methods about tags, as an object of their own. It shares this client's connections. */
  getTagClient(): TagClient;

  /** The methods about jobs, as an object of their own. It shares this client's connections. */
  getJobClient(): JobClient;

  /** The methods about results, as an object of their own. It shares this client's connections. */
  getResultClient(): ResultClient;

  /** The methods about accounts, as an object of their own. It shares this client's connections. */
  getAccountingClient(): AccountingClient;

  /**
   * Reads a file as a data URL, for the object form of `submitJobEmbedded`. As for an upload, a file that may be changing is read
   * twice, 100 ms apart. When the signal fires, reading stops and the memory is released.
   *
   * @param path A path, or a `file:` URL. A relative one is resolved when the call is made.
   * @param mimeType Such as `image/png`.
   * @throws {InputError} For a file that is missing or unreadable, that changes while it is read, or that has more than `maxBytes` (`limit`).
   */
  pathToDataUrl(path: string | URL, mimeType: string, options?: DataUrlOptions | null): Promise<string>;

  /**
   * Reads a Blob or a File as a data URL, for the object form of `submitJobEmbedded`. One without a type is
   * `application/octet-stream`.
   *
   * @throws {InputError} For one that has more than `maxBytes` (`limit`), that changes or has another size than it tells (`changed`), or that
   *   brings no byte for the client's `idleTimeout` (`timeout`).
   */
  fileToDataUrl(file: Blob, options?: DataUrlOptions | null): Promise<string>;
}
export interface ModzyClient extends ModelMethods, TagMethods, JobMethods, BatchMethods, ResultMethods {}

// Without this, all that is declared here would be exported.
export {};
