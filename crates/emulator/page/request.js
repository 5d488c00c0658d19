// One request: its headers and bodies, and a fault that makes another one end as it did.

import { copyButton, fill, h } from './dom.js';
import { openFault } from './faults.js';
import { bytes, clock, duration } from './format.js';
import { indent } from './json.js';
import { ask, hasFailed, inTurn, isUnanswered, live } from './live.js';
import { chip, facts } from './views.js';

export const isBad = (request) => hasFailed(request) || request.status >= 400;
export const pathOf = ({ path, query }) => (query === undefined ? path : `${path}?${query}`);

export function outcome({ state, status }) {
  return state === 'aborted' ? 'none' : state === 'open' ? '…' : String(status);
}

export function toneOf(request) {
  if (request.state === 'open') {
    return 'run';
  }
  return hasFailed(request) ? 'bad' : request.status >= 400 ? 'wait' : 'good';
}

export function createRequest(number) {
  const content = h('div');
  const element = h('article', null, h('a', { class: 'back', href: '#/requests' }, '← All requests'), content);
  let known = '';

  const read = inTurn(async () => {
    try {
      fill(content, show(await ask(`/page/requests/${number}`)));
    } catch (error) {
      if (!isUnanswered(error) || content.childElementCount === 0) {
        fill(content, h('p', { class: 'failure', role: 'alert' }, error.message));
      }
    }
  });

  /** After a restart of the emulator, the number is that of another request. */
  function change(parts) {
    const { state, ms, status } = live.requests.get(number) ?? {};
    const now = JSON.stringify([state, ms, status]);
    if (live.isConnected && (parts.has('connection') || now !== known)) {
      known = now;
      read();
    }
  }

  read();
  return { element, change };
}

function show(details) {
  const { row: request, headers, body, response } = details;
  const { fault, missing } = faultLike(details);
  const { path } = fault;
  return [
    h(
      'div',
      { class: 'title' },
      h('h2', { class: 'mono' }, request.method, ' ', pathOf(request)),
      chip(toneOf(request), request.state === 'aborted' ? 'No response' : outcome(request)),
      request.fault && h('span', { class: 'tag' }, 'fault'),
    ),
    facts([
      ['Arrived', clock(request.at)],
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
      missing === undefined && copyButton('Copy as a fault', () => JSON.stringify(fault, undefined, 2)),
      h(
        'button',
        { type: 'button', class: 'small', onclick: () => openFault(fault) },
        missing === undefined ? 'Edit as a fault' : 'Edit as a fault without the body',
      ),
    ),
    missing !== undefined && h('p', { class: 'dim' }, `A copy as a fault would differ: ${missing}.`),
    path.endsWith('*') &&
      h(
        'p',
        { class: 'dim' },
        `A copy as a fault applies to every path that begins with ${path.slice(0, -1)}, since it ends in *.`,
      ),
    message('Request', headers, body, request.sent),
    response && message('Response', response.headers, response.body, request.received ?? 0),
  ];
}

/** Headers that follow from the body or the connection. */
const OWN_HEADERS = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding']);

const DIFFERENCES = {
  start: 'the log has only the first 64 KiB of its body',
  bytes: 'its body is not text, and the body of a fault is',
  masked: 'its body has secrets, which the page does not show',
};

/**
 * A fault that makes one more such request end as this one did, and why that is not possible.
 *
 * @returns {{ fault: Record<string, any>, missing?: string }}
 */
function faultLike({ row: { method, path, status, cut, fault: metFault }, response, fault: met }) {
  // What follows a secret in the path is left open.
  const [start, ...others] = path.split('***');
  const like = { method, path: others.length > 0 ? `${start}*` : path, times: 1 };
  if (met) {
    const { delayMs, headers, after, status: given, body, connection } = met;
    const members = { delayMs, status: given, headers, body, connection, after };
    const isSet = ([, value]) => value && (typeof value !== 'object' || Object.keys(value).length > 0);
    return { fault: { ...like, ...Object.fromEntries(Object.entries(members).filter(isSet)) } };
  }
  if (metFault) {
    return { fault: { ...like, status: status ?? 503 }, missing: 'the fault that it met is too large for the log' };
  }
  if (cut) {
    return { fault: { ...like, connection: 'cut' } };
  }
  // The client did not wait for a response.
  if (response === null) {
    return { fault: { ...like, connection: 'stall' } };
  }
  const headers = Object.entries(response.headers).filter(
    ([name, value]) => !OWN_HEADERS.has(name) && !value.includes('***'),
  );
  const answer = { ...like, status, ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}) };
  if (response.differs) {
    return { fault: answer, missing: DIFFERENCES[response.differs] };
  }
  const hasBody = response.body !== '' && status !== 204 && status !== 304;
  return { fault: { ...answer, ...(hasBody ? { body: response.body } : {}) } };
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

/** JSON with indents, and any other text unchanged. */
function pretty(text) {
  try {
    JSON.parse(text);
    return indent(text);
  } catch {
    return text;
  }
}
