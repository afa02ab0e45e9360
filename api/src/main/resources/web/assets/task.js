// One task: how far it is, why files failed, its files, and what can be done with it.

import { html, nothing } from "./lit-html/lit-html.js";
import { live as is } from "./lit-html/directives/live.js";
import { repeat } from "./lit-html/directives/repeat.js";
import { credential, download, get, patch, post } from "./api.js";
import { ago, bytes, count, duration, moment, plural, rate } from "./format.js";
import { nameOf, shortId } from "./labels.js";
import { follow, throttled } from "./live.js";
import { announce, changed, confirmed, notify, state } from "./state.js";
import { priorityName } from "./tasks.js";
import { badge, empty, FILE_STANDINGS, loading, menu, standing, taskProgress, trouble } from "./ui.js";

const PAGE = 50;

const FILTERS = [
  ["", "All", "total_files"],
  ["pending", "Waiting", "pending_files"],
  ["running", "Running", "running_files"],
  ["completed", "Done", "successful_files"],
  ["failed", "Failed", "failed_files"],
  ["skipped", "Skipped", "skipped_files"],
];

const ACTORS = {
  USER_ACTIONABLE: "You can fix this",
  ADMIN_ACTIONABLE: "Whoever runs the server can fix this",
  RETRYABLE: "May pass by itself",
};

let view = blank("");
let stream = null;
let refresh = () => {};

function blank(id) {
  return {
    id,
    task: null,
    error: null,
    failures: [],
    counted: null,
    files: null,
    filesError: null,
    status: "",
    errorCode: "",
    cursors: [null],
    next: null,
    open: null,
    detail: null,
    working: false,
  };
}

export function enter(id) {
  view = blank(id);
  const mine = view;
  refresh = throttled(() => mine === view && load(mine), 1000);
  listen(mine);
  return load(mine);
}

function listen(mine) {
  stream = follow(
    `v1/tasks/${mine.id}/events`,
    (task) => {
      take(mine, task);
      refresh();
    },
    refresh,
    { one: true },
  );
}

export function leave() {
  stream?.close();
  view = blank("");
}

async function load(mine) {
  try {
    take(mine, await get(`v1/tasks/${mine.id}`));
    mine.error = null;
    await Promise.all([loadFiles(mine), loadFailures(mine)]);
  } catch (error) {
    mine.error = error;
  }
  changed();
}

function take(mine, task) {
  if (mine.task && !mine.task.outcome && task.outcome) {
    announce(`${nameOf(task)}: ${standing(task).word}. ${plural(task.successful_files, "file")} done, ${count(task.failed_files)} failed.`);
  }
  mine.task = task;
  if (mine === view && stream?.closed && !task.outcome) {
    listen(mine); // it was tried again after its end
  }
  changed();
}

/** Counting very many failures takes a while, so they are counted only when there are others. */
async function loadFailures(mine) {
  const counted = `${mine.task.failed_files} ${mine.task.outcome}`;
  if (mine.counted === counted) {
    return;
  }
  mine.failures = mine.task.failed_files === 0 ? [] : (await get(`v1/tasks/${mine.id}/failures`)).failures;
  mine.counted = counted;
}

async function loadFiles(mine) {
  const query = new URLSearchParams({ limit: PAGE });
  if (mine.status) {
    query.set("status", mine.status);
  }
  if (mine.errorCode) {
    query.set("error_code", mine.errorCode);
  }
  if (mine.cursors.at(-1)) {
    query.set("cursor", mine.cursors.at(-1));
  }
  const asked = query.toString();
  mine.asked = asked;
  try {
    const page = await get(`v1/tasks/${mine.id}/files?${asked}`);
    if (mine.asked === asked) {
      mine.files = page.files;
      mine.next = page.next_cursor;
      mine.filesError = null;
    }
  } catch (error) {
    mine.filesError = error;
  }
  changed();
}

function filter(status, errorCode = "") {
  Object.assign(view, { status, errorCode, cursors: [null], next: null, files: null, open: null });
  loadFiles(view);
  changed();
}

function turn(cursors) {
  Object.assign(view, { cursors, open: null });
  loadFiles(view);
}

async function toggle(fileId) {
  view.open = view.open === fileId ? null : fileId;
  view.detail = null;
  changed();
  if (view.open !== null) {
    try {
      const detail = await get(`v1/files/${fileId}`);
      if (view.open === fileId) {
        view.detail = detail;
      }
    } catch (error) {
      notify(error.message, "bad");
    }
    changed();
  }
}

/** Does what was asked for, tells how it ended, and shows the task as it is then. */
async function act(action, said) {
  const mine = view;
  if (mine.working) {
    return;
  }
  mine.working = true;
  changed();
  try {
    notify(said(await action()));
  } catch (error) {
    notify(error.message, "bad");
  }
  mine.working = false;
  mine.counted = null;
  if (mine === view) {
    await load(mine);
  }
}

