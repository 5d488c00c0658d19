// The view of jobs: a live list with filters, and one job.

import { h } from './dom.js';
import { age, count, isFinal, statusName, tone } from './format.js';
import { createJob } from './job.js';
import { createList } from './list.js';
import { live } from './live.js';
import { split } from './views.js';

const FILTERS = {
  '': 'All jobs',
  pending: 'Not ended',
  COMPLETED: 'Completed',
  failed: 'With failures',
  CANCELED: 'Canceled',
  TIMEDOUT: 'Timed out',
};

/** Kept while another view is open. */
const filter = { text: '', status: '' };

function passes(job) {
  if (filter.status === 'pending' ? isFinal(job.status) : filter.status === 'failed' && !(job.failed > 0)) {
    return false;
  }
  if (!['', 'pending', 'failed'].includes(filter.status) && job.status !== filter.status) {
    return false;
  }
  const text = filter.text.toLowerCase();
  return text === '' || [job.id, job.name, job.model, job.version].some((value) => value.toLowerCase().includes(text));
}

function inputs({ status, done, total, failed }) {
  if (status === 'OPEN') {
    return `${count(total)} uploaded`;
  }
  const counted = `${count(done)} of ${count(total)}`;
  return failed > 0
    ? [
        ['plain', counted],
        ['failures', ` · ${count(failed)} failed`],
      ]
    : counted;
}

function row(job) {
  return {
    href: `#/jobs/${encodeURIComponent(job.id)}`,
    class: tone(job),
    cells: [
      [
        ['strong', job.name],
        ['dim', ` ${job.version}`],
      ],
      [`chip ${tone(job)}`, statusName(job.status)],
      inputs(job),
      ['dim', age(Date.now() - job.createdAt)],
      ['dim mono', job.id],
    ],
  };
}

export function createJobs() {
  let job = /** @type {ReturnType<createJob> | undefined} */ (undefined);
  let id = /** @type {string | undefined} */ (undefined);
  const list = createList({
    label: 'Jobs',
    columns: [
      { name: 'Model', class: 'c-model' },
      { name: 'Status', class: 'c-status' },
      { name: 'Inputs', class: 'c-inputs' },
      { name: 'Age', class: 'c-age' },
      { name: 'Identifier', class: 'c-id' },
    ],
    row,
    empty: 'No jobs here yet. Submit one with a client, or run a model in the view Models.',
  });
  const counted = h('p', { class: 'counted' });
  const text = h('input', {
    type: 'search',
    'aria-label': 'Filter by model or identifier',
    placeholder: 'Model or identifier',
    value: filter.text,
    oninput: () => {
      filter.text = text.value;
      update();
    },
  });
  const status = h(
    'select',
    {
      'aria-label': 'Filter by status',
      onchange: () => {
        filter.status = status.value;
        update();
      },
    },
    Object.entries(FILTERS).map(([value, name]) => h('option', { value, selected: value === filter.status }, name)),
  );

  function update() {
    const matching = [...live.jobs.values()].filter(passes).reverse();
    list.show(matching, matching.length < live.jobs.size);
    list.select(live.jobsById.get(id ?? '')?.n);
    const older = live.jobTotal - live.jobs.size;
    const parts = [`${count(matching.length)} of ${count(live.jobs.size)} jobs`];
    if (older > 0) {
      parts.push(`${count(older)} older or dropped`);
    }
    counted.textContent = parts.join(' · ');
  }

  const frame = split({
    title: 'Jobs',
    tools: [h('div', { class: 'filters' }, text, status), counted],
    list: list.element,
  });
  return {
    element: frame.element,
    /** @param {string[]} parts */
    open([next]) {
      job?.close();
      id = next;
      job = next === undefined ? undefined : createJob(next);
      frame.show(job?.element);
      update();
    },
    change(parts) {
      if (parts.has('jobs')) {
        update();
      }
      job?.change(parts);
    },
    tick() {
      list.render();
      job?.tick();
    },
    close: () => job?.close(),
  };
}
