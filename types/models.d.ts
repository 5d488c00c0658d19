// Models, their versions and their tags.

import type { RequestOptions } from './options.js';

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

/** A tag of models. */
export interface Tag {
  identifier: string;
  name: string;
  dataType: string;
  isCategorical: boolean;
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

/** A model, as the routes of tags and of related models name it: what others call `modelId` is `identifier`. */
export interface TaggedModel {
  identifier: string;
  name?: string;
  author?: string;
  tags?: Tag[];
  [member: string]: unknown;
}

/** Tags, and the models that have them: `GET /models/tags/{tag,…}`. */
export interface TagsAndModels {
  tags: Tag[];
  models: TaggedModel[];
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
  /** The number of the page, from 1. Default: the server's, which is the first. */
  page?: number | null | undefined;
  /** How many models at most. Default: 500. */
  perPage?: number | null | undefined;
  /** Ascending or descending. Default: the server's, which is `ASC`. */
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
