// The frame of a view with a list and, beside or instead of it, one of its items.

import { fill, h } from './dom.js';

/**
 * @param {object} options
 * @param {string} options.title
 * @param {any} options.tools Filters and buttons above the list.
 * @param {any} options.list
 */
export function split({ title, tools, list }) {
  const detail = h('section', { class: 'detail', 'aria-label': 'Details', tabindex: -1 });
  const side = h(
    'section',
    { class: 'side', 'aria-label': title },
    h('div', { class: 'tools' }, h('h2', null, title), tools),
    list,
  );
  const element = h('div', { class: 'split' }, side, detail);
  return {
    element,
    /** Shows an item beside the list, or only the list. On narrow screens an item hides the list. */
    show(item) {
      element.classList.toggle('open', item !== undefined);
      if (item === undefined) {
        // The focus, if it was here, goes to the view.
        detail.replaceChildren();
      } else {
        fill(detail, item);
      }
      detail.scrollTop = 0;
      if (item !== undefined && getComputedStyle(side).display === 'none') {
        detail.focus();
      }
    },
  };
}

/** A field of a form: a label, its control, and what it means. */
export function field(label, control, help) {
  const id = control.id || `field-${label.toLowerCase().replaceAll(/\W+/g, '-')}`;
  control.id = id;
  if (help) {
    control.setAttribute('aria-describedby', `${id}-help`);
  }
  const text = h('label', { for: id }, label);
  return h(
    'div',
    { class: control.type === 'checkbox' ? 'field check' : 'field' },
    control.type === 'checkbox' ? [control, text] : [text, control],
    help && h('p', { class: 'help', id: `${id}-help` }, help),
  );
}

/** A short status, whose color is never the only sign. */
export const chip = (tone, text) => h('span', { class: `chip ${tone}` }, text);

/** Names with values, as a list. Absent values are left out. */
export function facts(entries) {
  return h(
    'dl',
    { class: 'facts' },
    entries
      .filter(([, value]) => value !== undefined && value !== null && value !== false)
      .map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value))),
  );
}
