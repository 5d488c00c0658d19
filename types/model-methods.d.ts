// What can be done with models, tags and accounts.

import type { Listing, ModelFilter } from './batches.js';
import type {
  GetModelByIdResponse,
  GetModelDetailsParams,
  GetModelDetailsResponse,
  GetModelsParams,
  GetModelVersionsByIdResponse,
  LatestModel,
  Model,
  Tag,
  TaggedModel,
  TagsAndModels,
} from './models.js';
import type { ListOptions, RequestOptions } from './options.js';

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
   */
  getModel(modelId: string, options?: RequestOptions | null): Promise<GetModelByIdResponse>;

  /**
   * The name that 2.x has for {@link ModelMethods.getModel}.
   *
   * @throws {NotFoundError} For a model that does not exist.
   */
  getModelById(modelId: string, options?: RequestOptions | null): Promise<GetModelByIdResponse>;

  /**
   * Finds the model whose name is most like the given one, among twenty that the server finds: `GET /models`, and
   * `GET /models/{model}` for each of them. A client in the form of 1.x looks among active models only.
   *
   * @throws {ApiError} With the code 400 where there is none.
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

  /**
   * The name that 2.x has for {@link ModelMethods.getModelVersions}.
   *
   * @throws {NotFoundError} For a model that does not exist.
   */
  getModelVersionsById(modelId: string, options?: RequestOptions | null): Promise<GetModelVersionsByIdResponse>;

  /**
   * Reads a version of a model: `GET /models/{model}/versions/{version}`.
   *
   * @param versionId The version's number, such as `1.0.1`.
   * @throws {NotFoundError} For a model or a version that does not exist.
   */
  getModelVersion(
    modelId: string,
    versionId: string,
    options?: RequestOptions | null,
  ): Promise<GetModelDetailsResponse>;
  /** The same with one object. */
  getModelVersion(params: GetModelDetailsParams, options?: RequestOptions | null): Promise<GetModelDetailsResponse>;

  /**
   * The name that 2.x has for {@link ModelMethods.getModelVersion}.
   *
   * @throws {NotFoundError} For a model or a version that does not exist.
   */
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

/** What can be done with tags. */
export interface TagMethods {
  /** Lists all tags: `GET /models/tags`. */
  getAllTags(options?: RequestOptions | null): Promise<Tag[]>;

  /**
   * Reads tags, and the models that have them: `GET /models/tags/{tag,…}`. Unknown tags bring empty lists.
   *
   * @throws {TypeError} Where no identifier is given, or an empty one.
   */
  getTagsAndModels(...tagsId: string[]): Promise<TagsAndModels>;
  /** The same with the identifiers in an array. */
  getTagsAndModels(tagsId: readonly string[], options?: RequestOptions | null): Promise<TagsAndModels>;
  /** The same with options behind the identifiers. */
  getTagsAndModels(...tagsIdAndOptions: [...string[], RequestOptions | null | undefined]): Promise<TagsAndModels>;
}

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
