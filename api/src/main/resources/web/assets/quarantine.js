// Files that took a process down each time they were tried, until somebody lets them run again.

import { html, nothing } from "./lit-html/lit-html.js";
import { repeat } from "./lit-html/directives/repeat.js";
import { get, post } from "./api.js";
import { ago, bytes } from "./format.js";
import { changed, notify, state } from "./state.js";
import { empty, loading, trouble } from "./ui.js";

const view = { files: null, next: null, error: null, working: false };

export const enter = () => load(null);

export function leave() {}

async function load(cursor) {
  try {
    const page = await get(`v1/quarantine?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    view.files = cursor ? [...view.files, ...page.files] : page.files;
    view.next = page.next_cursor;
    view.error = null;
  } catch (error) {
    view.error = error;
  }
  changed();
}

async function release(file) {
  view.working = true;
  changed();
  try {
    const { retried } = await post(`v1/files/${file.file_id}/retry`);
    notify(retried > 0 ? `${file.filename} runs again.` : `${file.filename} could not be taken; its bytes may be gone.`, retried > 0 ? "good" : "bad");
  } catch (error) {
    notify(error.message, "bad");
  }
  view.working = false;
  await load(null);
}

export function show() {
  return html`
    <h1 tabindex="-1">Quarantine</h1>
    <p class="muted">Files that took a process down each time they were tried. They stay here until you let them run again.</p>
    ${view.error ? trouble(view.error, () => load(null)) : nothing} ${list()}
  `;
}

function list() {
  if (view.files === null) {
    return view.error ? nothing : loading();
  }
  if (view.files.length === 0) {
    return empty("Nothing is in quarantine", "That is as it should be.");
  }
  return html`<div class="scroll"><table class="files">
      <caption class="unseen">Files in quarantine</caption>
      <thead>
        <tr><th scope="col">File</th><th scope="col">Cause</th><th scope="col" class="number wide-only">Size</th><th scope="col" class="wide-only">When</th>
          <th scope="col"><span class="unseen">What to do</span></th></tr>
      </thead>
      <tbody>
        ${repeat(view.files, (file) => file.file_id, row)}
      </tbody>
    </table></div>
    ${view.next ? html`<button type="button" class="wide" @click=${() => load(view.next)}>Show more</button>` : nothing}`;
}

const row = (file) => html`<tr>
  <th scope="row"><span class="name">${file.filename}</span><span class="row-error">${file.error}</span></th>
  <td class="mono">${file.error_code}</td>
  <td class="number wide-only">${bytes(file.size_bytes)}</td>
  <td class="wide-only">${file.finished_at ? ago(file.finished_at, state.now) : ""}</td>
  <td class="row-action"><button type="button" class="small" ?disabled=${view.working} @click=${() => release(file)} aria-label="Let ${file.filename} run again">Run again</button></td>
</tr>`;
