// Hears of changes: by server-sent events, and by asking every few seconds while there are none.

import { credential, post } from "./api.js";
import { changed, state } from "./state.js";

const POLL_MS = 2000;
const RECONNECT_MS = 3000;
const GIVE_UP_MS = 20000;
const EVENTS = ["task", "end", "reload"];

/**
 * Follows a stream until it is closed, or until the first end of a task if it has but one.
 *
 * @param path of the stream
 * @param onTask is given each task that changed, as it is now
 * @param poll is called instead while the stream is away, and once whenever it is back
 */
export function follow(path, onTask, poll, { one = false } = {}) {
  let source = null;
  let closed = false;
  let timer = 0;

  async function open() {
    let address = path;
    if (credential()) {
      try {
        const { ticket } = await post("v1/events/ticket");
        address += `?ticket=${encodeURIComponent(ticket)}`;
      } catch {
        return reopen(GIVE_UP_MS);
      }
    }
    if (closed) {
      return;
    }
    source = new EventSource(address);
    source.onopen = () => {
      show("live");
      poll();
    };
    source.onerror = () => {
      const refused = source.readyState === EventSource.CLOSED && state.connection !== "live";
      source.close();
      show("polling");
      reopen(refused ? GIVE_UP_MS : RECONNECT_MS);
    };
    for (const name of EVENTS) {
      source.addEventListener(name, (event) => {
        if (name === "reload") {
          poll();
          return;
        }
        if (name === "end" && one) {
          follower.close();
        }
        onTask(JSON.parse(event.data));
      });
    }
  }

  function reopen(ms) {
    clearTimeout(timer);
    if (!closed) {
      timer = setTimeout(open, ms);
    }
  }

  function show(connection) {
    if (!closed && state.connection !== connection) {
      state.connection = connection;
      changed();
    }
  }

  const polling = setInterval(() => {
    if (state.connection !== "live" && !document.hidden) {
      poll();
    }
  }, POLL_MS);
  const follower = {
    get closed() {
      return closed;
    },
    close() {
      closed = true;
      source?.close();
      clearTimeout(timer);
      clearInterval(polling);
    },
  };
  open();
  return follower;
}

/** The same action, but not more often than the interval; what comes meanwhile is done once at its end. */
export function throttled(action, ms) {
  let waiting = 0;
  let last = -Infinity;
  return () => {
    const due = last + ms - performance.now();
    if (due <= 0) {
      last = performance.now();
      action();
    } else if (!waiting) {
      waiting = setTimeout(() => {
        waiting = 0;
        last = performance.now();
        action();
      }, due);
    }
  };
}
