// Models and their versions.

import type { Listing, ListOptions } from './listings.js';
import type { RequestOptions } from './options.js';
import type { Tag, TaggedModel } from './tags.js';

/** A summary of a model: an item of `GET /models`. */
export interface Model {
  modelId: string;
  latestVersion: string;
  /** In no particular order. */
  versions: string[];
}

/** A picture of a model. */
export interface Image {
  /** Relative to the host. */
  url: string;
  caption: string;
  /** For example `card` or `thumbnail`. */
  relationType: string;
}

/** A feature of a model. */
export interface Feature {
  identifier: string;
  name: string;
  description?: string;
}

/** A model with an active version: an item of `GET /models/latest`. */
export interface LatestModel {
  /** The identifier, which other routes call `modelId`. */
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

/** A model: `GET /models/{model}`. Servers may omit members. */
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

/** A reference to a version of a model. */
export interface ModelVersionReference {
  version: string;
}

/** The versions of a model: `GET /models/{model}/versions`. */
export type GetModelVersionsByIdResponse = ModelVersionReference[];

/** An input that a version of a model accepts. */
export interface ModelInput {
  /** The input name, as sources use it. */
  name: string;
  /** Separated by commas. */
  acceptedMediaTypes: string;
  /** Bytes. */
  maximumSize: number;
  description: string;
}

/** An output that a version of a model produces. */
export interface ModelOutput {
  /** The output name, as results use it. */
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

/** A version of a model: `GET /models/{model}/versions/{version}`. Servers may omit members. */
export interface GetModelDetailsResponse {
  version: string;
  model: GetModelByIdResponse;
  /** For example `active`. */
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

/** The parameters of {@link ModelMethods.getModelDetails} in the form of 2.x. */
export interface GetModelDetailsParams extends RequestOptions {
  modelId: string;
  /** For example `1.0.1`. */
  version: string;
}

/** The parameters of {@link ModelMethods.getModels} in the form of 2.x. `null` omits a parameter that has a default. */
export interface GetModelsParams extends RequestOptions {
  /** One identifier, or several separated by `;`. */
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
   * @default the server's, 1
   */
  page?: number | null | undefined;
  /**
   * The greatest number of models.
   *
   * @default 500
   */
  perPage?: number | null | undefined;
  /**
   * Ascending or descending.
   *
   * @default the server's, 'ASC'
   */
  direction?: 'ASC' | 'DESC' | null | undefined;
  /** For example `name`, `author` or `lastActiveDateTime`. */
  sortBy?: ModelSortKey | (string & {}) | null | undefined;
}

/** The members that the server can sort models by. */
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

/** The filter of {@link ModelMethods.listModels}. */
export interface ModelFilter extends Omit<GetModelsParams, 'page' | 'perPage'>, ListOptions {
  /**
   * The first page to read.
   *
   * @default 1
   */
  page?: number | null | undefined;
  /**
   * The number of models in a page.
   *
   * @default 500
   */
  perPage?: number | null | undefined;
}

/** Methods about models. */
export interface ModelMethods {
  /**
   * Reads a page of summaries of models: `GET /models`. Arguments that are omitted or `null` are not sent.
   *
   * @param modelId One identifier, or several separated by `;`.
   * @param name The name, or part of it.
   * @param isActive A boolean, or `'true'` or `'false'`.
   * @param isExpired A boolean, or `'true'` or `'false'`.
   * @param isRecommended A boolean, or `'true'` or `'false'`.
   * @param lastActiveDateTime ISO 8601, or a `Date`.
   * @param expirationDateTime ISO 8601, or a `Date`.
   * @param page The number of the page, from 1. Default: the server's, which is 1.
   * @param perPage The greatest number of models. Default: 1000; without arguments, 500 for a client in the form of 2.x.
   * @param direction `ASC` or `DESC`.
   * @param sortBy For example `name`, `author` or `lastActiveDateTime`.
   * @throws {TypeError} If an argument has another type.
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
  /** The form of 2.x: by default, at most 500 models. */
  getModels(params?: GetModelsParams | null, options?: RequestOptions | null): Promise<Model[]>;

