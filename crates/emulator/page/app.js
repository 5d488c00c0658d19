// The frame of the page: navigation, the state of the connection, and the view that the address names.

import { fill, h, setText } from './dom.js';
import { createFaults } from './faults.js';
import { count } from './format.js';
import { createJobs } from './jobs.js';
import { live } from './live.js';
import { createModels } from './models.js';
import { createRequests } from './requests.js';

const VIEWS = [
  { name: 'jobs', title: 'Jobs', create: createJobs, count: () => live.jobTotal },
  {
    name: 'requests',
    title: 'Requests',
    create: createRequests,
    count: () => live.requestTotal,
  },
  { name: 'faults', title: 'Faults', create: createFaults, count: () => live.faultTotal },
  { name: 'models', title: 'Models', create: createModels, count: () => 0 },
];

const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const links = VIEWS.map(({ name, title, count: total }) => {
  const badge = h('span', { class: 'badge' });
  const link = h('a', { href: `#/${name}` }, title, badge);
  return { name, link, badge, total };
});

let view = /** @type {any} */ (undefined);
let shown = /** @type {any} */ (undefined);

/** Opens the view of the address: `#/view/part/…`. */
function open() {
  const [name, ...parts] = location.hash.replace(/^#\/?/, '').split('/').map(decode);
  const known = VIEWS.find((one) => one.name === name) ?? VIEWS[0];
  if (known !== shown) {
    view?.close();
    view = known.create();
    fill(element('main'), view.element);
    shown = known;
  }
  const main = element('main');
  const hadFocus = main.contains(document.activeElement);
  view.open(parts);
  if (hadFocus && !main.contains(document.activeElement)) {
    main.focus();
  }
  document.title = `${known.title} · Modzy emulator`;
  for (const link of links) {
    if (link.name === known.name) {
      link.link.setAttribute('aria-current', 'page');
    } else {
      link.link.removeAttribute('aria-current');
    }
  }
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function showConnection() {
  const connection = element('connection');
  connection.className = live.isConnected ? 'connection on' : 'connection off';
  setText(connection, live.isConnected ? live.baseURL.replace('http://', '') : 'Not connected. Trying again…');
}

function showCounts() {
  for (const { badge, total } of links) {
    setText(badge, total() > 0 ? count(total()) : '');
  }
}

let waiting = /** @type {Set<string> | undefined} */ (undefined);

// Once per frame, and not at all while the page is hidden.
live.addEventListener('change', (event) => {
  const { detail } = /** @type {CustomEvent<Set<string>>} */ (event);
  if (waiting !== undefined) {
    waiting = new Set([...waiting, ...detail]);
    return;
  }
  waiting = new Set(detail);
  requestAnimationFrame(() => {
    const parts = /** @type {Set<string>} */ (waiting);
    waiting = undefined;
    if (parts.has('connection')) {
      showConnection();
    }
    showCounts();
    view?.change(parts);
  });
});

fill(
  element('views'),
  links.map(({ link }) => link),
);
window.addEventListener('hashchange', open);
// The address names the view, so the link to the content does not change it.
element('skip').addEventListener('click', (event) => {
  event.preventDefault();
  element('main').focus();
});
setInterval(() => {
  if (!document.hidden) {
    view?.tick();
  }
}, 1000);
showConnection();
open();
live.start();
