// Creates elements. All text goes into text nodes and attributes, never into HTML, so content from jobs cannot become markup.

/**
 * Creates an element.
 *
 * @param {string} tag
 * @param {Record<string, any> | null} [attributes] `on…` are listeners; `false`, `null` and `undefined` leave an attribute out.
 * @param {...any} children
 * @returns {any}
 */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (typeof value === 'function') {
      element.addEventListener(name.slice(2), value);
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  append(element, children);
  return element;
}

/**
 * Appends children, leaving out those that are absent.
 *
 * @param {Node} parent
 * @param {any[]} children
 */
function append(parent, children) {
  for (const child of children) {
    if (Array.isArray(child)) {
      append(parent, child);
    } else if (child instanceof Node) {
      parent.appendChild(child);
    } else if (child !== null && child !== undefined && child !== false) {
      parent.appendChild(document.createTextNode(String(child)));
    }
  }
}

/**
 * Replaces the children of an element. The focus stays on the same child, or else on what is around it.
 *
 * @param {Element} parent
 * @param {...any} children
 */
export function fill(parent, ...children) {
  const focused = document.activeElement;
  const hasFocus = focused !== parent && parent.contains(focused);
  const alike = (element) =>
    Array.from(parent.querySelectorAll(element.tagName)).filter(
      (other) =>
        other.textContent === element.textContent && other.getAttribute('href') === element.getAttribute('href'),
    );
  const place = focused && hasFocus ? alike(focused).indexOf(focused) : 0;
  const fragment = document.createDocumentFragment();
  append(fragment, children);
  parent.replaceChildren(fragment);
  if (focused && hasFocus) {
    const same = alike(focused);
    const next = same[Math.min(place, same.length - 1)] ?? parent.closest('[tabindex="-1"]');
    /** @type {HTMLElement | null} */ (next)?.focus({ preventScroll: true });
  }
}

/**
 * Sets a text, unless it is set already.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

let hiding = 0;

/**
 * Shows a short notice, which screen readers read aloud.
 *
 * @param {string} text
 */
export function notify(text) {
  const notice = /** @type {HTMLElement} */ (document.getElementById('notice'));
  notice.hidden = false;
  notice.textContent = text;
  clearTimeout(hiding);
  hiding = setTimeout(() => {
    notice.hidden = true;
  }, 4000);
}

/**
 * A button that copies a text.
 *
 * @param {string} label
 * @param {() => string} text
 */
export function copyButton(label, text) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      notify('Copied');
    } catch {
      notify('The browser does not allow copying');
    }
  };
  return h('button', { type: 'button', class: 'small', onclick: copy }, label);
}

/**
 * Tabs. Arrow keys move between them.
 *
 * @param {string} label
 * @param {{ name: string, content: () => any }[]} list
 */
export function tabs(label, list) {
  const panel = h('div', { class: 'panel', role: 'tabpanel', tabindex: 0 });
  const buttons = list.map(({ name }, index) =>
    h('button', { type: 'button', role: 'tab', onclick: () => select(index), onkeydown: move }, name),
  );
  function select(chosen) {
    for (const [index, button] of buttons.entries()) {
      button.setAttribute('aria-selected', String(index === chosen));
      button.tabIndex = index === chosen ? 0 : -1;
    }
    panel.setAttribute('aria-label', list[chosen].name);
    fill(panel, list[chosen].content());
  }
  function move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const next = (buttons.indexOf(event.target) + step + buttons.length) % buttons.length;
      select(next);
      buttons[next].focus();
    }
  }
  select(0);
  return h('div', { class: 'tabs' }, h('div', { role: 'tablist', 'aria-label': label }, buttons), panel);
}
