'use strict';

// Listings: what the server hands out in pages, read page by page as the loop comes to need them.

const { throwIfAborted } = require('../calls/signals.js');
const { readPage, textOf } = require('../documents.js');

/**
 * @typedef {object} Plan
 * @property {import('../calls/session.js').Session} session
 * @property {import('../calls/operations.js').Operation} operation That reads a page.
 * @property {Record<string, any>} filter
 * @property {import('../arguments/options.js').CallOptions} options
 */

/** @implements {AsyncIterable<object>} */
class Listing {
  #plan;

  /** @param {() => Plan} plan What it throws comes with the first page: the methods themselves throw nothing. */
  constructor(plan) {
    try {
      const made = plan();
      this.#plan = () => made;
    } catch (error) {
      this.#plan = () => {
        throw error;
      };
    }
  }

  async *pages() {
    const { session, operation, filter, options } = this.#plan();
    let missing = options.limit ?? Infinity;
    let before = new Set();
    // There is no page before the first, although 0 may be asked for.
    for (let page = Math.max(filter.page ?? 1, 1); ; page += 1) {
      /** @type {{ items: any[], next: boolean }} */
      const { items, next } = await session.run(operation, JSON.stringify({ ...filter, page }), options, readPage);
      // A new item at the top moves the others down, so that the last of a page come again as the first of the next. And
      // a server that knows no pages sends the same one for ever.
      const fresh = items.filter((item) => !before.has(nameOf(item))).slice(0, missing);
      missing -= fresh.length;
      if (fresh.length === 0) {
        return;
      }
      before = new Set(items.map(nameOf));
      yield fresh;
      if (!next || missing === 0) {
        return;
      }
    }
  }

  async *[Symbol.asyncIterator]() {
    for await (const page of this.pages()) {
      const { signal } = this.#plan().options;
      for (const item of page) {
        throwIfAborted(signal);
        yield item;
      }
    }
  }

  async toArray() {
    /** @type {object[][]} */
    const pages = [];
    for await (const page of this.pages()) {
      pages.push(page);
    }
    // Not spread into the arguments of a call, of which a stack holds a hundred thousand or so.
    return pages.flat();
  }
}

/**
 * What tells an item from others.
 *
 * @param {any} item
 * @returns {string}
 */
function nameOf(item) {
  return item?.jobIdentifier ?? item?.modelId ?? textOf(item);
}

module.exports = { Listing };
