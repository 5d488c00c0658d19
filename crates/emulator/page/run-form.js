// The form that runs a model, with a text or a file for each of its inputs.

import { h, notify } from './dom.js';
import { ask } from './live.js';
import { decoded } from './signatures.js';
import { field } from './views.js';

const segment = encodeURIComponent;

export function runForm(model, version) {
  const isTextual = version.inputs.every(({ acceptedMediaTypes }) => acceptedMediaTypes.startsWith('text/'));
  const key = h('input', { value: 'job', autocomplete: 'off', id: 'run-key' });
  const explain = h('input', { type: 'checkbox', id: 'run-explain' });
  const isExplainable = (model.features ?? []).some(({ identifier }) => identifier.includes('explain'));
  const failure = h('p', { class: 'failure', role: 'alert', hidden: true });
  const inputs = version.inputs.map((input, index) =>
    createInput(input, `run-${index}`, JSON.stringify([model.modelId, version.version, input.name])),
  );

  async function submit(event) {
    event.preventDefault();
    failure.hidden = true;
    try {
      const blobs = inputs.map((input) => [input.name, input.read(isTextual)]).filter(([, blob]) => blob !== undefined);
      const { type, values } = await encode(blobs, isTextual);
      const { jobIdentifier } = await ask('/page/api/jobs', {
        method: 'POST',
        body: {
          model: { identifier: model.modelId, version: version.version },
          explain: explain.checked,
          input: {
            type,
            sources: Object.fromEntries([[key.value, Object.fromEntries(values)]]),
          },
        },
      });
      notify('The job is submitted');
      location.hash = `#/jobs/${segment(jobIdentifier)}`;
    } catch (error) {
      failure.hidden = false;
      failure.textContent = error.message;
    }
  }

  async function useSample() {
    try {
      const sample = await ask(
        `/page/api/models/${segment(model.modelId)}/versions/${segment(version.version)}/sample-input`,
      );
      const [values] = Object.values(sample.input.sources);
      for (const input of inputs) {
        input.set(/** @type {any} */ (values)[input.name]);
      }
    } catch (error) {
      notify(error.message);
    }
  }

  return h(
    'form',
    { class: 'card form', onsubmit: submit, 'aria-label': 'Run the model' },
    h('h3', null, 'Run it'),
    inputs.map(({ element }) => element),
    h(
      'div',
      { class: 'fields' },
      field('Input key', key, 'The name of this input in the results.'),
      isExplainable && field('Explain', explain, 'Shows which parts of the input led to the result.'),
    ),
    failure,
    h(
      'div',
      { class: 'buttons' },
      h('button', { class: 'primary' }, 'Run the model'),
      h('button', { type: 'button', onclick: useSample }, 'Use the sample'),
    ),
  );
}

/**
 * Encodes inputs for a submit: as texts if the model takes texts and all of them are, otherwise as bytes, so that each byte arrives.
 *
 * @param {[string, Blob][]} blobs By the names of the inputs.
 */
async function encode(blobs, isTextual) {
  const texts = await Promise.all(
    blobs.map(async ([name, blob]) => [name, decoded(new Uint8Array(await blob.arrayBuffer()), false)]),
  );
  if (isTextual && texts.every(([, text]) => text !== undefined)) {
    return { type: 'text', values: texts };
  }
  const urls = blobs.map(async ([name, blob]) => [name, await toUrl(blob)]);
  return { type: 'embedded', values: await Promise.all(urls) };
}

/** @param {Blob} blob */
function toUrl(blob) {
  const typed = new Blob([blob], { type: blob.type || 'application/octet-stream' });
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(typed);
  });
}

/** Returns the content of a data URL. */
function contentOf(url) {
  const [, type = '', data = ''] = /^data:([^;,]*)(?:;[^,]*)?,(.*)$/s.exec(url) ?? [];
  return new Blob([Uint8Array.from(atob(data), (character) => character.charCodeAt(0))], { type });
}

/** The texts that were typed, by model, version and input, while another view is open. */
const typed = new Map();

/** One input of the form: a text or a file, whichever was given last. */
function createInput({ name, acceptedMediaTypes, description }, id, place) {
  const acceptsText = !/^(image|audio|video)\//.test(acceptedMediaTypes);
  const note = h('p', { class: 'help', role: 'status' });
  const text = h('textarea', {
    rows: 3,
    id: `${id}-text`,
    oninput: () => {
      typed.set(place, text.value);
      choose(undefined, '');
    },
  });
  text.value = typed.get(place) ?? '';
  const file = h('input', {
    type: 'file',
    id: `${id}-file`,
    onchange: () => choose(file.files[0], text.value === '' ? '' : 'The file is sent, and not the text.'),
  });
  /** What is sent, unless it is the text. */
  let chosen = /** @type {Blob | undefined} */ (undefined);

  function choose(blob, message) {
    chosen = blob;
    note.textContent = blob === undefined ? '' : message;
    if (blob !== file.files[0]) {
      file.value = '';
    }
  }

  return {
    name,
    element: h(
      'fieldset',
      null,
      h('legend', { class: 'mono' }, name),
      acceptsText && field('Text', text, description),
      field(acceptsText ? 'Or a file' : 'File', file, acceptsText ? undefined : description),
      note,
    ),
    /** Takes the sample of this input: a text or a data URL. */
    set(value) {
      if (typeof value !== 'string') {
        text.value = '';
        choose(undefined, '');
      } else if (value.startsWith('data:')) {
        text.value = '';
        choose(contentOf(value), 'The sample is chosen.');
      } else {
        text.value = value;
        // The control has other ends of lines.
        choose(new Blob([value]), '');
      }
    },
    /** Returns what is sent, or `undefined` for an input that is left out. */
    read(isTextual) {
      return chosen ?? (text.value === '' && !isTextual ? undefined : new Blob([text.value], { type: 'text/plain' }));
    },
  };
}
