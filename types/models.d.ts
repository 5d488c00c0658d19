// Models and their versions.

import type { Listing, ListOptions } from './listings.js';
import type { RequestOptions } from './options.js';
import type { Tag, TaggedModel } from './tags.js';

/** A model in brief: an item of `GET /models`. */
export interface Model {
  modelId: string;
  latestVersion: string;
  /** In no order. */
  versions: string[];
}

/** A picture of a model. */
export interface Image {
  /** Relative to the host. */
  url: string;
  caption: string;
  /** Such as `card` or `thumbnail`. */
  relationType: string;
}

/** What a model can do besides its own task. */
export interface Feature {
  identifier: string;
  name: string;
  description?: string;
}

/** A model with an active version: an item of `GET /models/latest`. */
export interface LatestModel {
  /** What other routes call `modelId`. */
  identifier: string;
  name: string;
  author: string;
  description: string;
  longDescription: string;
  permalink: string;
  latestVersion: string;
  activeVersions: string[];
  features: Feature[];
  images: Image[];
  tags: Tag[];
  isActive: boolean;
  isAvailable: boolean;
  isCommercial: boolean;
  isExperimental: boolean;
  isRecommended: boolean;
  sourceType: string;
  /** ISO 8601. */
  creationDateTime: string;
  /** ISO 8601. */
  updateDateTime: string;
}

/** A model: `GET /models/{model}`. Servers may leave out members. */
export interface GetModelByIdResponse {
  modelId: string;
  name: string;
  author: string;
  description: string;
  permalink: string;
  latestVersion: string;
  /** May be empty. */
  latestActiveVersion: string;
  versions: string[];
  features: Feature[];
  tags: Tag[];
  images: Image[];
  snapshotImages: any[];
  isActive: boolean;
  isRecommended: boolean;
  isCommercial: boolean;
  /** ISO 8601. Some models have none. */
  lastActiveDateTime: string;
  visibility: { scope: string };
}

/** A version of a model in brief. */
export interface ModelVersionReference {
  version: string;
}

/** `GET /models/{model}/versions` */
export type GetModelVersionsByIdResponse = ModelVersionReference[];

/** An input that a version of a model takes. */
export interface ModelInput {
  /** What sources call it. */
  name: string;
  /** Separated by commas. */
  acceptedMediaTypes: string;
  /** Bytes. */
  maximumSize: number;
  description: string;
}

/** An output that a version of a model makes. */
export interface ModelOutput {
  /** What results call it. */
  name: string;
  mediaType: string;
  /** Bytes. */
  maximumSize: number;
  description: string;
}

/** A figure about a version of a model. */
export interface Statistic {
  label: string;
  category: string;
  type: string;
  description: string;
  highlight: boolean;
  order: number;
  value: number;
}

/** A version of a model: `GET /models/{model}/versions/{version}`. Servers may leave out members. */
export interface GetModelDetailsResponse {
  version: string;
  model: GetModelByIdResponse;
  /** Such as `active`. */
  status: string;
  isActive: boolean;
  isAvailable: boolean;
  /** ISO 8601. */
  createdAt: string;
  /** ISO 8601. */
  updatedAt: string;
  createdBy: string;
  inputs: ModelInput[];
  outputs: ModelOutput[];
  inputValidationSchema: string;
  statistics: Statistic[];
  longDescription: string;
  technicalDetails: string;
  performanceSummary: string;
  sourceType: string;
  versionHistory: string;
  /** ms */
  timeout: { status: number; run: number };
  requirement: { gpuUnits: number; cpuAmount: string; memoryAmount: string };
  processing: { minimumParallelCapacity: number; maximumParallelCapacity: number };
  containerImage: {
    uploadStatus: string;
    loadStatus: string;
    uploadPercentage: number;
    loadPercentage: number;
    containerImageSize: number;
    registryHost: string;
    repositoryNamespace: string;
    repositoryName: string;
  };
}

/** What {@link ModelMethods.getModelDetails} takes as one object. */
export interface GetModelDetailsParams extends RequestOptions {
  modelId: string;
  /** Such as `1.0.1`. */
  version: string;
}

