// The view of models: what there is, the inputs and outputs of a version, and a form that runs it.

import { fill, h, notify } from './dom.js';
import { bytes } from './format.js';
import { ask } from './live.js';
import { chip, facts, field, split } from './views.js';

const segment = encodeURIComponent;

/** @returns {Promise<any[]>} All models, by name, with their versions. */
async function readModels() {
  const listed = await ask('/page/api/models?per-page=1000');
  const models = await Promise.all(
    listed.map(async ({ modelId, versions }) => ({
      ...(await ask(`/page/api/models/${segment(modelId)}`)),
      modelId,
      versions,
    })),
  );
  return models.sort((a, b) => String(a.name).localeCompare(String(b.name)));
}

export function createModels() {
  const list = h('ul', { class: 'models' }, h('li', { class: 'dim' }, 'Reading the models…'));
  const frame = split({ title: 'Models', tools: null, list: h('div', { class: 'scroller' }, list) });
  const models = readModels();
  /** The newest choice, so that the answer to an earlier one is not shown. */
  let chosen = /** @type {string[]} */ ([]);

  async function open(parts) {
    chosen = parts;
    const [id, version] = parts;
    frame.show(id && h('p', { class: 'dim' }, 'Reading the model…'));
    const detail = await read(id, version).catch((error) => h('p', { class: 'failure', role: 'alert' }, error.message));
    if (chosen === parts && detail !== undefined) {
      frame.show(detail);
    }
  }

  async function read(id, version) {
    const all = await models;
    fill(
      list,
      all.map((model) => item(model, model.modelId === id)),
    );
    if (id === undefined) {
      return undefined;
    }
    const model = all.find(({ modelId }) => modelId === id);
    if (model === undefined) {
      throw new Error(`the model ${id} does not exist`);
    }
    const number = version ?? (model.latestActiveVersion || model.latestVersion);
    return describe(model, await ask(`/page/api/models/${segment(id)}/versions/${segment(number)}`));
  }

  return { element: frame.element, open, change() {}, tick() {}, close() {} };
}

function item(model, isSelected) {
  return h(
    'li',
    { class: isSelected ? 'selected' : '' },
    h(
      'a',
      { href: `#/models/${segment(model.modelId)}`, 'aria-current': isSelected && 'true' },
      h('span', { class: 'strong' }, model.name ?? model.modelId),
      !model.isActive && h('span', { class: 'tag' }, 'inactive'),
      h('span', { class: 'dim' }, model.description),
    ),
  );
}

function describe(model, version) {
  const versions = h(
    'select',
    {
      'aria-label': 'Version',
      onchange: () => (location.hash = `#/models/${segment(model.modelId)}/${segment(versions.value)}`),
    },
    model.versions.map((number) => h('option', { value: number, selected: number === version.version }, number)),
  );
  const table = (title, columns, rows) =>
    h(
      'section',
      { class: 'card', 'aria-label': title },
      h('h3', null, title),
      h(
        'div',
        { class: 'wide', tabindex: 0, role: 'group', 'aria-label': `Table of ${title.toLowerCase()}` },
        h(
          'table',
          null,
          h(
            'thead',
            null,
            h(
              'tr',
              null,
              columns.map((name) => h('th', { scope: 'col' }, name)),
            ),
          ),
          h(
            'tbody',
            null,
            rows.map((cells) =>
              h(
                'tr',
                null,
                cells.map((cell) => h('td', null, cell)),
              ),
            ),
          ),
        ),
      ),
    );
  return h(
    'article',
    null,
    h('a', { class: 'back', href: '#/models' }, '← All models'),
    h(
      'div',
      { class: 'title' },
      h('h2', null, model.name),
      chip(version.isActive ? 'good' : 'off', version.isActive ? 'Active' : 'Inactive'),
      h('span', { class: 'spring' }),
      versions,
    ),
    h('p', null, model.description),
    facts([
      ['Identifier', h('span', { class: 'mono' }, model.modelId)],
      ['Author', model.author],
      ['Tags', (model.tags ?? []).map(({ name }) => name).join(', ') || undefined],
      ['Version', version.longDescription || undefined],
    ]),
    table(
      'Inputs',
      ['Name', 'Media types', 'At most', 'Description'],
      version.inputs.map(({ name, acceptedMediaTypes, maximumSize, description }) => [
        h('span', { class: 'mono' }, name),
        acceptedMediaTypes,
        bytes(maximumSize),
        description,
      ]),
    ),
    table(
      'Outputs',
      ['Name', 'Media type', 'Description'],
      version.outputs.map(({ name, mediaType, description }) => [
        h('span', { class: 'mono' }, name),
        mediaType,
        description,
      ]),
    ),
    runForm(model, version),
  );
}

function runForm(model, version) {
  const isTextual = version.inputs.every(({ acceptedMediaTypes }) => acceptedMediaTypes.startsWith('text/'));
  const key = h('input', { value: 'job', autocomplete: 'off', id: 'run-key' });
  const explain = h('input', { type: 'checkbox', id: 'run-explain' });
  const isExplainable = (model.features ?? []).some(({ identifier }) => identifier.includes('explain'));
  const failure = h('p', { class: 'failure', role: 'alert', hidden: true });
  const inputs = version.inputs.map((input, index) => createInput(input, `run-${index}`));

  async function submit(event) {
    event.preventDefault();
    failure.hidden = true;
    try {
      const values = [];
      for (const input of inputs) {
        const value = await input.read(isTextual);
        if (value !== undefined) {
          values.push([input.name, value]);
        }
      }
      const { jobIdentifier } = await ask('/page/api/jobs', {
        method: 'POST',
        body: {
          model: { identifier: model.modelId, version: version.version },
          explain: explain.checked,
          input: {
            type: isTextual ? 'text' : 'embedded',
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

/** One input of the form: a text, or a file. */
function createInput({ name, acceptedMediaTypes, description }, id) {
  const acceptsText = !/^(image|audio|video)\//.test(acceptedMediaTypes);
  const text = h('textarea', { rows: 3, id: `${id}-text` });
  const file = h('input', { type: 'file', id: `${id}-file` });
  /** @type {string | undefined} A data URL of the sample. */
  let sample;
  const note = h('p', { class: 'help' });
  file.addEventListener('change', () => {
    sample = undefined;
    note.textContent = '';
  });

  const toUrl = (blob) =>
    new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(String(reader.result));
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(blob);
    });

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
    set(value) {
      file.value = '';
      sample = undefined;
      note.textContent = '';
      if (value?.startsWith('data:')) {
        sample = value;
        note.textContent = 'The sample is chosen.';
      } else {
        text.value = value ?? '';
      }
    },
    /** Returns the value for the body of a submit, or `undefined` for an input that is left out. */
    async read(isTextual) {
      const [chosen] = file.files;
      if (isTextual) {
        return chosen === undefined ? text.value : chosen.text();
      }
      if (chosen !== undefined) {
        return toUrl(new Blob([chosen], { type: chosen.type || 'application/octet-stream' }));
      }
      if (sample !== undefined) {
        return sample;
      }
      return text.value === '' ? undefined : toUrl(new Blob([text.value], { type: 'text/plain' }));
    },
  };
}
