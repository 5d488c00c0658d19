// The deployment of models, and changes of their versions and engines.

import type { Listing, ListOptions } from './listings.js';
import type { GetModelByIdResponse, GetModelDetailsResponse } from './models.js';
import type { RequestOptions } from './options.js';
import type { DeployOptions, DeploymentStep, StepOptions, StepWaitOptions } from './steps.js';

/** An input of a model to deploy. */
export interface DeploymentInput {
  name: string;
  /** Media types, separated by commas. Default: `application/json`. */
  acceptedMediaTypes?: string;
  /** Bytes. Default: 1000000. */
  maximumSize?: number;
  description?: string;
  /** The path of the file that the server tests the model with, or its `file:` URL. A relative path is resolved at the call. */
  sample?: string | URL;
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
  /** The path of a picture, or its `file:` URL. A relative path is resolved at the call. */
  picture?: string | URL | null | undefined;
  /** The first step, to resume a deployment. Requires `modelId`. */
  from?: DeploymentStep | null | undefined;
  /** The last step. */
  until?: DeploymentStep | null | undefined;
  /**
   * Whether to leave out the steps that are done, as far as the server says so: it has created the version, pulled its image, loaded
   * it, run it, or activated it. Waits for a pull or a run that is under way, and repeats one that has failed. Requires `modelId`.
   * The server does not say which image it has pulled: with another image, give `from: 'image'` instead.
   */
  resume?: boolean | null | undefined;
}

/** A version of a model. */
export interface ModelVersionRef {
  modelId: string;
  version: string;
}

/** A model that has been created. */
export interface CreatedModel {
  identifier: string;
  [member: string]: unknown;
}

/** The result of a run on the samples: its outputs by their names, beside these members. */
export interface TestResult {
  /** For example `SUCCESSFUL`. */
  status?: string;
  engine?: string;
  [member: string]: unknown;
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

/** The attributes of a version that can be changed. `null` means not given, also for a member of an attribute. */
export interface ModelVersionChanges {
  inputValidationSchema?: unknown;
  inputs?: unknown[] | null;
  outputs?: unknown[] | null;
  statistics?: unknown[] | null;
  /** ms */
  timeout?: { status?: number | null; run?: number | null } | null;
  requirement?: { requirementId?: number | null } | null;
  processing?: { minimumParallelCapacity?: number | null; maximumParallelCapacity?: number | null } | null;
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
   * `timeout` and `processing` keep the member that is not named; every other attribute is replaced.
   *
   * @returns The version.
   * @throws {TypeError} If there are no changes, one is not such an attribute, or it has a value that the attribute cannot have.
   *   Nothing is changed.
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
   * Aborting ends the deployment, also within a step. `from` and `resume` continue it, and `until` ends it early. The steps are also
   * methods of their own, from {@link DeploymentMethods.createModel} to {@link DeploymentMethods.activateModelVersion}; that for
   * `attributes` and `restore` is {@link DeploymentMethods.editModelVersion}.
   *
   * @returns The version.
   * @throws {TypeError} If the model cannot work: no input, a sample that cannot be read, is empty or larger than its input may be, a
   *   version that is not a number, names that no path can hold, a size of 0, something that is not a media type, no engine, a minimum
   *   above the maximum. Nothing is sent.
   * @throws {InputError} If a sample or the picture changes while it is read (`changed`). Nothing is created.
   * @throws {DeploymentError} If a step fails or takes longer than `stepTimeout`. It has the `modelId` and the `step` for `from`.
   */
  deployModel(params: DeployModelParams, options?: DeployOptions | null): Promise<GetModelDetailsResponse>;

  /**
   * Creates a model with its first version: `POST /models`.
   *
   * @throws {ConnectionError} With `sent: 'maybe'` if the server may have created it.
   */
  createModel(
    params: { name: string; version: string } & RequestOptions,
    options?: RequestOptions | null,
  ): Promise<CreatedModel>;

  /**
   * Creates a further version of a model: `POST /models/{model}/versions`.
   *
   * @returns What the server says about it, if it says something.
   * @throws {BadRequestError} If the version exists.
   */
  createModelVersion(
    params: ModelVersionRef & RequestOptions,
    options?: RequestOptions | null,
  ): Promise<Partial<GetModelDetailsResponse> | undefined>;

  /**
   * Changes what a model's card says: `PATCH /models/{model}`. What is not given stays; the tags replace those that the model has.
   *
   * @returns The model, if the server returns it.
   * @throws {TypeError} If nothing is given. Nothing is sent.
   */
  describeModel(
    params: {
      modelId: string;
      name?: string | null | undefined;
      description?: string | null | undefined;
      tags?: string[] | null | undefined;
    } & RequestOptions,
    options?: RequestOptions | null,
  ): Promise<Partial<GetModelByIdResponse> | undefined>;

