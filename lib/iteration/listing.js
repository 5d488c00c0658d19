'use strict';

// Listings: paged routes, whose pages are read as the loop needs them.

const { throwIfAborted } = require('../calls/signals.js');
const { readPage, textOf } = require('../documents.js');

/**
 * @typedef {object} Plan
 * @property {import('../calls/session.js').Session} session
 * @property {import('../calls/operations.js').Operation} operation Reads one page.
 * @property {Record<string, any>} filter
 * @property {import('../arguments/options.js').CallOptions} options
 */

/** @implements {AsyncIterable<object>} */
class Listing {
  #plan;

  /** @param {() => Plan} plan If it throws, the first page rejects with the error. The constructor does not throw. */
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
    // The caller may ask for page 0, but the first page is 1.
    for (let page = Math.max(filter.page ?? 1, 1); ; page += 1) {
      /** @type {{ items: any[], next: boolean }} */
      const { items, next } = await session.run(operation, JSON.stringify({ ...filter, page }), options, readPage);
      // A new item at the top moves the others down, so that the last items of a page are repeated at the top of the next. A
      // server without paging returns the same page forever.
      const names = items.map(nameOf);
      const fresh = items.filter((_, index) => !before.has(names[index])).slice(0, missing);
      missing -= fresh.length;
      if (fresh.length === 0) {
        return;
      }
      before = new Set(names);
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
    // Not spread into the arguments of a call: the stack holds only about a hundred thousand.
    return pages.flat();
  }
}

/**
 * Returns a text that identifies an item.
 *
 * @param {any} item
 * @returns {string}
 */
function nameOf(item) {
  return item?.jobIdentifier ?? item?.modelId ?? item?.identifier ?? textOf(item);
}

module.exports = { Listing };
