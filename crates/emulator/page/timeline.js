// The time line of a job: its stages, and beside them the requests about it.

import { h } from './dom.js';
import { clock, count, duration, isFinal, plural, statusName, tone } from './format.js';
import { hasFailed, markRetries } from './live.js';

/** The stages of a job, with their offsets from its receipt, in ms. */
function stages(job) {
  /** @type {{ name: string, at: number, tone: string, lasts?: number, isOver?: boolean }[]} */
  const list = [];
  const closed = job.submittedAt - job.createdAt;
  if (job.isUploaded) {
    list.push({ name: 'Opened', at: 0, tone: 'wait' });
    if (!job.isClosed) {
      return isFinal(job.status) ? [...list, end(job, job.elapsed)] : list;
    }
  }
  const queuedOnly = isFinal(job.status) ? job.elapsed <= job.queued && job.done === 0 : job.status === 'SUBMITTED';
  list.push({ name: job.isUploaded ? 'Closed: submitted' : 'Submitted', at: closed, tone: 'wait' });
  list.push({
    name: 'Queued',
    at: closed,
    tone: 'wait',
    lasts: job.queued,
    isOver: !queuedOnly || isFinal(job.status),
  });
  if (!queuedOnly) {
    list.push({
      name: 'Running',
      at: closed + job.queued,
      tone: 'run',
      lasts: job.elapsed - job.queued,
      isOver: isFinal(job.status),
    });
  }
  return isFinal(job.status) ? [...list, end(job, closed + job.elapsed)] : list;
}

const end = (job, at) => ({ name: `Ended: ${statusName(job.status).toLowerCase()}`, at, tone: tone(job) });

/** Requests in one line each; equal ones that succeeded, one after the other, share a line. */
function lines(requests, job) {
  /** @type {any[]} */
  const list = [];
  for (const request of requests) {
    const at = request.at - job.createdAt;
    const before = list.at(-1);
    const isSame =
      before &&
      !hasFailed(request) &&
      request.retry === undefined &&
      before.request.retry === undefined &&
      ['method', 'path', 'query', 'status'].every((name) => before.request[name] === request[name]);
    if (isSame) {
      before.times += 1;
      before.until = at;
    } else {
      list.push({ request, at, times: 1, until: at });
    }
  }
  return list;
}

const offset = (ms) => `${ms < 0 ? '−' : '+'}${duration(Math.abs(ms))}`;

function requestTone(request) {
  if (hasFailed(request)) {
    return 'bad';
  }
  return request.status >= 400 ? 'wait' : 'good';
}

function requestLine({ request, at, times, until }, id) {
  const path = request.path.replace(id, '…');
  const outcome = request.state === 'aborted' ? 'no response' : (request.status ?? 'open');
  return {
    at,
    row: h(
      'li',
      { class: `request ${requestTone(request)}` },
      h('span', { class: 'at' }, offset(at)),
      h(
        'span',
        { class: 'what' },
        h('a', { href: `#/requests/${request.n}`, class: 'mono' }, `${request.method} ${path}`),
        ' ',
        h('span', { class: 'outcome' }, String(outcome)),
        request.fault && h('span', { class: 'tag' }, 'fault'),
        request.retry !== undefined && h('span', { class: 'tag retry' }, `retry ${request.retry}`),
        times > 1 && h('span', { class: 'dim' }, ` ×${count(times)}, until ${offset(until)}`),
        times === 1 && request.ms !== null && h('span', { class: 'dim' }, ` ${duration(request.ms)}`),
      ),
    ),
  };
}

/** @param {{ name: string, at: number, tone: string, lasts?: number, isOver?: boolean }} stage */
function stageLine({ name, at, tone: color, lasts, isOver }) {
  return {
    at,
    row: h(
      'li',
      { class: `stage ${color}` },
      h('span', { class: 'at' }, offset(at)),
      h('span', { class: 'what' }, name, isOver && h('span', { class: 'dim' }, ` for ${duration(lasts)}`)),
    ),
  };
}

/** A picture of the stages and the requests over the same axis. The list beside it says the same. */
function picture(job, list, requests, last) {
  const start = Math.min(0, ...requests.map(({ at }) => at));
  const span = Math.max(1, last - start);
  const place = (ms) => Math.min(100, Math.max(0, (100 * (ms - start)) / span));
  const bars = list
    .filter(({ lasts }) => lasts > 0)
    .map(({ at, lasts, tone: color }) => {
      const bar = h('span', { class: `bar-part ${color}` });
      bar.style.left = `${place(at)}%`;
      bar.style.width = `${Math.max(0.5, place(at + lasts) - place(at))}%`;
      return bar;
    });
  const dots = job.requests.map((request) => {
    const dot = h('span', { class: `dot ${requestTone(request)}` });
    dot.style.left = `${place(request.at - job.createdAt)}%`;
    return dot;
  });
  return h(
    'div',
    { class: 'picture', 'aria-hidden': 'true' },
    h('div', { class: 'lane' }, bars),
    h('div', { class: 'lane thin' }, dots),
    h('div', { class: 'axis' }, h('span', null, offset(start)), h('span', null, offset(last))),
  );
}

export function timeLine(job) {
  markRetries(job.requests);
  const list = stages(job);
  const requests = lines(job.requests, job);
  const shown = [...list.map(stageLine), ...requests.map((line) => requestLine(line, job.id))];
  shown.sort((a, b) => a.at - b.at);
  const last = Math.max(job.submittedAt - job.createdAt + job.elapsed, ...requests.map(({ until }) => until));
  const retries = job.requests.filter(({ retry }) => retry !== undefined).length;
  return h(
    'section',
    { class: 'card', 'aria-label': 'Time line' },
    h('h3', null, 'Time line'),
    h(
      'p',
      { class: 'dim' },
      `From ${clock(job.createdAt)}. ${plural(job.requests.length, 'request')}, ${retries === 1 ? '1 retry' : `${count(retries)} retries`}.`,
    ),
    picture(job, list, requests, last),
    h(
      'ol',
      { class: 'timeline' },
      shown.map(({ row }) => row),
    ),
  );
}