const retrySaid = (answer) => {
  const skipped = answer.skipped_files > 0 ? ` ${plural(answer.skipped_files, "file")} could not be taken.` : "";
  return `${plural(answer.retried, "file")} will be tried again.${skipped}`;
};

const retryAll = () => act(() => post(`v1/tasks/${view.id}/retry`), retrySaid);

const retryCause = (cause) =>
  act(() => post(`v1/tasks/${view.id}/retry`, { error_codes: [cause.error_code], retryable: cause.error_retryable }), retrySaid);

const retryFile = (file) => act(() => post(`v1/files/${file.file_id}/retry`), retrySaid);

const cancelFile = (file) => act(() => post(`v1/files/${file.file_id}/cancel`), () => `${file.filename} is cancelled.`);

async function cancel() {
  const { pending_files: pending, running_files: running } = view.task;
  const agreed = await confirmed({
    title: "Cancel this task?",
    text: `${plural(pending, "waiting file")} will not run, and ${plural(running, "running file")} will be stopped. What is done stays.`,
    yes: "Cancel the task",
    no: "Keep it running",
  });
  if (agreed) {
    await act(
      () => post(`v1/tasks/${view.id}/cancel`),
      (answer) => `The task is cancelled; ${plural(answer.cancelled_files, "file")} stopped.`,
    );
  }
}

const pause = () => act(() => post(`v1/tasks/${view.id}/pause`), () => "Paused. Running files end; no other starts.");

const resume = () => act(() => post(`v1/tasks/${view.id}/resume`), () => "Resumed.");

const prioritise = (event) => {
  const priority = Number(event.target.value);
  return act(() => patch(`v1/tasks/${view.id}`, { priority }), () => `The priority is ${priority} now.`);
};

// Templates

export function show() {
  if (view.task === null) {
    return html`<h1 class="unseen" tabindex="-1">Task</h1>
      ${view.error ? html`<p><a href="#/">All tasks</a></p>${trouble(view.error, view.error.status === 404 ? null : () => load(view))}` : loading()}`;
  }
  const task = view.task;
  const { word, kind } = standing(task);
  return html`
    <p class="crumb"><a href="#/">Tasks</a></p>
    <div class="line title">
      <h1 tabindex="-1">${nameOf(task)}</h1>
      ${badge(kind, word)}
    </div>
    <p class="muted small facts">
      <span class="mono">${shortId(task.task_id)}</span>
      <span>${task.processor}</span>
      <span>submitted <time datetime=${task.created_at}>${ago(task.created_at, state.now)}</time></span>
      ${task.duplicates_ignored > 0 ? html`<span>${plural(task.duplicates_ignored, "duplicate")} ignored</span>` : nothing}
      ${task.ignored_files > 0 ? html`<span>${plural(task.ignored_files, "listed file")} left out</span>` : nothing}
      ${task.paused_by && task.paused_by !== "task" ? html`<span>paused for the whole ${task.paused_by}</span>` : nothing}
    </p>
    ${view.error ? trouble(view.error, () => load(view)) : nothing}
    ${task.error ? html`<p class="problem">${task.error}</p>` : nothing}
    ${overview(task)} ${actions(task)} ${failures()} ${files(task)}
  `;
}

function overview(task) {
  const done = task.total_files === 0 ? 0 : Math.floor((100 * task.processed_files) / task.total_files);
  return html`<section class="card overview" aria-label="Progress">
    <p class="line">
      <span><strong class="big">${done} %</strong> <span class="muted">${count(task.processed_files)} of ${plural(task.total_files, "file")}${task.preparing ? " found so far" : ""}</span></span>
      <span class="muted">${task.outcome
        ? `took ${duration(task.duration_seconds)}`
        : [
            task.files_per_second > 0 ? rate(task.files_per_second) : null,
            task.eta_seconds !== null && task.eta_seconds !== undefined ? `about ${duration(Math.ceil(task.eta_seconds))} left` : null,
            `for ${duration(sinceStart(task))}`,
          ].filter(Boolean).join(", ")}</span>
    </p>
    ${taskProgress(task, "Progress of this task")}
    <dl class="figures">
      <div><dt class="key good">Done</dt><dd>${count(task.successful_files)}</dd></div>
      <div><dt class="key skipped">Skipped</dt><dd>${count(task.skipped_files)}</dd></div>
      <div><dt class="key bad">Failed</dt><dd>${count(task.failed_files)}</dd></div>
      <div><dt class="key busy">Running</dt><dd>${count(task.running_files)}</dd></div>
      <div><dt class="key rest">Waiting</dt><dd>${count(task.pending_files)}</dd></div>
    </dl>
  </section>`;
}

