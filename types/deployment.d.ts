// The deployment of models, and changes of their versions and engines.

import type { Listing, ListOptions } from './listings.js';
import type { GetModelDetailsResponse } from './models.js';
import type { RequestOptions } from './options.js';

/** A step of a deployment, in order. */
export type DeploymentStep =
  | 'create'
  | 'describe'
  | 'image'
  | 'attributes'
  | 'load'
  | 'testInput'
  | 'run'
  | 'samples'
  | 'restore'
  | 'picture'
  | 'activate';

/** The progress of a step. */
export interface StepProgress {
  step: DeploymentStep | 'engines';
  /** From 0 to 100. */
  percentage: number;
}

/** Options of deployments. */
export interface DeployOptions extends RequestOptions {
  /**
   * Called at the beginning and the end of each step, and with each new percentage between.
   *
   * @default none
   */
  onProgress?: ((progress: StepProgress) => void | PromiseLike<void>) | null | undefined;
  /**
   * ms between a response and the next poll of a step; at least 1.
   *
   * @default 2000
   */
  pollInterval?: number | null | undefined;
  /**
   * ms for the wait of one step.
   *
   * @default 1800000
   */
  stepTimeout?: number | null | undefined;
}

/** An input of a model to deploy. */
export interface DeploymentInput {
  name: string;
  /** Media types, separated by commas. Default: `application/json`. */
  acceptedMediaTypes?: string;
  /** Bytes. Default: 1000000. */
  maximumSize?: number;
  description?: string;
  /** The path of the file that the server tests the model with. */
  sample?: string;
}

/** An output of a model to deploy. */
export interface DeploymentOutput {
  /** Any name. */
  name: string;
  /** Default: `application/json`. */
  mediaType?: string;
  /** Bytes. Default: 1000000. */
  maximumSize?: number;
  description?: string;
}

/** A model to deploy. */
export interface DeployModelParams extends DeployOptions {
  /** Required without `modelId`. */
  name?: string | null | undefined;
  /** For example `0.0.1`. */
  version: string;
  /** The model that gets a new version. Default: a new model. */
  modelId?: string | null | undefined;
  /** The image, as `docker pull` takes it. Sent unchanged. */
  image: string;
  /** The user of the registry. */
  registryUsername?: string | null | undefined;
  /** The password of the registry. No error and no log shows it. */
  registryPassword?: string | null | undefined;
  /** At least one. */
  inputs: DeploymentInput[];
  /** Default: one output `results.json`. */
  outputs?: DeploymentOutput[] | null | undefined;
  /** The `requirementId` of an item of {@link DeploymentMethods.getHardware}. Default: 1. Servers do not test -99 (ARM). */
  hardware?: number | null | undefined;
  /** ms for the start of the container. Default: 60000. */
  statusTimeout?: number | null | undefined;
  /** ms for a run. Default: 60000. */
  runTimeout?: number | null | undefined;
  /** Default: 0. */
  minimumEngines?: number | null | undefined;
  /** Default: 1. */
  maximumEngines?: number | null | undefined;
  description?: string | null | undefined;
  tags?: string[] | null | undefined;
  longDescription?: string | null | undefined;
  technicalDetails?: string | null | undefined;
  performanceSummary?: string | null | undefined;
  /** The path of a picture. */
  picture?: string | null | undefined;
  /** The first step, to resume a deployment. Requires `modelId`. */
  from?: DeploymentStep | null | undefined;
  /** The last step. */
  until?: DeploymentStep | null | undefined;
}

/** Hardware that the account can use. */
export interface Hardware {
  requirementId: number;
  /** For example `ACTIVE`. */
  status?: string;
  /** For example `1000m`. */
  cpuAmount?: string;
  /** For example `4G`. */
  memoryAmount?: string;
  [member: string]: unknown;
}

/** The engines of a version, one by one. */
export interface EngineDetails {
  identifier: string;
  version: string;
  engines: Array<{ name: string; createdAt?: string; ready: boolean; [member: string]: unknown }>;
  [member: string]: unknown;
}

