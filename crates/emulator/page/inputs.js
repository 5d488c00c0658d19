// The inputs of a job as they were sent, each with its result.

import { fill, h } from './dom.js';
import { count, duration, isFinal, plural } from './format.js';
import { ask } from './live.js';
import { showOutputs } from './outputs.js';
import { createValue } from './values.js';
import { chip } from './views.js';

/** @param {string} path The path of the job. */
export function createInputs(path) {
  const cards = h('div', { class: 'inputs' });
  const more = h('button', { type: 'button', hidden: true, onclick: () => load() }, 'Show more inputs');
  const title = h('h3', null, 'Inputs and outputs');
  const waiting = h('p', { class: 'dim', hidden: true });
  const element = h('section', { class: 'block', 'aria-label': 'Inputs and outputs' }, title, waiting, cards, more);
  /** @type {any[]} */
  let shown = [];
  let job = /** @type {any} */ (undefined);
  let isLoading = false;
  let isClosed = false;

  async function load() {
    if (isLoading) {
      return;
    }
    isLoading = true;
    try {
      const next = await ask(`${path}/inputs?from=${shown.length}`);
      if (!isClosed) {
        for (const input of next) {
          const card = createInput(path, input, new Map(job.acceptedTypes));
          shown.push(card);
          cards.append(card.element);
          await card.show(job);
        }
      }
    } finally {
      isLoading = false;
    }
    more.hidden = shown.length >= job.total || !job.isClosed;
    more.textContent = `Show more of the ${count(job.total)} inputs`;
  }

  return {
    element,
    reset() {
      for (const card of shown) {
        card.close();
      }
      shown = [];
      cards.replaceChildren();
    },
    async show(next) {
      job = next;
      waiting.hidden = job.isClosed;
      waiting.textContent = isFinal(job.status)
        ? `The job ended before its upload was closed, with ${plural(job.total, 'input')}.`
        : `The upload is not closed yet; ${plural(job.total, 'input')} so far.`;
      for (const card of shown) {
        await card.show(job);
      }
      if (shown.length === 0 && job.isClosed) {
        await load();
      }
    },
    close() {
      isClosed = true;
      for (const card of shown) {
        card.close();
      }
    },
  };
}

/** Returns a key, or the names of its characters if none of them is visible. */
function visible(key) {
  if (key === '') {
    return '(empty key)';
  }
  const names = Array.from(
    key,
    (character) => `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`,
  );
  return /[^\p{C}\p{Z}]/u.test(key) ? key : names.join(' ');
}

function createInput(path, input, acceptedTypes) {
  const values = input.values.map((value, index) =>
    createValue(`${path}/inputs/${input.index}/${index}`, value, acceptedTypes.get(value.name)),
  );
  const status = h('span');
  const output = h('div', { class: 'output' });
  let isRead = false;
  const element = h(
    'article',
    { class: 'card input', 'aria-label': `Input ${input.key}` },
    h('div', { class: 'title' }, h('h4', null, visible(input.key)), status),
    h(
      'div',
      { class: 'sides' },
      h(
        'div',
        { class: 'sent' },
        h('h5', null, 'Sent'),
        values.map((value) => value.element),
      ),
      h('div', { class: 'received' }, h('h5', null, 'Output'), output),
    ),
  );

  async function show(job) {
    if (isRead) {
      return;
    }
    if (input.index >= job.done) {
      fill(status, isFinal(job.status) ? chip('off', 'Not processed') : chip('wait', 'Waiting'));
      fill(output, h('p', { class: 'dim' }, isFinal(job.status) ? 'The job ended before.' : 'No output yet.'));
      return;
    }
    isRead = true;
    try {
      const outcome = `${path}/results/${input.index}`;
      const { error, outputs } = await ask(outcome);
      if (error === null) {
        fill(status, chip('good', 'Successful'), h('span', { class: 'dim' }, ` ${duration(input.end - input.start)}`));
        fill(output, await showOutputs({ path: outcome, values, outputs, mediaTypes: new Map(job.mediaTypes) }));
      } else {
        fill(status, chip('bad', 'Failed'));
        fill(output, h('p', { class: 'failure' }, error));
      }
    } catch (error) {
      fill(output, h('p', { class: 'failure' }, error.message));
    }
  }

  return {
    element,
    show,
    close() {
      for (const value of values) {
        value.close();
      }
    },
  };
}
