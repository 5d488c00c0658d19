// The view of requests: a live log with filters, and one request with its headers and bodies.

import { copyButton, fill, h, notify } from './dom.js';
import { openFault } from './faults.js';
import { bytes, clock, count, duration } from './format.js';
import { createList } from './list.js';
import { ask, hasFailed, live } from './live.js';
import { chip, facts, split } from './views.js';

const FILTERS = { '': 'All requests', failed: 'Failed', retry: 'Retries', fault: 'With a fault' };

/** Kept while another view is open. */
const filter = { text: '', kind: '', isPaused: false };
/** The rows while the log is paused. */
let paused = /** @type {any[]} */ ([]);

function passes(request) {
  const { kind } = filter;
  if (
    (kind === 'failed' && !isBad(request)) ||
    (kind === 'retry' && !request.retry) ||
    (kind === 'fault' && !request.fault)
  ) {
    return false;
  }
  const text = filter.text.toLowerCase();
  return text === '' || pathOf(request).toLowerCase().includes(text) || request.method.toLowerCase() === text;
}

const isBad = (request) => hasFailed(request) || request.status >= 400;
const pathOf = ({ path, query }) => (query === undefined ? path : `${path}?${query}`);

function outcome({ state, status }) {
  return state === 'aborted' ? 'none' : state === 'open' ? '…' : String(status);
}

function toneOf(request) {
  if (request.state === 'open') {
    return 'run';
  }
  return hasFailed(request) ? 'bad' : request.status >= 400 ? 'wait' : 'good';
}

function row(request) {
  const tags = [];
  if (request.fault) {
    tags.push(['tag', 'fault']);
  }
  if (request.retry !== undefined) {
    tags.push(['tag retry', `retry ${request.retry}`]);
  }
  return {
    href: `#/requests/${request.n}`,
    class: toneOf(request),
    cells: [
      [
        ['method', request.method],
        ['mono', ` ${pathOf(request)}`],
      ],
      [[`chip ${toneOf(request)}`, outcome(request)], ...tags],
      duration(request.ms),
      ['dim', `${bytes(request.sent)} ↑ ${bytes(request.received)} ↓`],
      ['dim', `#${request.connection}`],
      ['dim mono', clock(live.startedAt + request.at)],
    ],
  };
}

export function createRequests() {
  let request = /** @type {ReturnType<createRequest> | undefined} */ (undefined);
  let number = /** @type {number | undefined} */ (undefined);
  const list = createList({
    label: 'Requests',
    columns: [
      { name: 'Request', class: 'c-path' },
      { name: 'Status', class: 'c-code' },
      { name: 'Time', class: 'c-ms' },
      { name: 'Bytes', class: 'c-bytes' },
      { name: 'Connection', class: 'c-connection' },
      { name: 'At', class: 'c-at' },
    ],
    row,
    empty: 'No requests here yet. Every request under /api appears as it arrives.',
  });
  const counted = h('p', { class: 'counted' });
  const text = h('input', {
    type: 'search',
    'aria-label': 'Filter by path',
    placeholder: 'Path',
    value: filter.text,
    oninput: () => {
      filter.text = text.value;
      update();
    },
  });
  const kind = h(
    'select',
    {
      'aria-label': 'Filter by outcome',
      onchange: () => {
        filter.kind = kind.value;
        update();
      },
    },
    Object.entries(FILTERS).map(([value, name]) => h('option', { value, selected: value === filter.kind }, name)),
  );
  const pause = h(
    'button',
    {
      type: 'button',
      'aria-pressed': filter.isPaused,
      onclick: () => {
        filter.isPaused = !filter.isPaused;
        paused = [...live.requests.values()];
        update();
      },
    },
    'Pause',
  );
  const clear = h(
    'button',
    {
      type: 'button',
      onclick: () => ask('/page/requests', { method: 'DELETE' }).catch((error) => notify(error.message)),
    },
    'Clear',
  );

  function update() {
    pause.setAttribute('aria-pressed', String(filter.isPaused));
    const all = filter.isPaused ? paused : [...live.requests.values()];
    const matching = all.filter(passes).reverse();
    list.show(matching);
    list.select(number);
    const earlier = live.requestTotal - live.requests.size;
    const parts = [`${count(matching.length)} of ${count(all.length)} requests`];
    if (earlier > 0) {
      parts.push(`${count(earlier)} earlier`);
    }
    if (filter.isPaused) {
      parts.push('paused');
    }
    counted.textContent = parts.join(' · ');
  }

  const frame = split({
    title: 'Requests',
    tools: [h('div', { class: 'filters' }, text, kind, pause, clear), counted],
    list: list.element,
  });
  return {
    element: frame.element,
    open([next]) {
      number = next === undefined ? undefined : Number(next);
      request = number === undefined ? undefined : createRequest(number);
      frame.show(request?.element);
      update();
    },
    change(parts) {
      if (parts.has('requests')) {
        update();
        request?.change();
      }
    },
    tick() {},
    close() {},
  };
}

