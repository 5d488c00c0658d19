// The view of faults: those that wait for requests, and a form to add one.

import { fill, h, notify } from './dom.js';
import { count } from './format.js';
import { ask, live } from './live.js';
import { field } from './views.js';

/** The fault with which the form begins. */
let draft = /** @type {any} */ ({});

/** Opens the form with a fault. */
export function openFault(fault) {
  draft = fault;
  location.hash = '#/faults';
}

const EXAMPLES = {
  'Two overloaded reads of jobs': {
    method: 'GET',
    path: '/api/jobs/*',
    times: 2,
    status: 503,
    headers: { 'Retry-After': '1' },
  },
  'Too many submits': { method: 'POST', path: '/api/jobs', times: 1, status: 429, headers: { 'Retry-After': '2' } },
  'A job whose receipt is lost': { method: 'POST', path: '/api/jobs', times: 1, connection: 'reset', after: true },
  'Ten submits a second': {
    method: 'POST',
    path: '/api/jobs',
    perSecond: 10,
    status: 429,
    headers: { 'Retry-After': '1' },
  },
  'Results that break off': { method: 'GET', path: '/api/results/*', times: 1, connection: 'cut' },
  'Everything takes five seconds': { delayMs: 5000 },
};

const METHODS = ['', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const options = (values) => values.map(([value, name]) => h('option', { value }, name));

export function createFaults() {
  const controls = {
    method: h('select', null, options(METHODS.map((method) => [method, method || 'any']))),
    path: h('input', { placeholder: '/api/jobs/*', autocomplete: 'off', spellcheck: 'false' }),
    times: h('input', { type: 'number', min: 1 }),
    skip: h('input', { type: 'number', min: 0 }),
    perSecond: h('input', { type: 'number', min: 1 }),
    delayMs: h('input', { type: 'number', min: 0 }),
    status: h('input', { type: 'number', min: 200, max: 599 }),
    headers: h('textarea', { rows: 2, placeholder: 'Retry-After: 1', spellcheck: 'false' }),
    body: h('textarea', { rows: 3, spellcheck: 'false' }),
    connection: h(
      'select',
      null,
      options([
        ['', 'stays open'],
        ['reset', 'reset: closed before the first byte of the response'],
        ['stall', 'stall: no response, and it stays open'],
        ['cut', 'cut: closed in the middle of the body'],
      ]),
    ),
    after: h('input', { type: 'checkbox' }),
  };
  for (const [name, control] of Object.entries(controls)) {
    control.name = name;
  }
  const failure = h('p', { class: 'failure', role: 'alert', hidden: true });
  const form = h(
    'form',
    { class: 'card form', onsubmit: add, 'aria-label': 'New fault' },
    h('h2', null, 'New fault'),
    h(
      'div',
      { class: 'examples', role: 'group', 'aria-label': 'Examples' },
      Object.entries(EXAMPLES).map(([name, fault]) =>
        h('button', { type: 'button', class: 'small', onclick: () => set(fault) }, name),
      ),
    ),
    h('h3', null, 'Which requests'),
    h(
      'div',
      { class: 'fields' },
      field('Method', controls.method, 'The method. Any, unless one is chosen.'),
      field(
        'Path',
        controls.path,
        'In its percent-encoded form, without the query. Each * is for any text. Empty: any path.',
      ),
      field('Times', controls.times, 'How many requests the fault applies to. Empty: all, until it is removed.'),
      field('Skip', controls.skip, 'How many matching requests pass first. They can meet later faults.'),
      field(
        'Per second',
        controls.perSecond,
        'How many matching requests pass in a second; only those above meet the fault. With the status 429, this is a rate limit.',
      ),
    ),
    h('h3', null, 'What happens to them'),
    h(
      'div',
      { class: 'fields' },
      field('Status', controls.status, '200 to 599: the response, instead of running the route.'),
      field('Delay', controls.delayMs, 'Milliseconds by which the response is delayed. The route itself runs at once.'),
      field('Headers', controls.headers, 'Of that response, one per line, as Name: value.'),
      field('Body', controls.body, 'Of that response, sent unchanged.'),
      field('Connection', controls.connection, 'What happens to the connection.'),
      field(
        'After',
        controls.after,
        'For reset and stall: runs the route first, so that a job exists although its receipt is lost.',
      ),
    ),
    failure,
    h(
      'div',
      { class: 'buttons' },
      h('button', { class: 'primary' }, 'Add the fault'),
      h('button', { type: 'button', onclick: () => set({}) }, 'Reset the form'),
    ),
  );

  /** The body of the fault in the form. The control shows it with other ends of lines. */
  let given = { body: '', shown: '' };

  function set(fault) {
    for (const [name, control] of Object.entries(controls)) {
      const value = fault[name];
      if (name === 'method' && value && ![...control.options].some((option) => option.value === value)) {
        control.append(...options([[value, value]]));
      }
      if (name === 'after') {
        control.checked = value === true;
      } else if (name === 'headers') {
        control.value = Object.entries(value ?? {})
          .map((entry) => entry.join(': '))
          .join('\n');
      } else {
        control.value = value ?? '';
      }
    }
    given = { body: fault.body ?? '', shown: controls.body.value };
    failure.hidden = true;
  }

  /** Returns the fault of the form, with only the members that are set. */
  function read() {
    /** @type {Record<string, any>} */
    const fault = {};
    for (const name of ['method', 'path', 'connection', 'body']) {
      if (controls[name].value !== '') {
        fault[name] = controls[name].value;
      }
    }
    if (controls.body.value !== '' && controls.body.value === given.shown) {
      fault.body = given.body;
    }
    for (const name of ['times', 'skip', 'perSecond', 'delayMs', 'status']) {
      if (controls[name].value !== '') {
        fault[name] = Number(controls[name].value);
      }
    }
    const headers = readHeaders(controls.headers.value);
    if (headers.length > 0) {
      fault.headers = Object.fromEntries(headers);
    }
    if (controls.after.checked) {
      fault.after = true;
    }
    return fault;
  }

  /** Keeps what was typed while another view is open. */
  function keep() {
    try {
      draft = read();
    } catch {
      // Headers that are not complete are not kept.
    }
  }

  async function add(event) {
    event.preventDefault();
    try {
      await ask('/page/faults', { method: 'POST', body: read() });
      failure.hidden = true;
      notify('The fault is added');
    } catch (error) {
      failure.hidden = false;
      failure.textContent = error.message;
    }
  }

  const list = h('ul', { class: 'faults' });
  const counted = h('p', { class: 'counted' });
  const clear = h(
    'button',
    { type: 'button', class: 'small danger', onclick: () => remove('/page/faults') },
    'Remove all',
  );

  function update() {
    counted.textContent =
      live.faultTotal > live.faults.length ? `${count(live.faults.length)} of ${count(live.faultTotal)}` : '';
    clear.hidden = live.faultTotal === 0;
    fill(
      list,
      live.faults.length === 0
        ? h('li', { class: 'empty' }, 'No faults. Every request gets its real response.')
        : live.faults.map(item),
    );
  }

  set(draft);
  draft = {};
  update();
  return {
    element: h(
      'div',
      { class: 'columns' },
      h(
        'section',
        { 'aria-label': 'Faults' },
        h('div', { class: 'title' }, h('h2', null, 'Faults'), clear),
        counted,
        list,
      ),
      form,
    ),
    open() {},
    change(parts) {
      if (parts.has('faults')) {
        update();
      }
    },
    tick() {},
    close: keep,
  };
}

/** Reads headers, one per line. Refuses what a fault cannot have, so that nothing is left out silently. */
function readHeaders(text) {
  const names = new Set();
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [name, ...value] = line.split(':');
    if (value.length === 0) {
      throw new Error(`Headers: the line ${line.trim()} is not Name: value`);
    }
    if (names.has(name.trim().toLowerCase())) {
      throw new Error(`Headers: ${name.trim()} occurs twice, and a fault has one value of each header`);
    }
    names.add(name.trim().toLowerCase());
    return [name.trim(), value.join(':').trim()];
  });
}

