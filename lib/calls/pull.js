'use strict';

/**
 * Hands the next chunk of a source to Rust. A source that fails ends the call with its error.
 *
 * @param {import('../../js-binding').BindingClient} native
 * @param {import('./call.js').Call} call
 * @param {number} number The number of the source.
 * @param {import('./call.js').End} end
 */
async function pull(native, call, number, end) {
  const source = call.sources[number];
  try {
    const chunk = await source?.next();
    if (call.ending === undefined) {
      if (chunk !== undefined) {
        // The caller may have run meanwhile.
        source?.check?.();
      }
      native.feed(call.id, number, chunk);
    }
  } catch (error) {
    end(call, error, true);
  }
}

module.exports = { pull };