function createRequest(number) {
  const content = h('div');
  const element = h('article', null, h('a', { class: 'back', href: '#/requests' }, '← All requests'), content);
  let known = 'not read';

  async function read() {
    try {
      fill(content, show(await ask(`/page/requests/${number}`)));
    } catch (error) {
      fill(content, h('p', { class: 'failure', role: 'alert' }, error.message));
    }
  }

  function change() {
    const { state, ms, status } = live.requests.get(number) ?? {};
    const now = JSON.stringify([state, ms, status]);
    if (now !== known) {
      known = now;
      read();
    }
  }

  change();
  return { element, change };
}

function show({ row: request, headers, body, response }) {
  const fault = faultLike(request, response);
  return [
    h(
      'div',
      { class: 'title' },
      h('h2', { class: 'mono' }, request.method, ' ', pathOf(request)),
      chip(toneOf(request), request.state === 'aborted' ? 'No response' : outcome(request)),
      request.fault && h('span', { class: 'tag' }, 'fault'),
    ),
    facts([
      ['Arrived', clock(live.startedAt + request.at)],
      ['Took', duration(request.ms)],
      ['Sent', bytes(request.sent)],
      ['Received', request.received !== null && bytes(request.received)],
      ['Cut', request.cut && 'the response ended early'],
      ['Connection', `#${request.connection}`],
      ['Job', request.job && h('a', { href: `#/jobs/${encodeURIComponent(request.job)}`, class: 'mono' }, request.job)],
    ]),
    h(
      'div',
      { class: 'buttons' },
      copyButton('Copy as a fault', () => JSON.stringify(fault, undefined, 2)),
      h('button', { type: 'button', class: 'small', onclick: () => openFault(fault) }, 'Edit as a fault'),
    ),
    message('Request', headers, body, request.sent),
    response && message('Response', response.headers, response.body, request.received ?? 0),
  ];
}

/** A fault that makes one more such request end as this one did. */
function faultLike({ method, path, status, state, cut }, response) {
  const fault = { method, path, times: 1 };
  if (state === 'aborted') {
    return { ...fault, connection: 'reset' };
  }
  if (cut) {
    return { ...fault, connection: 'cut' };
  }
  const headers = Object.entries(response?.headers ?? {}).filter(([name]) =>
    ['content-type', 'retry-after', 'location'].includes(name),
  );
  return {
    ...fault,
    status: status ?? 503,
    ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
    ...(response?.body && status !== 204 && status !== 304 ? { body: response.body } : {}),
  };
}

function message(name, headers, body, size) {
  const entries = Object.entries(headers);
  return h(
    'section',
    { class: 'card', 'aria-label': name },
    h('h3', null, name),
    h(
      'dl',
      { class: 'headers' },
      entries.map(([header, value]) =>
        h('div', null, h('dt', { class: 'mono' }, header), h('dd', { class: 'mono' }, value)),
      ),
    ),
    body === ''
      ? h('p', { class: 'dim' }, 'No body.')
      : h('pre', { class: 'code', tabindex: 0, 'aria-label': `Body of the ${name.toLowerCase()}` }, pretty(body)),
    body !== '' && h('p', { class: 'dim' }, `${bytes(size)}. Secrets are masked.`),
  );
}

/** JSON with indents, if it keeps every digit. */
function pretty(text) {
  try {
    const value = JSON.parse(text);
    const plain = JSON.stringify(value);
    return plain === text ? JSON.stringify(value, undefined, 2) : text;
  } catch {
    return text;
  }
}