function item({ n, fault }) {
  const left = fault.times === null ? 'no limit' : `${count(fault.times)} left`;
  return h(
    'li',
    { class: 'card fault' },
    h(
      'div',
      { class: 'title' },
      h('span', { class: 'mono strong' }, fault.method ?? 'any method', ' ', fault.path ?? 'any path'),
      h('span', { class: 'spring' }),
      h('span', { class: 'tag' }, left),
      h(
        'button',
        { type: 'button', class: 'small', onclick: () => remove(`/page/faults/${n}`) },
        'Remove',
        h('span', { class: 'hidden' }, ` the fault ${n}`),
      ),
    ),
    h('p', null, effect(fault)),
    fault.body !== null && h('pre', { class: 'code', tabindex: 0 }, fault.body),
  );
}

/** What a fault does, in words. */
function effect({ skip, perSecond, delayMs, status, headers, connection, after }) {
  const parts = [];
  if (skip > 0) {
    parts.push(`after ${count(skip)} more that pass`);
  }
  if (perSecond !== null) {
    parts.push(`only to those above ${count(perSecond)} a second`);
  }
  if (delayMs > 0) {
    parts.push(`the response is delayed by ${count(delayMs)} ms`);
  }
  if (status !== null) {
    const named = Object.entries(headers).map((entry) => entry.join(': '));
    parts.push(`the response is ${status}${named.length > 0 ? ` with ${named.join(', ')}` : ''}`);
  }
  if (connection !== null) {
    const what = { reset: 'the connection is reset', stall: 'no response', cut: 'the response is cut' }[connection];
    parts.push(after ? `${what} after the route has run` : what);
  }
  const text = parts.join('; ') || 'nothing happens';
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

async function remove(path) {
  try {
    await ask(path, { method: 'DELETE' });
  } catch (error) {
    notify(error.message);
  }
}