/** What {@link ModelMethods.getModels} takes as one object. `null` where there is a default: not sent. */
export interface GetModelsParams extends RequestOptions {
  /** Several separated by `;`. */
  modelId?: string | null | undefined;
  author?: string | null | undefined;
  createdByEmail?: string | null | undefined;
  /** The name, or part of it. */
  name?: string | null | undefined;
  description?: string | null | undefined;
  isActive?: boolean | string | null | undefined;
  isExpired?: boolean | string | null | undefined;
  /** `isRecommended` of the API. */
  isFeatured?: boolean | string | null | undefined;
  /** ISO 8601, or a `Date`. */
  lastActiveDateTime?: string | Date | null | undefined;
  /** ISO 8601, or a `Date`. */
  expirationDateTime?: string | Date | null | undefined;
  /**
   * The number of the page, from 1.
   *
   * @default the server's, which is the first
   */
  page?: number | null | undefined;
  /**
   * How many models at most.
   *
   * @default 500
   */
  perPage?: number | null | undefined;
  /**
   * Ascending or descending.
   *
   * @default the server's, which is `ASC`
   */
  direction?: 'ASC' | 'DESC' | null | undefined;
  /** Such as `name`, `author` or `lastActiveDateTime`. */
  sortBy?: ModelSortKey | (string & {}) | null | undefined;
}

/** What models can be sorted by. */
export type ModelSortKey =
  | 'modelId'
  | 'author'
  | 'submittedByEmail'
  | 'name'
  | 'isExpired'
  | 'isActive'
  | 'latestVersion'
  | 'isRecommended'
  | 'lastActiveDateTime'
  | 'expirationDateTime';

/** What {@link ModelMethods.listModels} looks for. */
export interface ModelFilter extends Omit<GetModelsParams, 'page' | 'perPage'>, ListOptions {
  /**
   * The first page that is read.
   *
   * @default 1
   */
  page?: number | null | undefined;
  /**
   * How many models a page holds.
   *
   * @default 500
   */
  perPage?: number | null | undefined;
}

/** What can be done with models. */
export interface ModelMethods {
  /**
   * Lists models in brief, a page of them: `GET /models`. All arguments may be left out, or be `null`: not sent.
   *
   * @param modelId Several separated by `;`.
   * @param name The name, or part of it.
   * @param isActive A boolean, or its text.
   * @param isExpired A boolean, or its text.
   * @param isRecommended A boolean, or its text.
   * @param lastActiveDateTime ISO 8601, or a `Date`.
   * @param expirationDateTime ISO 8601, or a `Date`.
   * @param page The number of the page, from 1. Default: the server's, which is the first.
   * @param perPage How many models at most. Default: 1000; where no argument is given, 500 for a client in the form of 2.x.
   * @param direction `ASC` or `DESC`.
   * @param sortBy Such as `name`, `author` or `lastActiveDateTime`.
   * @throws {TypeError} For an argument of another type.
   * @example
   * const models = await client.getModels({ name: 'sentiment', isActive: true });
   * for (const { modelId, latestVersion } of models) console.log(modelId, latestVersion);
   */
  getModels(
    modelId?: string | null,
    author?: string | null,
    createdByEmail?: string | null,
    name?: string | null,
    description?: string | null,
    isActive?: boolean | string | null,
    isExpired?: boolean | string | null,
    isRecommended?: boolean | string | null,
    lastActiveDateTime?: Date | string | null,
    expirationDateTime?: Date | string | null,
    page?: number | null,
    perPage?: number | null,
    direction?: string | null,
    sortBy?: string | null,
    options?: RequestOptions | null,
  ): Promise<Model[]>;
  /** The form of 2.x: 500 models at most, unless `perPage` says otherwise. */
  getModels(params?: GetModelsParams | null, options?: RequestOptions | null): Promise<Model[]>;

  /** Lists models in brief, all of them: `GET /models`, page by page. */
  listModels(filter?: ModelFilter | null, options?: ListOptions | null): Listing<Model>;

