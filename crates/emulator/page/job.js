// One job: its status, its time line with the requests about it, its inputs and outputs, and the request that made it.

import { commands } from './commands.js';
import { copyButton, fill, h, notify, tabs } from './dom.js';
import { age, bytes, count, duration, isFinal, plural, statusName, tone } from './format.js';
import { ask, inTurn, isUnanswered, live } from './live.js';
import { createInputs } from './inputs.js';
import { timeLine } from './timeline.js';
import { chip, facts } from './views.js';

/** How long the page waits after a change of the job before it reads the job again, in ms. */
const READ_PAUSE = 300;

export function createJob(id) {
  const path = `/page/jobs/${encodeURIComponent(id)}`;
  const head = h('div', { class: 'job-head' });
  const line = h('div');
  const made = h('div');
  const inputs = createInputs(path);
  const failure = h('div', { role: 'alert' });
  const body = h('div', { hidden: true }, head, line, inputs.element, made);
  const element = h(
    'article',
    { class: 'job' },
    h('a', { class: 'back', href: '#/jobs' }, '← All jobs'),
    failure,
    body,
  );
  let job = /** @type {any} */ (undefined);
  let timer = 0;
  let isClosed = false;
  let isMadeShown = false;
  let wasOpen = false;

  const read = inTurn(async () => {
    timer = 0;
    try {
      job = await ask(path);
    } catch (error) {
      if (isUnanswered(error) && job !== undefined) {
        return;
      }
      // The emulator may have restarted, without the job.
      body.hidden = true;
      fill(failure, h('h2', null, 'The job cannot be shown'), h('p', { class: 'failure' }, error.message));
      return;
    }
    if (isClosed) {
      return;
    }
    fill(failure);
    body.hidden = false;
    render();
    fill(line, timeLine(job));
    // The inputs of an uploaded job come with its close.
    if (!isMadeShown || (wasOpen && job.isClosed)) {
      isMadeShown = true;
      fill(made, madeBy(job, path));
      inputs.reset();
    }
    wasOpen = !job.isClosed;
    await inputs.show(job);
  });

  function render() {
    const percent = job.total > 0 ? Math.round((100 * job.done) / job.total) : 0;
    const ends = isFinal(job.status);
    fill(
      head,
      h(
        'div',
        { class: 'title' },
        h('h2', null, h('span', { class: 'strong' }, job.name), ' ', h('span', { class: 'dim' }, job.version)),
        chip(tone(job), statusName(job.status)),
        h('span', { class: 'spring' }),
        !ends && h('button', { type: 'button', class: 'danger', onclick: cancel }, 'Cancel the job'),
        copyButton('Copy identifier', () => job.id),
      ),
      h('p', { class: 'mono dim id' }, job.id),
      h('progress', { max: 100, value: percent, class: tone(job), 'aria-label': 'Inputs processed' }),
      facts([
        ['Inputs', `${count(job.done)} of ${count(job.total)} processed`],
        ['Failed', job.failed > 0 && h('span', { class: 'failures' }, plural(job.failed, 'input'))],
        [
          'Model',
          h('a', { href: `#/models/${encodeURIComponent(job.model)}/${encodeURIComponent(job.version)}` }, job.model),
        ],
        ['Size', bytes(job.inputBytes)],
        ['Age', h('span', { id: 'job-age' }, age(Date.now() - job.createdAt))],
        ['Took', ends && duration(job.elapsed)],
        ['Timeout', job.timeout !== null && duration(job.timeout)],
        ['Explain', job.explain && 'yes'],
        ['Stored', !job.isStored && 'not yet: reads get a 404'],
      ]),
    );
  }

  async function cancel() {
    try {
      await ask(`/page/api/jobs/${encodeURIComponent(id)}`, { method: 'DELETE' });
      notify('The job is canceled');
    } catch (error) {
      notify(error.message);
    }
    await read();
  }

  function readSoon() {
    if (timer === 0 && !isClosed) {
      timer = setTimeout(read, READ_PAUSE);
    }
  }

  let known = '';
  read();
  return {
    element,
    change(parts) {
      const row = live.jobsById.get(id);
      const about = [...live.requests.values()].filter((request) => request.job === id);
      const last = about.at(-1);
      const now = JSON.stringify([row?.status, row?.done, row?.total, row?.failed, about.length, last?.n, last?.ms]);
      // While the connection is lost, what is known stays.
      if (live.isConnected && (parts.has('connection') || now !== known)) {
        known = now;
        readSoon();
      }
    },
    tick() {
      const shown = head.querySelector('#job-age');
      if (shown && job) {
        shown.textContent = age(Date.now() - job.createdAt);
      }
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      inputs.close();
    },
  };
}

/** The request that made a job, in two languages. */
function madeBy(job, path) {
  const holder = h('div', null, h('p', { class: 'dim' }, 'Reading the request…'));
  commands(job, path, live.baseURL).then(
    ({ curl, javascript, note }) => {
      const code = (text) => () => [h('pre', { class: 'code', tabindex: 0 }, text), copyButton('Copy', () => text)];
      fill(
        holder,
        note && h('p', { class: 'dim' }, note),
        tabs('The language of the request', [
          { name: 'curl', content: code(curl) },
          { name: 'JavaScript', content: code(javascript) },
        ]),
      );
    },
    (error) => fill(holder, h('p', { class: 'failure' }, error.message)),
  );
  return h('section', { class: 'card', 'aria-label': 'Request' }, h('h3', null, 'The request that made it'), holder);
}
