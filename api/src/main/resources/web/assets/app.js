// The frame of the page: which view is shown, and what lies over it.

import { html, nothing, render } from "./lit-html/lit-html.js";
import { credential, get, signOut } from "./api.js";
import * as cluster from "./cluster.js";
import * as quarantine from "./quarantine.js";
import * as search from "./search.js";
import { changed, dismiss, onChange, state } from "./state.js";
import * as task from "./task.js";
import * as tasks from "./tasks.js";

const VIEWS = { tasks, task, search, cluster, quarantine };
const TITLES = { tasks: "Tasks", task: "Task", search: "Search", cluster: "Cluster", quarantine: "Quarantine" };
const LINKS = ["tasks", "search", "cluster", "quarantine"];
const TICK_MS = 1000;

const app = document.getElementById("app");

function route() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [first, second] = path.split("/");
  if (first === "tasks" && second) {
    return { name: "task", argument: decodeURIComponent(second) };
  }
  const name = first in VIEWS && first !== "task" ? first : "tasks";
  return { name, argument: new URLSearchParams(query) };
}

function go() {
  if (location.hash && !location.hash.startsWith("#/")) {
    return; // an anchor within the page
  }
  VIEWS[state.route.name].leave();
  state.route = route();
  document.title = `${TITLES[state.route.name]} – Filemill`;
  VIEWS[state.route.name].enter(state.route.argument);
  changed();
  scrollTo(0, 0);
}

// Templates

function frame() {
  const { name } = state.route;
  return html`
    <a class="skip" href="#main" @click=${skip}>Skip to the content</a>
    <header>
      <div class="header-inner">
        <a class="brand" href="#/"><img src="assets/icon.svg" alt="" width="24" height="24"> Filemill</a>
        <nav aria-label="Views">
          ${LINKS.map(
            (link) => html`<a href=${link === "tasks" ? "#/" : `#/${link}`}
              aria-current=${link === name || (link === "tasks" && name === "task") ? "page" : nothing}>${TITLES[link]}</a>`,
          )}
        </nav>
        ${connection()}
      </div>
    </header>
    <main id="main" tabindex="-1">
      ${state.offline
        ? html`<p class="offline" role="alert">Filemill does not answer. It may be restarting; this page tries again by itself.</p>`
        : nothing}
      ${VIEWS[name].show()}
    </main>
    <div class="notices">
      ${state.notices.map(
        (notice) => html`<div class="notice ${notice.kind}"><p>${notice.text}</p>
          <button type="button" class="plain" @click=${() => dismiss(notice)} aria-label="Dismiss">×</button></div>`,
      )}
    </div>
    ${signInDialog()} ${confirmDialog()}
  `;
}

function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

function connection() {
  const word = state.offline ? "Offline" : state.connection === "live" ? "Live" : "Every 2 s";
  const kind = state.offline ? "bad" : state.connection === "live" ? "good" : "quiet";
  const user = state.me && !state.me.open ? state.me.user_id : null;
  return html`<div class="account">
    ${["tasks", "task"].includes(state.route.name) || state.offline
      ? html`<span class="connection ${kind}" title="How this page hears of changes">${word}</span>`
      : nothing}
    ${user ? html`<span class="small" title="Who you are signed in as">${user}</span>` : nothing}
    ${credential() ? html`<button type="button" class="plain small" @click=${signOut}>Sign out</button>` : nothing}
  </div>`;
}

function signInDialog() {
  if (!state.signIn) {
    return nothing;
  }
  const submit = (event) => {
    event.preventDefault();
    const secret = event.target.elements.secret.value.trim();
    if (secret) {
      state.signIn.accept(secret);
    }
  };
  return html`<dialog aria-labelledby="sign-in-title" @cancel=${(event) => event.preventDefault()}>
    <form @submit=${submit}>
      <h2 id="sign-in-title">Sign in</h2>
      <p>This server wants to know who you are. Your key stays in this tab and is forgotten when you close it.</p>
      ${state.signIn.reason ? html`<p class="problem" role="alert">${state.signIn.reason}</p>` : nothing}
      <label for="secret">API key or token</label>
      <input id="secret" name="secret" type="password" required autocomplete="off" spellcheck="false">
      <div class="actions"><button type="submit" class="primary">Sign in</button></div>
    </form>
  </dialog>`;
}

function confirmDialog() {
  const question = state.confirm;
  if (!question) {
    return nothing;
  }
  return html`<dialog aria-labelledby="confirm-title" aria-describedby="confirm-text" @cancel=${(event) => {
    event.preventDefault();
    question.answer(false);
  }}>
    <h2 id="confirm-title">${question.title}</h2>
    <p id="confirm-text">${question.text}</p>
    <div class="actions">
      <button type="button" @click=${() => question.answer(false)}>${question.no}</button>
      <button type="button" class="danger" @click=${() => question.answer(true)}>${question.yes}</button>
    </div>
  </dialog>`;
}

let arrived = false; // at another view, whose heading is to have the focus
let owed = false; // the focus, to the heading, since it was lost and could not be set at once

/** Drawing may replace or move what has the focus. It stays there if that is still shown, and else goes to the heading of the view. */
function drawKeepingFocus() {
  const focused = document.activeElement;
  const inMain = Boolean(focused?.closest("main"));
  render(frame(), app);
  const lost = (inMain && document.activeElement !== focused) || (owed && document.activeElement === document.body);
  if (arrived || lost) {
    focusOn(arrived ? null : focused);
    arrived = false;
  }
}

function focusOn(element) {
  const shown = element?.isConnected && element !== document.body ? element : document.querySelector("main h1");
  shown?.focus({ preventScroll: true });
  owed = document.activeElement === document.body;
}

/** Closed before it is taken away, a dialog gives the focus back to what had it. */
function closeDialog() {
  const dialog = document.querySelector("dialog[open]");
  if (dialog && !state.confirm && !state.signIn) {
    dialog.close();
    owed = document.activeElement === document.body;
  }
}

onChange(() => {
  closeDialog();
  drawKeepingFocus();
  const dialog = document.querySelector("dialog");
  if (dialog && !dialog.open) {
    dialog.showModal();
  }
});

for (const [type, handler] of [
  ["dragenter", "enter"],
  ["dragover", "over"],
  ["dragleave", "leave"],
  ["drop", "drop"],
]) {
  addEventListener(type, (event) => tasks.dragging[handler](event));
}

addEventListener("hashchange", () => {
  arrived = location.hash.startsWith("#/") || location.hash === "";
  go();
});

setInterval(() => {
  if (!document.hidden) {
    state.now = Date.now();
    changed();
  }
}, TICK_MS);

get("v1/me")
  .then(
    (me) => {
      state.me = me;
    },
    () => {}, // the views say what is wrong
  )
  .then(go);