  /** Lists models in brief, as `getModels()` does: 1000 at most, or 500 for a client in the form of 2.x. */
  getAllModels(options?: RequestOptions | null): Promise<Model[]>;

  /** Lists all models with an active version, with details: `GET /models/latest`. */
  getActiveModels(options?: RequestOptions | null): Promise<LatestModel[]>;

  /**
   * Reads a model: `GET /models/{model}`.
   *
   * @throws {NotFoundError} For a model that does not exist.
   * @example
   * const { name, latestActiveVersion } = await client.getModel('ed542963de');
   */
  getModel(modelId: string, options?: RequestOptions | null): Promise<GetModelByIdResponse>;

  /** The name that 2.x has for {@link ModelMethods.getModel}. */
  getModelById(modelId: string, options?: RequestOptions | null): Promise<GetModelByIdResponse>;

  /**
   * Finds the model whose name is most like the given one, among twenty that the server finds: `GET /models`, and
   * `GET /models/{model}` for each of them. A client in the form of 1.x looks among active models only.
   *
   * @throws {ApiError} With the code 400 where there is none.
   * @example
   * const { modelId } = await client.getModelByName('Sentiment Analysis');
   */
  getModelByName(name: string, options?: RequestOptions | null): Promise<GetModelByIdResponse>;

  /**
   * Lists the models that are related to one: `GET /models/{model}/related-models`. They are called by `identifier`.
   *
   * @throws {NotFoundError} For a model that does not exist.
   */
  getRelatedModels(modelId: string, options?: RequestOptions | null): Promise<TaggedModel[]>;

  /**
   * Lists the versions of a model: `GET /models/{model}/versions`.
   *
   * @throws {NotFoundError} For a model that does not exist.
   */
  getModelVersions(modelId: string, options?: RequestOptions | null): Promise<GetModelVersionsByIdResponse>;

  /** The name that 2.x has for {@link ModelMethods.getModelVersions}. */
  getModelVersionsById(modelId: string, options?: RequestOptions | null): Promise<GetModelVersionsByIdResponse>;

  /**
   * Reads a version of a model: `GET /models/{model}/versions/{version}`.
   *
   * @param versionId The version's number, such as `1.0.1`.
   * @throws {NotFoundError} For a model or a version that does not exist.
   * @example
   * const { inputs, outputs } = await client.getModelVersion('ed542963de', '1.0.1');
   * console.log(inputs.map(({ name }) => name), outputs.map(({ name }) => name));
   */
  getModelVersion(
    modelId: string,
    versionId: string,
    options?: RequestOptions | null,
  ): Promise<GetModelDetailsResponse>;
  /** The same with one object. */
  getModelVersion(params: GetModelDetailsParams, options?: RequestOptions | null): Promise<GetModelDetailsResponse>;

  /** The name that 2.x has for {@link ModelMethods.getModelVersion}. */
  getModelDetails(
    modelId: string,
    versionId: string,
    options?: RequestOptions | null,
  ): Promise<GetModelDetailsResponse>;
  /** The form of 2.x. */
  getModelDetails(params: GetModelDetailsParams, options?: RequestOptions | null): Promise<GetModelDetailsResponse>;

  /**
   * Reads a sample of what to submit to a version: `GET /models/{model}/versions/{version}/sample-input`.
   *
   * @returns The body of a submit.
   * @throws {NotFoundError} For a version that does not exist or has no sample.
   */
  getModelVersionInputSample(modelId: string, versionId: string, options?: RequestOptions | null): Promise<any>;
  /** The form of 2.x. */
  getModelVersionInputSample(params: GetModelDetailsParams, options?: RequestOptions | null): Promise<any>;

  /**
   * Reads a sample of what a version answers: `GET /models/{model}/versions/{version}/sample-output`.
   *
   * @returns Results of a job.
   * @throws {NotFoundError} For a version that does not exist or has no sample.
   */
  getModelVersionOutputSample(modelId: string, versionId: string, options?: RequestOptions | null): Promise<any>;
  /** The form of 2.x. */
  getModelVersionOutputSample(params: GetModelDetailsParams, options?: RequestOptions | null): Promise<any>;
}
