// The outputs of an input: JSON as a tree, other outputs as pictures, sounds or bytes, and explanations beside the input.

import { fill, h } from './dom.js';
import { explanationsOf, showMask, showWords } from './explanations.js';
import { bytes } from './format.js';
import { Json, readText } from './json.js';
import { tree } from './tree.js';
import { caption, createValue } from './values.js';

/** The most bytes of JSON that the page reads by itself, and that it reads at all. */
const MAX_BYTES = 8_000_000;
const LARGEST = 64_000_000;

/**
 * @param {object} options
 * @param {string} options.path The path of the outcome of the input.
 * @param {any[]} options.values The values of the input, as shown.
 * @param {{ name: string, isJson: boolean }[]} options.outputs
 * @param {Map<string, string>} options.mediaTypes The media types of the outputs, by name.
 */
export async function showOutputs({ path, values, outputs, mediaTypes }) {
  const shown = [];
  for (const [index, { name, isJson }] of outputs.entries()) {
    const place = `${path}/${index}`;
    shown.push(
      isJson ? await showJson(place, name, values) : createValue(place, { name }, mediaTypes.get(name)).element,
    );
  }
  return shown;
}

/** An output in JSON. A large one is read when the user wants it. */
async function showJson(path, name, values) {
  const content = h('div');
  const element = h('div', null, content);
  const figure = (...children) => h('figure', { class: 'value' }, caption(path, name), children);
  async function show(limit) {
    const text = await readText(path, limit);
    if (text !== undefined) {
      fill(content, await explained(text, values), figure(tree(text)));
      return;
    }
    const read = h('button', { type: 'button', class: 'small', onclick: () => show(LARGEST).catch(fail) }, 'Show it');
    const note = `It has more than ${bytes(limit)}.`;
    fill(content, figure(h('p', { class: 'dim' }, note, ' ', limit < LARGEST && read)));
  }
  const fail = (error) => fill(content, figure(h('p', { class: 'failure' }, error.message)));
  await show(MAX_BYTES).catch(fail);
  return element;
}

/** The explanations in an output, beside the input that they are about. */
async function explained(json, values) {
  const explanations = explanationsOf(new Json(json));
  const contents = explanations.length > 0 ? await Promise.all(values.map(({ ready }) => ready)) : [];
  return explanations.map((explanation) => {
    if (explanation.type === 'mask') {
      const picture = contents.find(({ type }) => type === 'picture');
      return picture?.image && showMask(picture.image, explanation);
    }
    const text = contents.find(({ type }) => type === 'text');
    return showWords(text?.text ?? '', explanation.words);
  });
}
