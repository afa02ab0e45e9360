// The first view: new uploads, what happens right now, and the tasks.

import { html, nothing } from "./lit-html/lit-html.js";
import { repeat } from "./lit-html/directives/repeat.js";
import { get, post, signIn } from "./api.js";
import { depthPlot, loadHistory } from "./depth.js";
import { ago, bytes, count, duration, plural, rate } from "./format.js";
import { nameOf, remember, shortId } from "./labels.js";
import { follow, throttled } from "./live.js";
import { announce, changed, state } from "./state.js";
import { badge, empty, loading, progress, standing, taskProgress, trouble } from "./ui.js";
import { chosen, dropped, newKey, send } from "./upload.js";

const PAGE = 25;
const QUEUE_MS = 5000;

const view = {
  tasks: null,
  next: null,
  shown: PAGE,
  error: null,
  queue: null,
  history: null,
  uploads: [],
  dragging: 0,
  options: { priority: "5", replace: false, skip: false },
  pathProblem: null,
};

let stream = null;
let timer = 0;

export function enter() {
  const soon = throttled(load, 700);
  const take = (task) => {
    if (view.tasks?.some((other) => other.task_id === task.task_id)) {
      merge(task);
    } else if (!view.next || task.created_at > view.tasks.at(-1).created_at) {
      soon(); // else it is one of those that are not shown
    }
  };
  stream = follow("v1/events", take, soon);
  loadQueue();
  timer = setInterval(() => document.hidden || loadQueue(), QUEUE_MS);
  return load();
}

export function leave() {
  stream?.close();
  clearInterval(timer);
}

function merge(task) {
  const before = view.tasks.find((other) => other.task_id === task.task_id);
  view.tasks = view.tasks.map((other) => (other === before ? task : other));
  tellIfEnded(before, task);
  changed();
}

async function load() {
  try {
    const page = await get(`v1/tasks?limit=${view.shown}`);
    for (const task of page.tasks) {
      tellIfEnded(view.tasks?.find((other) => other.task_id === task.task_id), task);
    }
    view.tasks = page.tasks;
    view.next = page.next_cursor;
    view.error = null;
  } catch (error) {
    view.error = error;
  }
  changed();
}

function tellIfEnded(before, task) {
  if (before && !before.outcome && task.outcome) {
    announce(`${nameOf(task)}: ${standing(task).word}. ${plural(task.successful_files, "file")} done, ${count(task.failed_files)} failed.`);
  }
}

async function loadQueue() {
  try {
    view.queue = await get("v1/stats/queue");
    changed();
    view.history = await loadHistory();
    changed();
  } catch {
    // the list of tasks says what is wrong
  }
}

function showMore() {
  view.shown = Math.min(view.shown + 50, 1000);
  load();
}

// Uploads

function options() {
  return {
    priority: view.options.priority,
    ...(view.options.replace ? { replace_duplicates: "true" } : {}),
    ...(view.options.skip ? { skip_previously_failed: "true" } : {}),
  };
}

async function start(selection) {
  if (selection.files.length === 0) {
    view.uploads = [{ selection, error: { title: "No files", message: "There was no file in what you chose." } }, ...view.uploads];
    changed();
    return;
  }
  await transmit({ selection, options: options(), key: newKey(), loaded: 0, total: selection.bytes, since: performance.now() });
}

async function transmit(upload) {
  upload.error = null;
  upload.loaded = 0;
  upload.since = performance.now();
  upload.quarter = 0;
  if (!view.uploads.includes(upload)) {
    view.uploads = [upload, ...view.uploads];
  }
  announce(`Uploading ${plural(upload.selection.files.length, "file")}.`);
  changed();
  try {
    const { answer, stop } = send(upload.selection, upload.options, upload.key, (loaded, total) => {
      upload.loaded = loaded;
      upload.total = total;
      const quarter = Math.floor((4 * loaded) / total);
      if (quarter > upload.quarter && quarter < 4) {
        upload.quarter = quarter;
        announce(`Upload: ${quarter * 25} percent.`);
      }
      changed();
    });
    upload.stop = stop;
    const accepted = await answer;
    remember(accepted.task_id, upload.selection.label);
    view.uploads = view.uploads.filter((other) => other !== upload);
    announce(`Accepted ${plural(accepted.total_files, "file")}.`);
    await load();
  } catch (error) {
    if (error.status === 401) {
      await signIn("");
      return transmit(upload);
    }
    upload.error = error;
    announce(`The upload failed. ${error.message}`);
  }
  changed();
}