const sinceStart = (task) => Math.max(0, Math.round((state.now - Date.parse(task.created_at)) / 1000));

/** Buttons stay in the order of Tab while something is done, else the one that was pressed would lose the focus. */
const working = () => (view.working ? "true" : nothing);

function actions(task) {
  const ended = Boolean(task.outcome);
  return html`<div class="actions bar" role="group" aria-label="What to do with this task">
    ${task.failed_files > 0
      ? html`<button type="button" class="primary" aria-disabled=${working()} @click=${retryAll}>Retry what failed</button>`
      : nothing}
    ${ended
      ? nothing
      : html`<button type="button" aria-disabled=${working()} @click=${task.paused_by === "task" ? resume : pause}>${task.paused_by === "task" ? "Resume" : "Pause"}</button>
          <button type="button" class="danger" aria-disabled=${working()} @click=${cancel}>Cancel</button>`}
    ${menu("Report", reports(task))}
    ${ended
      ? nothing
      : html`<label class="inline">Priority
          <select @change=${prioritise} aria-disabled=${working()}>
            ${[9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map(
              (value) => html`<option value=${value} .selected=${is(value === task.priority)}>${priorityName(value)}</option>`,
            )}
          </select>
        </label>`}
  </div>`;
}

function reports(task) {
  const kinds = [
    ["All files, CSV", "csv", false],
    ["All files, JSON Lines", "jsonl", false],
    ...(task.failed_files > 0
      ? [
          ["Failed files, CSV", "csv", true],
          ["Failed files, JSON Lines", "jsonl", true],
        ]
      : []),
  ];
  return kinds.map(([label, format, failed]) => {
    const path = `v1/tasks/${task.task_id}/report?format=${format}${failed ? "&only=failed" : ""}`;
    const name = `${shortId(task.task_id)}${failed ? "-failed" : ""}.${format}`;
    const fetched = async (event) => {
      event.target.closest("details").open = false;
      if (credential()) {
        event.preventDefault();
        try {
          await download(path, name);
        } catch (error) {
          notify(error.message, "bad");
        }
      }
    };
    return html`<a href=${path} download=${name} @click=${fetched}>${label}</a>`;
  });
}

function failures() {
  if (view.failures.length === 0) {
    return nothing;
  }
  return html`<section aria-labelledby="failures-title">
    <h2 id="failures-title">Why files failed</h2>
    <ul class="causes">
      ${repeat(
        view.failures,
        (cause) => `${cause.error_code} ${cause.error_component} ${cause.error_actionable_by} ${cause.error_retryable}`,
        (cause) => html`<li class="card cause">
          <div class="line">
            <h3><span class="mono">${cause.error_code}</span> <span class="muted">${plural(cause.files, "file")}</span></h3>
            <span class="muted small">${ACTORS[cause.error_actionable_by] ?? ""}</span>
          </div>
          <p>${cause.what_to_do}</p>
          <p class="example small"><span class="muted">For example</span> <span class="name">${cause.example.filename}</span>
            <span class="muted">${cause.example.error}</span></p>
          <div class="actions">
            <button type="button" aria-disabled=${working()} @click=${() => retryCause(cause)}
              aria-label="Retry ${plural(cause.files, "file")} with ${cause.error_code}">Retry ${count(cause.files)}</button>
            <button type="button" class="plain" @click=${() => showCause(cause)}>Show these files<span class="unseen"> with ${cause.error_code}</span></button>
          </div>
        </li>`,
      )}
    </ul>
  </section>`;
}

function showCause(cause) {
  filter("failed", cause.error_code);
  document.getElementById("files-title").scrollIntoView({ block: "start" });
  document.getElementById("files-title").focus({ preventScroll: true });
}

function files(task) {
  return html`<section aria-labelledby="files-title">
    <h2 id="files-title" tabindex="-1">Files</h2>
    <div class="filters" role="group" aria-label="Show files that are">
      ${FILTERS.map(
        ([status, label, counter]) => html`<button type="button" class="filter" aria-pressed=${view.status === status && !view.errorCode ? "true" : "false"}
          @click=${() => filter(status)}>${label} <span class="muted">${count(task[counter])}</span></button>`,
      )}
      ${view.errorCode
        ? html`<button type="button" class="filter" aria-pressed="true" @click=${() => filter("failed")}
            ><span class="mono">${view.errorCode}</span><span aria-hidden="true">×</span><span class="unseen">only; press to show all failed files</span></button>`
        : nothing}
    </div>
    ${view.filesError ? trouble(view.filesError, () => loadFiles(view)) : nothing} ${table()} ${pages()}
  </section>`;
}

function table() {
  if (view.files === null) {
    return view.filesError ? nothing : loading();
  }
  if (view.files.length === 0) {
    return empty("No files here", view.status ? "No file of this task is in this state at the moment." : "Files appear as soon as they are listed.");
  }
  return html`<div class="scroll"><table class="files">
    <caption class="unseen">Files of this task</caption>
    <thead>
      <tr>
        <th scope="col">File</th><th scope="col">State</th><th scope="col" class="number wide-only">Size</th>
        <th scope="col" class="number wide-only">Attempts</th><th scope="col" class="number wide-only">Took</th>
        <th scope="col"><span class="unseen">What to do</span></th>
      </tr>
    </thead>
    <tbody>
      ${repeat(view.files, (file) => file.file_id, fileRow)}
    </tbody>
  </table></div>`;
}

function fileRow(file) {
  const { word, kind } = FILE_STANDINGS[file.status];
  const open = view.open === file.file_id;
  return html`<tr>
      <th scope="row">
        <button type="button" class="plain name" aria-expanded=${open ? "true" : "false"} @click=${() => toggle(file.file_id)}>${file.filename}</button>
        ${file.status === "failed" && !open ? html`<span class="row-error">${file.error}</span>` : nothing}
        ${file.status === "pending" && file.error ? html`<span class="row-error quiet">Will be tried again: ${file.error}</span>` : nothing}
      </th>
      <td>${badge(kind, word)}</td>
      <td class="number wide-only">${bytes(file.size_bytes)}</td>
      <td class="number wide-only">${file.attempt > 0 ? file.attempt : ""}</td>
      <td class="number wide-only">${file.duration_seconds === null ? "" : duration(file.duration_seconds)}</td>
      <td class="row-action">
        ${file.status === "failed"
          ? html`<button type="button" class="small" aria-disabled=${working()} @click=${() => retryFile(file)} aria-label="Retry ${file.filename}">Retry</button>`
          : nothing}
        ${file.status === "pending" || file.status === "running"
          ? html`<button type="button" class="small" aria-disabled=${working()} @click=${() => cancelFile(file)} aria-label="Cancel ${file.filename}">Cancel</button>`
          : nothing}
      </td>
    </tr>
    ${open ? html`<tr class="detail"><td colspan="6">${view.detail ? fileDetail(view.detail) : loading()}</td></tr>` : nothing}`;
}

function fileDetail(file) {
  return html`
    ${file.error ? html`<p class="problem">${file.error}</p>` : nothing}
    <dl class="pairs">
      <div><dt>Item</dt><dd class="mono">${file.item}</dd></div>
      ${file.size_bytes === null ? nothing : html`<div><dt>Size</dt><dd>${bytes(file.size_bytes)}</dd></div>`}
      ${file.node ? html`<div><dt>Node</dt><dd>${file.node}</dd></div>` : nothing}
      ${file.error_code ? html`<div><dt>Cause</dt><dd><span class="mono">${file.error_code}</span> in ${file.error_component}, ${file.error_phase.replaceAll("_", " ")}</dd></div>` : nothing}
      ${file.started_at ? html`<div><dt>Started</dt><dd>${moment(file.started_at)}</dd></div>` : nothing}
      ${file.finished_at ? html`<div><dt>Ended</dt><dd>${moment(file.finished_at)}</dd></div>` : nothing}
      ${file.result?.reason ? html`<div><dt>Skipped</dt><dd>${file.result.reason.replaceAll("_", " ")}</dd></div>` : nothing}
      ${file.sha256 ? html`<div><dt>SHA-256</dt><dd class="mono break">${file.sha256}</dd></div>` : nothing}
    </dl>
    ${file.attempts?.length > 0
      ? html`<h3>Attempts before</h3>
          <ol class="attempts">
            ${file.attempts.map(
              (attempt) => html`<li value=${attempt.attempt}>${attempt.ended}${attempt.node ? ` on ${attempt.node}` : ""}, ${moment(attempt.ended_at)}${
                attempt.error ? html`<br><span class="muted">${attempt.error}</span>` : nothing
              }</li>`,
            )}
          </ol>`
      : nothing}
  `;
}

function pages() {
  if (view.cursors.length === 1 && !view.next) {
    return nothing;
  }
  return html`<nav class="pages" aria-label="Pages of files">
    <button type="button" ?disabled=${view.cursors.length === 1} @click=${() => turn(view.cursors.slice(0, -1))}>Back</button>
    <span class="muted">Page ${count(view.cursors.length)}</span>
    <button type="button" ?disabled=${!view.next} @click=${() => turn([...view.cursors, view.next])}>Next</button>
  </nav>`;
}
