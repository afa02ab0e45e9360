// What the page shows, in one object. Whoever changes it says so, and everything is drawn anew before the next frame.

export const state = {
  route: { name: "tasks", parameters: new URLSearchParams() },
  connection: "connecting", // then live or polling
  offline: false,
  now: Date.now(),
  me: null,
  signIn: null,
  confirm: null,
  notices: [],
};

let draw = () => {};
let scheduled = false;

export function onChange(listener) {
  draw = listener;
}

export function changed() {
  if (!scheduled) {
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      draw();
    });
  }
}

/** Lets a screen reader say something that the eye sees anyway. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}

const NOTICE_MS = 7000;

/** Tells how something that was asked for ended. Bad news stays until it is dismissed. */
export function notify(text, kind = "good") {
  const notice = { text, kind };
  state.notices = [...state.notices.slice(-2), notice];
  announce(text);
  changed();
  if (kind === "good") {
    setTimeout(() => dismiss(notice), NOTICE_MS);
  }
}

export function dismiss(notice) {
  state.notices = state.notices.filter((other) => other !== notice);
  changed();
}

/** Asks before something that cannot be undone; true if the person agrees. */
export function confirmed(question) {
  return new Promise((resolve) => {
    state.confirm = {
      ...question,
      answer(yes) {
        state.confirm = null;
        changed();
        resolve(yes);
      },
    };
    changed();
  });
}