function drop(upload) {
  view.uploads = view.uploads.filter((other) => other !== upload);
  changed();
}

function pick(event) {
  const selection = chosen(event.target.files);
  event.target.value = "";
  start(selection);
}

async function submitPath(event) {
  event.preventDefault();
  const form = event.target;
  const path = form.elements.path.value.trim();
  const { priority, ...flags } = options();
  try {
    const json = { path, priority: Number(priority) };
    for (const name of Object.keys(flags)) {
      json[name] = true;
    }
    const accepted = await post("v1/tasks", json);
    remember(accepted.task_id, path);
    view.pathProblem = null;
    form.reset();
    announce(`Accepted ${plural(accepted.total_files, "file")}.`);
    await load();
  } catch (error) {
    view.pathProblem = error;
  }
  changed();
}

/** Files may be dropped anywhere on the page; a browser would leave the page to show them. */
export const dragging = {
  enter(event) {
    if (event.dataTransfer?.types.includes("Files")) {
      event.preventDefault();
      view.dragging++;
      changed();
    }
  },
  over(event) {
    if (event.dataTransfer?.types.includes("Files")) {
      event.preventDefault();
    }
  },
  leave() {
    view.dragging = Math.max(0, view.dragging - 1);
    changed();
  },
  async drop(event) {
    view.dragging = 0;
    if (event.dataTransfer?.types.includes("Files")) {
      event.preventDefault();
      location.hash = "#/";
      start(await dropped(event.dataTransfer));
    }
    changed();
  },
};

// Templates

export function show() {
  return html`
    <h1 class="unseen" tabindex="-1">Tasks</h1>
    <div class="top">
      ${dropZone()} ${rightNow()}
    </div>
    ${view.uploads.map(uploadCard)}
    <section aria-labelledby="tasks-title">
      <h2 id="tasks-title">Tasks</h2>
      ${view.error ? trouble(view.error, load) : nothing} ${taskList()}
    </section>
  `;
}

function dropZone() {
  const set = (name, property) => (event) => {
    view.options[name] = event.target[property];
  };
  return html`<section class="drop ${view.dragging > 0 ? "over" : ""}" aria-labelledby="drop-title">
    <h2 id="drop-title">Drop files or folders here</h2>
    <p class="muted">PDF, Office, e-mail, e-books, web pages and plain text become searchable.</p>
    <div class="actions">
      <label class="button primary"><input class="unseen" type="file" multiple @change=${pick} id="files">Choose files</label>
      <label class="button"><input class="unseen" type="file" webkitdirectory multiple @change=${pick} id="folder">Choose a folder</label>
    </div>
    <details>
      <summary>A path on the server, and options</summary>
      <form class="path" @submit=${submitPath}>
        <label for="path">File, folder or pattern that the nodes can read</label>
        <div class="joined">
          <input id="path" name="path" required autocomplete="off" spellcheck="false" placeholder="/in/**/*.pdf"
            aria-describedby=${view.pathProblem ? "path-problem" : nothing}>
          <button type="submit">Submit</button>
        </div>
        ${view.pathProblem ? html`<p class="problem" id="path-problem" role="alert">${view.pathProblem.message}</p>` : nothing}
      </form>
      <fieldset class="options">
        <legend>For the next upload or path</legend>
        <label>Priority
          <select @change=${set("priority", "value")}>
            ${[9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map(
              (value) => html`<option value=${value} ?selected=${String(value) === view.options.priority}>${priorityName(value)}</option>`,
            )}
          </select>
        </label>
        <label class="check"><input type="checkbox" @change=${set("replace", "checked")}> Replace documents with the same name</label>
        <label class="check"><input type="checkbox" @change=${set("skip", "checked")}> Skip content that failed before</label>
      </fieldset>
    </details>
  </section>`;
}

export const priorityName = (value) => ({ 9: "9, first", 5: "5, normal", 0: "0, last" })[value] ?? String(value);