/** The attributes of a version that can be changed. */
export interface ModelVersionChanges {
  inputValidationSchema?: unknown;
  inputs?: unknown[];
  outputs?: unknown[];
  statistics?: unknown[];
  /** ms */
  timeout?: { status?: number; run?: number };
  requirement?: { requirementId?: number };
  processing?: { minimumParallelCapacity?: number; maximumParallelCapacity?: number };
  longDescription?: string | null;
  technicalDetails?: string | null;
  performanceSummary?: string | null;
  versionHistory?: string | null;
}

/** The filter of {@link DeploymentMethods.listModelVersions}. */
export interface ModelVersionFilter extends ListOptions {
  modelId?: string | null | undefined;
  version?: string | null | undefined;
  /** For example `active` or `partial`. */
  status?: string | null | undefined;
  isActive?: boolean | null | undefined;
  isAvailable?: boolean | null | undefined;
  /** For example `version`. */
  sortBy?: string | null | undefined;
  direction?: 'ASC' | 'DESC' | null | undefined;
  /**
   * The first page to read.
   *
   * @default 1
   */
  page?: number | null | undefined;
  /**
   * The number of versions in a page.
   *
   * @default 100
   */
  perPage?: number | null | undefined;
}

/** Methods that deploy models, and change their versions and engines. */
export interface DeploymentMethods {
  /** Reads the hardware that the account can use: `GET /models/requirements/account`. */
  getHardware(options?: RequestOptions | null): Promise<Hardware[]>;

  /** Reads the sum of the least numbers of engines of all versions: `GET /models/processing-engines`. */
  getMinimumEngines(options?: RequestOptions | null): Promise<{ minimumProcessingEnginesSum: number | string }>;

  /** Reads the engines of each version one by one: `GET /resources/processing/models`. */
  getProcessingEngineDetails(options?: RequestOptions | null): Promise<EngineDetails[]>;

  /** Lists the versions of all models with their details: `GET /models/all/versions/all`, page by page. */
  listModelVersions(filter?: ModelVersionFilter | null, options?: ListOptions | null): Listing<GetModelDetailsResponse>;

  /**
   * Changes attributes of a version: reads it, then `PATCH /models/{model}/versions/{version}`. Only the given attributes are sent.
   * An object among them keeps the members that it does not name; a list is replaced.
   *
   * @returns The version.
   * @throws {TypeError} If there are no changes, or one is not such an attribute. Nothing is sent.
   */
  editModelVersion(
    params: { modelId: string; version: string; changes: ModelVersionChanges } & RequestOptions,
    options?: RequestOptions | null,
  ): Promise<GetModelDetailsResponse>;

  /**
   * Sets how many engines a version has: `PATCH /models/{model}/versions/{version}`, or its `/processing` if the first is refused.
   * With `wait`, resolves when the minimum is ready.
   *
   * @throws {TypeError} If the minimum is above the maximum. Nothing is sent.
   * @throws {DeploymentError} If the engines are not ready within `stepTimeout`.
   */
  updateProcessingEngines(
    params: {
      modelId: string;
      version: string;
      minimum: number;
      maximum: number;
      wait?: boolean | null | undefined;
    } & DeployOptions,
    options?: DeployOptions | null,
  ): Promise<GetModelDetailsResponse>;

  /**
   * Deploys a model from its container image: creates it, has the server pull, load and test the image, and activates the version.
   * Aborting ends the deployment, also within a step. `from` resumes it, and `until` ends it early.
   *
   * @returns The version.
   * @throws {TypeError} If the model cannot work: no input, a sample that cannot be read, a minimum above the maximum. Nothing is sent.
   * @throws {DeploymentError} If a step fails or takes longer than `stepTimeout`. It has the `modelId` and the `step` for `from`.
   */
  deployModel(params: DeployModelParams, options?: DeployOptions | null): Promise<GetModelDetailsResponse>;
}
