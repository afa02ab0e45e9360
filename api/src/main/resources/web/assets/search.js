// Searches the text of what was ingested.

import { html, nothing } from "./lit-html/lit-html.js";
import { get } from "./api.js";
import { count, plural } from "./format.js";
import { announce, changed } from "./state.js";
import { empty, loading, trouble } from "./ui.js";

const PAGE = 20;

const view = { query: "", result: null, error: null, busy: false };

export function enter(parameters) {
  const query = parameters.get("q") ?? "";
  if (query && query !== view.query) {
    view.query = query;
    return search(0);
  }
}

export function leave() {}

async function search(offset) {
  const { query } = view;
  view.busy = true;
  view.error = null;
  if (offset === 0) {
    view.result = null;
  }
  changed();
  try {
    const result = await get(`v1/search?${new URLSearchParams({ q: query, limit: PAGE, offset })}`);
    if (query === view.query) {
      view.result = { total: result.total, hits: offset === 0 ? result.hits : [...view.result.hits, ...result.hits] };
      announce(`${plural(result.total, "passage")} found.`);
    }
  } catch (error) {
    view.error = error;
  }
  view.busy = false;
  changed();
}

function submit(event) {
  event.preventDefault();
  const query = event.target.elements.q.value.trim();
  if (query) {
    history.replaceState(null, "", `#/search?${new URLSearchParams({ q: query })}`);
    view.query = query;
    search(0);
  }
}

/** A snippet with what matched marked. It is text of a document, so it is taken apart and never read as HTML. */
export function marked(snippet) {
  return snippet.split(/\*\*(.+?)\*\*/s).map((part, i) => (i % 2 === 1 ? html`<mark>${part}</mark>` : part));
}

export function show() {
  return html`
    <h1 tabindex="-1">Search</h1>
    <form class="search" role="search" @submit=${submit}>
      <label class="unseen" for="q">Words</label>
      <div class="joined">
        <input id="q" name="q" type="search" .value=${view.query} maxlength="1000" required autocomplete="off" aria-describedby="search-hint">
        <button type="submit" class="primary">Search</button>
      </div>
      <p class="muted small" id="search-hint">Words, “exact phrases”, <em>or</em>, and −words to leave out.</p>
    </form>
    ${view.error ? trouble(view.error, () => search(0)) : nothing} ${results()}
  `;
}

function results() {
  const { result } = view;
  if (result === null) {
    return view.busy ? loading() : view.error ? nothing : empty("Search the text of your documents", "Everything that a task has ingested is found here at once.");
  }
  if (result.hits.length === 0) {
    return empty(`Nothing found for “${view.query}”`, "Try fewer words, or other forms of them.");
  }
  return html`<p class="muted">${plural(result.total, "passage")}</p>
    <ol class="hits">
      ${result.hits.map(
        (hit) => html`<li class="hit">
          <h2>${hit.filename}</h2>
          <p class="muted small facts">
            ${hit.page ? html`<span>page ${count(hit.page)}</span>` : nothing} ${hit.part ? html`<span>in ${hit.part}</span>` : nothing}
            ${hit.type === "text" ? nothing : html`<span>${hit.type}</span>`}<span>${hit.mimetype}</span>
          </p>
          <p class="snippet">${marked(hit.snippet)}</p>
        </li>`,
      )}
    </ol>
    ${result.hits.length < result.total && result.hits.length <= 10000
      ? html`<button type="button" class="wide" ?disabled=${view.busy} @click=${() => search(result.hits.length)}>Show more</button>`
      : nothing}`;
}
