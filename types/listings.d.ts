// Listings, which are read page by page.

import type { RequestOptions } from './options.js';

/** Options of listings. */
export interface ListOptions extends RequestOptions {
  /**
   * Limits how many items come, from all pages. A whole number, at least 1, or `Infinity`.
   *
   * @default `Infinity`
   */
  limit?: number | null | undefined;
}

/**
 * What the server hands out in pages. Nothing is read before it is gone through; each loop reads from the first page on, and
 * a page only when the loop comes to it, so that one is held at a time.
 *
 * It ends with the page that is not full or links to none, with one that is empty, and with one that brings nothing that
 * the page before did not have. What a page has in common with the one before, because a new item has moved the others, comes
 * once.
 *
 * Rejects with a `TypeError` for a wrong argument, with `signal.reason` when the signal has fired, also between two items, and
 * with the `ApiError` of a page that cannot be read.
 */
export interface Listing<T> extends AsyncIterable<T> {
  /** The pages in place of the items. */
  pages(): AsyncIterable<T[]>;
  /** All items, in memory. */
  toArray(): Promise<T[]>;
}
