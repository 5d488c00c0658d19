// A list of any length. Only its visible rows exist. The newest row is the first; rows keep their place while the user reads
// further down.

import { fill, h } from './dom.js';

/** How many rows exist above and below the visible ones. */
const MARGIN = 6;

/**
 * @param {object} options
 * @param {string} options.label
 * @param {{ name: string, class: string }[]} options.columns
 * @param {(item: any) => { href: string, cells: any[], class?: string }} options.row The first cell becomes the link of the row.
 * @param {string} options.empty What to show without rows.
 */
export function createList({ label, columns, row, empty }) {
  const body = h('div', { role: 'rowgroup', class: 'rows' });
  const head = h(
    'div',
    { role: 'rowgroup', class: 'head' },
    h(
      'div',
      { role: 'row', class: 'row', 'aria-rowindex': 1 },
      columns.map((column) => h('span', { role: 'columnheader', class: column.class }, column.name)),
    ),
  );
  const nothing = h('p', { class: 'empty' }, empty);
  const table = h('div', { role: 'table', 'aria-label': label, class: `table of-${label.toLowerCase()}` }, head, body);
  const scroller = h(
    'div',
    { class: 'scroller', tabindex: -1, onscroll: () => requestRender(), onkeydown: move },
    table,
    nothing,
  );
  let items = /** @type {any[]} */ ([]);
  let selected = /** @type {any} */ (undefined);
  let isRequested = false;
  /** @type {Map<any, HTMLElement>} */
  let shown = new Map();
  const keyOf = (item) => item.n;
  const rowIndex = (element) => Number(element?.getAttribute('aria-rowindex'));
  const focusedKey = () => [...shown].find(([, element]) => element.contains(document.activeElement))?.[0];

  function rowHeight() {
    return Number.parseFloat(getComputedStyle(scroller).getPropertyValue('--row')) || 44;
  }

  function requestRender() {
    if (!isRequested) {
      isRequested = true;
      requestAnimationFrame(render);
    }
  }

  function render() {
    isRequested = false;
    const height = rowHeight();
    body.style.height = `${items.length * height}px`;
    const visible = Math.ceil(scroller.clientHeight / height);
    // A shorter list scrolls up, but only after its rows are gone.
    const top = Math.max(0, Math.min(Math.floor(scroller.scrollTop / height), items.length - visible));
    const first = Math.max(0, top - MARGIN);
    const last = Math.min(items.length, top + visible + 1 + MARGIN);
    const before = shown;
    const focused = focusedKey();
    const indexes = Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at);
    // The row with the focus exists wherever it is, since the focus would be lost with it.
    const focusedAt = focused === undefined ? -1 : items.findIndex((item) => keyOf(item) === focused);
    if (focusedAt >= 0 && (focusedAt < first || focusedAt >= last)) {
      indexes.push(focusedAt);
    }
    const focusedRow = rowIndex(before.get(focused));
    shown = new Map();
    for (const index of indexes) {
      const item = items[index];
      const key = keyOf(item);
      const element = before.get(key) ?? h('div', { role: 'row', class: 'row' });
      before.delete(key);
      update(element, item, index, height);
      shown.set(key, element);
    }
    for (const element of before.values()) {
      element.remove();
    }
    arrange();
    if (focused !== undefined && focusedAt < 0) {
      // Its item is gone, so the row in its place gets the focus.
      const rows = [...shown.values()];
      const near = rows.find((element) => rowIndex(element) >= focusedRow) ?? rows.at(-1);
      (near?.querySelector('a') ?? scroller).focus({ preventScroll: true });
    }
    table.setAttribute('aria-rowcount', String(items.length + 1));
    nothing.hidden = items.length > 0;
    table.hidden = items.length === 0;
  }

  /** Updates the row of an item. Cells that show the same are left alone, so that links keep the focus. */
  function update(element, item, index, height) {
    const { href, cells, class: style } = row(item);
    const isSelected = keyOf(item) === selected;
    element.className = `row ${style ?? ''} ${isSelected ? 'selected' : ''}`;
    element.style.transform = `translateY(${index * height}px)`;
    element.setAttribute('aria-rowindex', String(index + 2));
    const signature = JSON.stringify([href, cells, isSelected]);
    if (element.dataset.signature !== signature) {
      element.dataset.signature = signature;
      fill(
        element,
        cells.map((cell, at) => {
          const content =
            at === 0 ? h('a', { href, 'aria-current': isSelected && 'true' }, cellOf(cell)) : cellOf(cell);
          return h('span', { role: 'cell', class: columns[at].class }, content);
        }),
      );
    }
  }

  /** Puts the rows in order, for the keyboard and screen readers. The one with the focus would lose it, so the others move. */
  function arrange() {
    const rows = [...shown.values()].sort((a, b) => rowIndex(a) - rowIndex(b));
    let next = /** @type {HTMLElement | null} */ (null);
    for (const element of rows.reverse()) {
      if (element.parentNode !== body || (element.nextSibling !== next && !element.contains(document.activeElement))) {
        body.insertBefore(element, next);
      }
      next = element;
    }
  }

  /** A cell is a text, or `[class, text]`, or a list of these. */
  function cellOf(cell) {
    if (!Array.isArray(cell)) {
      return cell;
    }
    return Array.isArray(cell[0]) ? cell.map(cellOf) : h('span', { class: cell[0] }, cell[1]);
  }

  function move(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (step === undefined || items.length === 0) {
      return;
    }
    event.preventDefault();
    const focused = focusedKey();
    const at = items.findIndex((item) => keyOf(item) === focused);
    const next = Math.min(items.length - 1, Math.max(0, at + step));
    const height = rowHeight();
    const top = next * height;
    const headHeight = head.offsetHeight;
    if (top < scroller.scrollTop) {
      scroller.scrollTop = top;
    } else if (top + height > scroller.scrollTop + scroller.clientHeight - headHeight) {
      scroller.scrollTop = top + height - scroller.clientHeight + headHeight;
    }
    render();
    shown.get(keyOf(items[next]))?.querySelector('a')?.focus({ preventScroll: true });
  }

  new ResizeObserver(requestRender).observe(scroller);

  return {
    element: scroller,
    render: requestRender,
    /**
     * @param {any[]} next The items, newest first.
     * @param {boolean} isFiltered Whether there can be others.
     */
    show(next, isFiltered) {
      const height = rowHeight();
      const top = Math.floor(scroller.scrollTop / height);
      // The row at the top stays where it is, unless the user follows the newest rows. So does the one with the focus of the keyboard.
      const visible = Math.ceil(scroller.clientHeight / height);
      const focused = scroller.querySelector(':focus-visible') ? focusedKey() : undefined;
      const focusedAt = focused === undefined ? -1 : items.findIndex((item) => keyOf(item) === focused);
      const index = focusedAt >= top && focusedAt < top + visible ? focusedAt : top;
      const anchor = scroller.scrollTop > 0 || index === focusedAt ? items[index] : undefined;
      items = next;
      nothing.textContent = isFiltered ? 'Nothing passes the filter.' : empty;
      if (anchor !== undefined) {
        const moved = items.findIndex((item) => keyOf(item) === keyOf(anchor));
        if (moved > index) {
          body.style.height = `${items.length * height}px`;
          scroller.scrollTop += (moved - index) * height;
        }
      }
      requestRender();
    },
    select(key) {
      selected = key;
      requestRender();
    },
  };
}
