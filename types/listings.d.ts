// Listings, which are read page by page.

import type { RequestOptions } from './options.js';

/** Options of listings. */
export interface ListOptions extends RequestOptions {
  /**
   * The greatest number of items from all pages: a whole number, at least 1.
   *
   * @default Infinity
   */
  limit?: number | null | undefined;
}

/**
 * A list that the server returns in pages. No page is read before a loop begins. Each loop starts at the first page, reads a page
 * when it gets there, and holds one page at a time.
 *
 * A listing ends with a page that is not full or has no link to a next page, with an empty page, or with a page whose items all
 * occurred in the page before. An item that occurs in two consecutive pages, because new items have moved it, is yielded once.
 *
 * A loop rejects with a `TypeError` for an invalid argument, with `signal.reason` when the signal fires (also between two items),
 * and with the `ApiError` of a page that cannot be read.
 */
export interface Listing<T> extends AsyncIterable<T> {
  /** Returns the pages instead of the items. */
  pages(): AsyncIterable<T[]>;
  /** Reads all items into an array. */
  toArray(): Promise<T[]>;
}
