// The outputs of an input: JSON as a tree, other outputs as pictures, sounds or bytes, and explanations beside the input.

import { h } from './dom.js';
import { explanationOf, showMask, showWords } from './explanations.js';
import { tree } from './tree.js';
import { createValue } from './values.js';

/** The members of a result that describe its processing. All others are outputs. */
const DESCRIPTION = new Set([
  'status',
  'engine',
  'error',
  'inputFetching',
  'outputUploading',
  'modelLatency',
  'queueTime',
  'startTime',
  'updateTime',
  'endTime',
  'voting',
]);

/**
 * @param {object} options
 * @param {string} options.path The path of the job.
 * @param {any} options.input
 * @param {any[]} options.values The values of the input, as shown.
 * @param {Record<string, any>} options.result
 * @param {Map<string, string>} options.mediaTypes The media types of the outputs, by name.
 */
export async function showOutputs({ path, input, values, result, mediaTypes }) {
  const outputs = Object.entries(result).filter(([name]) => mediaTypes.has(name) || !DESCRIPTION.has(name));
  const shown = [];
  for (const [name, output] of outputs) {
    const isLink = typeof output === 'string' && mediaTypes.get(name) !== 'application/json';
    if (isLink) {
      shown.push(
        createValue(`${path}/results/${input.index}/${encodeURIComponent(name)}`, { name }, mediaTypes.get(name))
          .element,
      );
      continue;
    }
    shown.push(
      await explained(output, values),
      h('figure', { class: 'value' }, h('figcaption', null, h('span', { class: 'mono strong' }, name)), tree(output)),
    );
  }
  return shown;
}

/** The explanation in an output, beside the input that it is about. */
async function explained(output, values) {
  const explanation = explanationOf(output);
  if (explanation === undefined) {
    return undefined;
  }
  const contents = await Promise.all(values.map(({ ready }) => ready));
  if (explanation.type === 'mask') {
    const picture = contents.find(({ type }) => type === 'picture');
    return picture?.image && showMask(picture.image, explanation);
  }
  const text = contents.find(({ type }) => type === 'text');
  return showWords(text?.text ?? '', explanation.words);
}