function rightNow() {
  const queue = view.queue;
  return html`<section class="card now" aria-labelledby="now-title">
    <h2 id="now-title">Right now</h2>
    ${queue === null
      ? loading()
      : html`<dl class="figures">
            <div><dt>Running</dt><dd>${count(queue.running)}</dd></div>
            <div><dt>Waiting</dt><dd>${count(queue.ready + queue.pending_later + queue.paused)}</dd></div>
            <div><dt>Free slots</dt><dd>${count(queue.slots_free)}<small> of ${count(queue.slots_total)}</small></dd></div>
          </dl>
          ${queue.nodes.active === 0 ? html`<p class="problem">No node is active, so nothing runs. Start one with <code>./filemill worker</code>.</p>` : nothing}
          ${view.history ? depthPlot(view.history, { small: true }) : nothing}
          <p class="more"><a href="#/cluster">Nodes and the last hour</a></p>`}
  </section>`;
}

function uploadCard(upload) {
  const { selection } = upload;
  const seconds = (performance.now() - upload.since) / 1000;
  const left = upload.loaded > 0 ? (seconds * (upload.total - upload.loaded)) / upload.loaded : null;
  return html`<section class="card upload" aria-label="Upload">
    <div class="line">
      <strong class="name">${selection.label || "Upload"}</strong>
      ${upload.error ? badge("bad", "Not uploaded") : badge("busy", upload.loaded < upload.total ? "Uploading" : "Being stored")}
    </div>
    ${upload.error
      ? html`<p class="problem" role="alert">${upload.error.title}. ${upload.error.message}</p>`
      : html`${progress("Upload", [["busy", upload.loaded]], upload.total, upload.loaded)}
          <p class="muted">${plural(selection.files.length, "file")}, ${bytes(upload.loaded)} of ${bytes(upload.total)}${
            upload.loaded > 0 && seconds > 1 ? `, ${bytes(upload.loaded / seconds)}/s` : ""
          }${left !== null && seconds > 2 && left > 1 ? `, ${duration(left)} left` : ""}${
            selection.hidden > 0 ? `, ${plural(selection.hidden, "hidden file")} left out` : ""
          }</p>`}
    <div class="actions">
      ${upload.error
        ? html`${selection.files.length > 0 ? html`<button type="button" @click=${() => transmit(upload)}>Send again</button>` : nothing}
            <button type="button" @click=${() => drop(upload)}>Dismiss</button>`
        : html`<button type="button" @click=${() => upload.stop?.()}>Stop</button>`}
    </div>
  </section>`;
}

function taskList() {
  if (view.tasks === null) {
    return view.error ? nothing : loading();
  }
  if (view.tasks.length === 0) {
    return empty("No tasks yet", "Drop some files above. Each upload becomes a task that you can watch, pause, cancel and retry here.");
  }
  return html`<ul class="tasks">
      ${repeat(view.tasks, (task) => task.task_id, taskRow)}
    </ul>
    ${view.next ? html`<button type="button" class="wide" @click=${showMore}>Show older tasks</button>` : nothing}`;
}

function taskRow(task) {
  const { word, kind } = standing(task);
  const name = nameOf(task);
  return html`<li class="task">
    <div class="line">
      <a class="name" href="#/tasks/${task.task_id}">${name}</a>
      ${badge(kind, word)}
    </div>
    ${taskProgress(task, `Progress of ${name}`)}
    <p class="line small">
      <span>${count(task.processed_files)} of ${plural(task.total_files, "file")}${
        task.failed_files > 0 ? html`, <span class="bad-text">${count(task.failed_files)} failed</span>` : nothing
      }${task.skipped_files > 0 ? `, ${count(task.skipped_files)} skipped` : ""}${pace(task)}</span>
      <span class="muted"><span class="mono">${shortId(task.task_id)}</span> · <time datetime=${task.created_at}>${ago(task.created_at, state.now)}</time></span>
    </p>
  </li>`;
}

/** How fast a task runs and when it will be done, as far as the server can tell. */
export function pace(task) {
  if (task.outcome) {
    return ` in ${duration(task.duration_seconds)}`;
  }
  return `${task.files_per_second > 0 ? `, ${rate(task.files_per_second)}` : ""}${
    task.eta_seconds !== null && task.eta_seconds !== undefined ? `, about ${duration(Math.ceil(task.eta_seconds))} left` : ""
  }`;
}