  /**
   * Has the server pull the image of a version: `POST /models/{model}/versions/{version}/container-image`. Then
   * {@link DeploymentMethods.waitForImage}. No error and no log shows the password.
   */
  pullImage(
    params: ModelVersionRef & {
      /** As `docker pull` takes it. Sent unchanged. */
      image: string;
      registryUsername?: string | null | undefined;
      registryPassword?: string | null | undefined;
    } & StepOptions,
    options?: StepOptions | null,
  ): Promise<void>;

  /**
   * Waits until the server has pulled the image: `GET /models/{model}/versions/{version}/container-image`. Survives outages.
   *
   * @returns The last response.
   * @throws {ApiError} If the pull fails. Its `body` may have `technicalInformation`.
   * @throws {DeploymentError} If the image is not there within `stepTimeout`, or the server answers 404 for four seconds.
   */
  waitForImage(
    params: ModelVersionRef & StepWaitOptions,
    options?: StepWaitOptions | null,
  ): Promise<{ percentage: number; [member: string]: unknown }>;

  /**
   * Has the server start the container, and resolves when it has: `POST /models/{model}/versions/{version}/load-process`. Right after
   * the pull, servers answer 400 for a while, so that alone is sent again, up to ten times and within `stepTimeout`.
   *
   * @throws {ApiError} If the container does not start. Its `body` may have `technicalInformation`.
   */
  loadModel(params: ModelVersionRef & StepOptions, options?: StepOptions | null): Promise<void>;

  /**
   * Sends the sample of an input: `POST /models/{model}/versions/{version}/testInput`. Reads the file into memory.
   *
   * @throws {TypeError} If the file cannot be read, is not a file, or is empty. Nothing is sent.
   * @throws {InputError} If the file changes while it is read (`changed`). Nothing is sent.
   */
  sendTestInput(
    params: ModelVersionRef & {
      /** The name of the model's input. */
      input: string;
      /** The path of the sample, or its `file:` URL. A relative path is resolved at the call. */
      file: string | URL;
    } & RequestOptions,
    options?: RequestOptions | null,
  ): Promise<void>;

  /**
   * Has the server run a version on its samples: `POST /models/{model}/versions/{version}/run-process`. Then
   * {@link DeploymentMethods.waitForTest}. The run overwrites the texts of the version; `editModelVersion` sets them again.
   */
  startTest(params: ModelVersionRef & RequestOptions, options?: RequestOptions | null): Promise<void>;

  /**
   * Waits until the run has ended: `GET /models/{model}/versions/{version}/run-process`. Survives outages.
   *
   * @throws {DeploymentError} If the run fails, with `technicalInformation`, does not end within `stepTimeout`, or the server answers
   *   404 for four seconds.
   */
  waitForTest(params: ModelVersionRef & StepWaitOptions, options?: StepWaitOptions | null): Promise<TestResult>;

  /** Sets the sample of a job for a version: `PUT /models/{model}/versions/{version}/sample-input`. */
  setModelVersionInputSample(
    params: ModelVersionRef & { sample: object } & RequestOptions,
    options?: RequestOptions | null,
  ): Promise<void>;

  /** Sets the sample of a version's results: `PUT /models/{model}/versions/{version}/sample-output`. */
  setModelVersionOutputSample(
    params: ModelVersionRef & { sample: object } & RequestOptions,
    options?: RequestOptions | null,
  ): Promise<void>;

  /**
   * Sets the picture of a model's card: `POST /models/{model}/image`. Reads the file into memory.
   *
   * @throws {TypeError} If the file cannot be read, is not a file, or is empty. Nothing is sent.
   * @throws {InputError} If the file changes while it is read (`changed`). Nothing is sent.
   */
  sendPicture(
    params: {
      modelId: string;
      /** The path of the picture, or its `file:` URL. A relative path is resolved at the call. */
      file: string | URL;
      /** Default: the name of the file. */
      description?: string | null | undefined;
    } & RequestOptions,
    options?: RequestOptions | null,
  ): Promise<void>;

  /**
   * Makes a version available for jobs: `PATCH /models/{model}/versions/{version}` with the status `active`.
   *
   * @returns The version, if the server returns it.
   */
  activateModelVersion(
    params: ModelVersionRef & RequestOptions,
    options?: RequestOptions | null,
  ): Promise<Partial<GetModelDetailsResponse> | undefined>;

  /**
   * Waits until a version has so many engines that are ready: `GET /resources/processing/engines`. Survives outages.
   *
   * @throws {DeploymentError} If they are not ready within `stepTimeout`.
   */
  waitForEngines(
    params: ModelVersionRef & { minimum: number } & StepWaitOptions,
    options?: StepWaitOptions | null,
  ): Promise<void>;
}