  /** Lists summaries of all models: `GET /models`, page by page. */
  listModels(filter?: ModelFilter | null, options?: ListOptions | null): Listing<Model>;

  /** Reads summaries of models, as `getModels()` does: at most 1000, or 500 for a client in the form of 2.x. */
  getAllModels(options?: RequestOptions | null): Promise<Model[]>;

  /** Reads the details of all models that have an active version: `GET /models/latest`. */
  getActiveModels(options?: RequestOptions | null): Promise<LatestModel[]>;

  /**
   * Reads a model: `GET /models/{model}`.
   *
   * @throws {NotFoundError} If the model does not exist.
   * @example
   * const { name, latestActiveVersion } = await client.getModel('ed542963de');
   */
  getModel(modelId: string, options?: RequestOptions | null): Promise<GetModelByIdResponse>;

  /** The name that 2.x has for {@link ModelMethods.getModel}. */
  getModelById(modelId: string, options?: RequestOptions | null): Promise<GetModelByIdResponse>;

  /**
   * Returns the model whose name is most similar to the given one, among the first twenty that the server finds: `GET /models`, and
   * `GET /models/{model}` for each of them. A client in the form of 1.x searches only active models.
   *
   * @throws {ApiError} With the code 400 if the server finds no model.
   * @example
   * const { modelId } = await client.getModelByName('Sentiment Analysis');
   */
  getModelByName(name: string, options?: RequestOptions | null): Promise<GetModelByIdResponse>;

  /**
   * Lists the models that are related to a model: `GET /models/{model}/related-models`. Their `identifier` is the `modelId`.
   *
   * @throws {NotFoundError} If the model does not exist.
   */
  getRelatedModels(modelId: string, options?: RequestOptions | null): Promise<TaggedModel[]>;

  /**
   * Lists the versions of a model: `GET /models/{model}/versions`.
   *
   * @throws {NotFoundError} If the model does not exist.
   */
  getModelVersions(modelId: string, options?: RequestOptions | null): Promise<GetModelVersionsByIdResponse>;

  /** The name that 2.x has for {@link ModelMethods.getModelVersions}. */
  getModelVersionsById(modelId: string, options?: RequestOptions | null): Promise<GetModelVersionsByIdResponse>;

  /**
   * Reads a version of a model: `GET /models/{model}/versions/{version}`.
   *
   * @param versionId The version, for example `1.0.1`, or `latest` for the latest active one, which takes one more request.
   * @throws {NotFoundError} If the model or the version does not exist.
   * @example
   * const { inputs, outputs } = await client.getModelVersion('ed542963de', '1.0.1');
   * console.log(inputs.map(({ name }) => name), outputs.map(({ name }) => name));
   */
  getModelVersion(
    modelId: string,
    versionId: string,
    options?: RequestOptions | null,
  ): Promise<GetModelDetailsResponse>;
  /** Takes the parameters in one object. */
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
   * Reads a sample input of a version: `GET /models/{model}/versions/{version}/sample-input`.
   *
   * @returns The body of a submit.
   * @throws {NotFoundError} If the version does not exist or has no sample.
   */
  getModelVersionInputSample(modelId: string, versionId: string, options?: RequestOptions | null): Promise<any>;
  /** The form of 2.x. */
  getModelVersionInputSample(params: GetModelDetailsParams, options?: RequestOptions | null): Promise<any>;

  /**
   * Reads a sample output of a version: `GET /models/{model}/versions/{version}/sample-output`.
   *
   * @returns The results of a job.
   * @throws {NotFoundError} If the version does not exist or has no sample.
   */
  getModelVersionOutputSample(modelId: string, versionId: string, options?: RequestOptions | null): Promise<any>;
  /** The form of 2.x. */
  getModelVersionOutputSample(params: GetModelDetailsParams, options?: RequestOptions | null): Promise<any>;
}
