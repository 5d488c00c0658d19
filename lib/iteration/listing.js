'use strict';

// Listings: paged routes, whose pages are read as the loop needs them.

const { BindingClient } = require('../binding.js');
const { throwIfAborted } = require('../calls/signals.js');
const { readPage } = require('../documents.js');
const { writeJson } = require('../json.js');

/**
 * @typedef {object} Plan
 * @property {import('../calls/session.js').Session} session
 * @property {import('../calls/operations.js').Operation} operation Reads one page.
 * @property {Record<string, any>} filter
 * @property {import('../arguments/options.js').CallOptions} options
 * @property {boolean} [isWhole] Whether the operation reads the whole list.
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
    const { session, operation, filter, options, isWhole = false } = this.#plan();
    if (isWhole) {
      yield await session.run(operation, writeJson({ ...filter, limit: options.limit }), options);
      return;
    }
    let missing = options.limit ?? Infinity;
    let before = new Set();
    // The caller may ask for page 0, but the first page is 1.
    for (let page = Math.max(filter.page ?? 1, 1); ; page += 1) {
      /** @type {import('../documents.js').Page} */
      const { items, text, next } = await session.run(operation, writeJson({ ...filter, page }), options, readPage);
      // A new item at the top moves the others down, so that the last items of a page are repeated at the top of the next. A
      // server without paging returns the same page forever.
      const names = namesOf(items, text);
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
 * Returns the texts that identify the items of a page: their identifiers or, where an item has none, the JSON that the server sent.
 *
 * @param {any[]} items
 * @param {string} text That of the page.
 * @returns {string[]}
 */
function namesOf(items, text) {
  /** @type {string[] | undefined} */
  let elements;
  return items.map((item, index) => {
    const name = item?.jobIdentifier ?? item?.modelId ?? item?.identifier;
    return name ?? (elements ??= BindingClient.elementsOf(text))[index];
  });
}

module.exports = { Listing };
