// The view of models: what there is, and the inputs and outputs of a version.

import { fill, h } from './dom.js';
import { bytes } from './format.js';
import { ask, inTurn, isUnanswered, live } from './live.js';
import { runForm } from './run-form.js';
import { chip, facts, split } from './views.js';

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
  let models = /** @type {Promise<any[]> | undefined} */ (undefined);
  let chosen = /** @type {string[]} */ ([]);
  /** The address whose model was scrolled to in the list. */
  let reached = /** @type {string[] | undefined} */ (undefined);
  /** The model that is shown, so that its form stays as it is while nothing has changed. */
  let known = '';

  const update = inTurn(async () => {
    const parts = chosen;
    const [id] = parts;
    try {
      models ??= readModels();
      const all = await models;
      fill(
        list,
        all.map((model) => item(model, model.modelId === id)),
      );
      if (parts !== reached) {
        reached = parts;
        list.querySelector('.selected')?.scrollIntoView({ block: 'nearest' });
      }
      const detail = id === undefined ? undefined : await read(all, parts);
      const now = JSON.stringify(detail);
      if (parts === chosen && now !== known) {
        known = now;
        frame.show(detail && describe(...detail));
      }
    } catch (error) {
      models = undefined;
      if (parts === chosen && !(isUnanswered(error) && known !== '')) {
        known = '';
        frame.show(h('p', { class: 'failure', role: 'alert' }, error.message));
      }
    }
  });

  return {
    element: frame.element,
    open(parts) {
      chosen = parts;
      known = '';
      frame.show(parts[0] && h('p', { class: 'dim' }, 'Reading the model…'));
      update();
    },
    change(parts) {
      if (live.isConnected && (parts.has('connection') || parts.has('models'))) {
        models = undefined;
        update();
      }
    },
    tick() {},
    close() {},
  };
}

/** @returns {Promise<[any, any]>} A model and its version. */
async function read(all, parts) {
  const [id, version] = parts;
  const model = all.find(({ modelId }) => modelId === id);
  if (model === undefined) {
    throw new Error(`the model ${id} does not exist`);
  }
  const number = version ?? (model.latestActiveVersion || model.latestVersion);
  return [model, await ask(`/page/api/models/${segment(id)}/versions/${segment(number)}`)];
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
    version.inputs.length > 0
      ? runForm(model, version)
      : h('p', { class: 'dim' }, 'It has no inputs yet, so it cannot run.'),
  );
}
