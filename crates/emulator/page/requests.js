// The view of requests: a live log with filters, and one request.

import { h, notify } from './dom.js';
import { bytes, clock, count, duration } from './format.js';
import { createList } from './list.js';
import { ask, live } from './live.js';
import { createRequest, isBad, outcome, pathOf, toneOf } from './request.js';
import { split } from './views.js';

const FILTERS = { '': 'All requests', failed: 'Failed', retry: 'Retries', fault: 'With a fault' };

/** Kept while another view is open. */
const filter = { text: '', kind: '', isPaused: false };
/** The rows while the log is paused. */
let paused = /** @type {any[]} */ ([]);
/** The start of the emulator whose rows these are. */
let pausedOf = 0;

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
      ['dim mono', clock(request.at)],
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
        pausedOf = live.startedAt;
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
    // The rows of an emulator that has restarted would link to requests of the new one.
    if (filter.isPaused && live.isConnected && pausedOf !== live.startedAt) {
      filter.isPaused = false;
    }
    pause.setAttribute('aria-pressed', String(filter.isPaused));
    const all = filter.isPaused ? paused : [...live.requests.values()];
    const matching = all.filter(passes).reverse();
    list.show(matching, matching.length < all.length);
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
        request?.change(parts);
      }
    },
    tick() {},
    close() {},
  };
}
