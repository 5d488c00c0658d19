// Tags of models.

import type { RequestOptions } from './options.js';

/** A tag of models. */
export interface Tag {
  identifier: string;
  name: string;
  dataType: string;
  isCategorical: boolean;
}

/** A model, as the routes of tags and of related models return it: `identifier` is what other routes call `modelId`. */
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

/** Methods about tags. */
export interface TagMethods {
  /** Lists all tags: `GET /models/tags`. */
  getAllTags(options?: RequestOptions | null): Promise<Tag[]>;

  /**
   * Reads tags, and the models that have them: `GET /models/tags/{tag,…}`. For unknown tags, both lists are empty.
   *
   * @throws {TypeError} If no identifier is given, or an empty one.
   */
  getTagsAndModels(...tagsId: string[]): Promise<TagsAndModels>;
  /** Takes the identifiers in an array. */
  getTagsAndModels(tagsId: readonly string[], options?: RequestOptions | null): Promise<TagsAndModels>;
  /** Takes options after the identifiers. */
  getTagsAndModels(...tagsIdAndOptions: [...string[], RequestOptions | null | undefined]): Promise<TagsAndModels>;
}
