// The events of the emulator. Browsers allow few connections to a host, so of all pages of a browser, the one that has a lock holds the
// stream, and passes its events on to the others.

const NAME = 'modzy-events';

/** How long a hidden page takes part, in ms. */
const HIDDEN_MS = 60_000;

/**
 * Follows the events while the page is visible, and for a minute after that.
 *
 * @param {object} options
 * @param {(event: any) => void} options.apply
 * @param {(isConnected: boolean) => void} options.setConnected
 * @param {() => any} options.snapshot Returns all that is known, as an event, or `undefined` before the first event.
 */
export function follow({ apply, setConnected, snapshot }) {
  const channel = new BroadcastChannel(NAME);
  const own = crypto.randomUUID();
  let leave = /** @type {(() => void) | undefined} */ (undefined);
  let source = /** @type {EventSource | undefined} */ (undefined);
  let timer = 0;

  function join() {
    const waiting = new AbortController();
    let release = () => {};
    const hold = () => {
      connect();
      return new Promise((resolve) => {
        release = () => resolve(undefined);
      });
    };
    // The wait ends when this page leaves.
    navigator.locks.request(NAME, { signal: waiting.signal }, hold).catch(() => {});
    leave = () => {
      leave = undefined;
      waiting.abort();
      source?.close();
      source = undefined;
      release();
    };
    channel.postMessage({ joins: own });
  }

  function connect() {
    const opened = new EventSource('/page/events');
    source = opened;
    opened.onmessage = ({ data }) => {
      const event = JSON.parse(data);
      channel.postMessage({ event });
      apply(event);
    };
    opened.onerror = () => {
      channel.postMessage({ isLost: true });
      setConnected(false);
      // Browsers do not try again after some failures.
      if (opened.readyState === EventSource.CLOSED) {
        setTimeout(() => opened === source && connect(), 1000);
      }
    };
  }

  channel.onmessage = ({ data: { joins, to, event, isLost } }) => {
    if (leave === undefined) {
      return;
    }
    if (joins !== undefined) {
      const known = source?.readyState === EventSource.OPEN ? snapshot() : undefined;
      if (known !== undefined) {
        channel.postMessage({ to: joins, event: known });
      }
    } else if (isLost) {
      setConnected(false);
    } else if (to === undefined || to === own) {
      apply(event);
    }
  };

  function followVisibility() {
    clearTimeout(timer);
    if (document.hidden) {
      timer = setTimeout(() => leave?.(), HIDDEN_MS);
    } else if (leave === undefined) {
      join();
    }
  }

  document.addEventListener('visibilitychange', followVisibility);
  join();
  followVisibility();
}
