// The client class, and a class for each resource.

import type { AccountingMethods } from './accounting.js';
import type { BatchMethods } from './batches.js';
import type { ConnectionError, InputError, ResponseError } from './errors.js';
import type { JobReadMethods } from './jobs.js';
import type { LifetimeMethods } from './lifetime.js';
import type { DeploymentMethods } from './deployment.js';
import type { ModelMethods } from './models.js';
import type { BlobUrlOptions, ClassInitiator, ClientOptions, DataUrlOptions, TeamInitiator } from './options.js';
import type { ResultMethods } from './results.js';
import type { RunMethods } from './runs.js';
import type { SubmitMethods } from './submits.js';
import type { TagMethods } from './tags.js';
import type { UploadMethods } from './uploads.js';
import type { WaitMethods } from './waits.js';

/**
 * Methods about jobs.
 *
 * A submit is never sent again if the server may have accepted it: it rejects with a {@link ConnectionError} or a
 * {@link ResponseError} whose `sent` is `maybe`. The form of 1.x sets the `status` of the receipt to `SUBMITTED`; the form of 2.x
 * returns the receipt unchanged.
 */
export interface JobMethods extends JobReadMethods, SubmitMethods, UploadMethods, WaitMethods {}

/** The members that the clients of resources share. */
declare class ResourceClient {
  /** The form of 1.x: the root of the API, for example `https://app.modzy.com/api`, and the key. */
  constructor(baseURL: string, apiKey: string, options?: ClientOptions | null);
  /** The form of 2.x, with a key or with the credentials of a team. */
  constructor(options: ClassInitiator | TeamInitiator);

  /** The root of the routes of the resource, as in 1.x. Not enumerable. */
  get baseURL(): string;
  /** The root of the host, as in 2.x. Not enumerable. */
  get baseUrl(): string;
}
interface ResourceClient extends LifetimeMethods {}

/** A client with the methods about models only. */
export declare class ModelClient extends ResourceClient {}
export interface ModelClient extends ModelMethods, DeploymentMethods {}

/** A client with the methods about tags only. */
export declare class TagClient extends ResourceClient {}
export interface TagClient extends TagMethods {}

/** A client with the methods about jobs only. */
export declare class JobClient extends ResourceClient {}
export interface JobClient extends JobMethods, BatchMethods, ResultMethods {}

/** A client with the methods about results only. */
export declare class ResultClient extends ResourceClient {}
export interface ResultClient extends ResultMethods {}

/** A client with the methods about accounts only. */
export declare class AccountingClient extends ResourceClient {}
export interface AccountingClient extends AccountingMethods {}

/**
 * A client of one Modzy server. Waiting, retrying and polling run outside the event loop.
 *
 * @example
 * const modzyClient = ModzyClient.fromEnv();
 * const { outputs } = await modzyClient.run('ed542963de', { 'input.txt': 'What a lovely day!' });
 * console.log(outputs['results.json']);
 */
export declare class ModzyClient {
  /**
   * The form of 1.x.
   *
   * @param baseURL The root of the API, for example `https://app.modzy.com/api`. One trailing slash is removed.
   * @param apiKey `<prefix>.<body>`, from the API keys of your profile.
   * @throws {TypeError} If the base URL or the key is missing or invalid, or an option is unknown.
   */
  constructor(baseURL: string, apiKey: string, options?: ClientOptions | null);
  /**
   * The form of 2.x, with a key or with the credentials of a team.
   *
   * @throws {TypeError} If the URL or the credentials are missing or invalid, if both a key and a team are given, or if an option is
   *   unknown.
   */
  constructor(options: ClassInitiator | TeamInitiator);

  /**
   * Creates a client in the form of 2.x from the environment: `MODZY_API_KEY`, and `MODZY_BASE_URL`, to which `/api` is added if
   * missing (`https://app.modzy.com` by default). A blank variable counts as unset. Options given here override the environment,
   * and the credentials of a team replace the key.
   *
   * @throws {TypeError} If `MODZY_API_KEY` is not set and no credentials are given, and as the constructor.
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
  /** The client that submits files in 2.x; the same as `jobClient`. Not enumerable. */
  get fileJobClient(): JobClient;
  /** @see {@link ModzyClient.getResultClient} Not enumerable. */
  get resultClient(): ResultClient;
  /** @see {@link ModzyClient.getAccountingClient} Not enumerable. */
  get accountingClient(): AccountingClient;

  /** Returns the client of the methods about models. It shares this client's connections. */
  getModelClient(): ModelClient;

  /** Returns the client of the methods about tags. It shares this client's connections. */
  getTagClient(): TagClient;

  /** Returns the client of the methods about jobs. It shares this client's connections. */
  getJobClient(): JobClient;

  /** Returns the client of the methods about results. It shares this client's connections. */
  getResultClient(): ResultClient;

  /** Returns the client of the methods about accounts. It shares this client's connections. */
  getAccountingClient(): AccountingClient;

  /**
   * Reads a file as a data URL, for the object form of `submitJobEmbedded`. As in an upload, a file that may be changing is read
   * twice, 100 ms apart. When the signal fires, reading stops and the memory is released.
   *
   * @param path A path or a `file:` URL. A relative path is resolved when the call is made.
   * @param mimeType For example `image/png`.
   * @throws {InputError} If the file is missing, unreadable, larger than `maxBytes` (`limit`), or changes while it is read.
   */
  pathToDataUrl(path: string | URL, mimeType: string, options?: DataUrlOptions | null): Promise<string>;

  /**
   * Reads a Blob or a File as a data URL, for the object form of `submitJobEmbedded`. Without a type, it is read as
   * `application/octet-stream`.
   *
   * @throws {InputError} If it is larger than `maxBytes` (`limit`), changes or does not match its `size` (`changed`), or delivers no
   *   byte for `idleTimeout` (`timeout`).
   */
  fileToDataUrl(file: Blob, options?: BlobUrlOptions | null): Promise<string>;
}
export interface ModzyClient
  extends
    RunMethods,
    ModelMethods,
    DeploymentMethods,
    TagMethods,
    JobMethods,
    BatchMethods,
    ResultMethods,
    LifetimeMethods {}

// Without this, all that is declared here would be exported.
export {};
