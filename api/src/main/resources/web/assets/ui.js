// Pieces that several views are made of. Texts become text nodes; nothing here or elsewhere turns them into elements.

import { html, nothing, svg } from "./lit-html/lit-html.js";
import { count, plural } from "./format.js";

export const badge = (kind, word) => html`<span class="badge ${kind}">${word}</span>`;

/** How a task stands, as a word and a kind that gives it its colour. */
export function standing(task) {
  if (task.outcome) {
    return {
      success: { word: "Done", kind: "good" },
      partial: { word: "Done, some failed", kind: "bad" },
      failed: { word: "Failed", kind: "bad" },
      cancelled: { word: "Cancelled", kind: "quiet" },
    }[task.outcome];
  }
  if (task.paused) {
    return { word: "Paused", kind: "warn" };
  }
  if (task.not_before && Date.parse(task.not_before) > Date.now()) {
    return { word: "Scheduled", kind: "quiet" };
  }
  if (task.preparing) {
    return { word: "Listing files", kind: "busy" };
  }
  return task.status === "pending" ? { word: "Waiting", kind: "quiet" } : { word: "Running", kind: "busy" };
}

export const FILE_STANDINGS = {
  pending: { word: "Waiting", kind: "quiet" },
  running: { word: "Running", kind: "busy" },
  completed: { word: "Done", kind: "good" },
  failed: { word: "Failed", kind: "bad" },
  skipped: { word: "Skipped", kind: "skipped" },
};

/** Drawn with attributes, since the page's policy permits no style that is not in its stylesheet. */
function segments(parts, total) {
  let at = 0;
  return html`<svg class="segments" width="100%" height="100%" aria-hidden="true">
    ${parts
      .filter(([, size]) => size > 0)
      .map(([kind, size]) => {
        const x = at;
        at += size;
        return svg`<rect class=${kind} x="${(100 * x) / total}%" width="${(100 * size) / total}%" height="100%"/>`;
      })}
  </svg>`;
}

export function progress(label, parts, total, done, text) {
  const percent = total === 0 ? 0 : Math.floor((100 * done) / total);
  return html`<div class="progress" role="progressbar" aria-label=${label} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent}
    aria-valuetext=${text ?? `${percent} %`}>${segments(parts, Math.max(total, 1))}</div>`;
}

export function taskProgress(task, label) {
  return progress(
    label,
    [
      ["good", task.successful_files],
      ["skipped", task.skipped_files],
      ["bad", task.failed_files],
      ["busy", task.running_files],
    ],
    task.total_files,
    task.processed_files,
    `${count(task.processed_files)} of ${plural(task.total_files, "file")}`,
  );
}

export function usage(label, used, total) {
  return progress(label, [["busy", used]], total, used, `${used} of ${total}`);
}

/** What a view shows instead of content that it could not get. */
export function trouble(error, retry) {
  return html`<div class="trouble" role="alert">
    <p><strong>${error.title ?? "Something went wrong"}.</strong> ${error.message}</p>
    ${retry ? html`<button type="button" @click=${retry}>Try again</button>` : nothing}
  </div>`;
}

export const empty = (title, text) => html`<div class="empty"><p class="empty-title">${title}</p><p>${text}</p></div>`;

export const loading = () => html`<p class="loading">Loading…</p>`;

/** A menu that opens below its button; Escape and a click elsewhere close it. */
export function menu(label, content) {
  const close = (event) => {
    const details = event.currentTarget;
    if (event.type === "keydown" ? event.key === "Escape" && details.open : !details.contains(event.relatedTarget)) {
      details.open = false;
      if (event.type === "keydown") {
        details.querySelector("summary").focus();
      }
    }
  };
  return html`<details class="menu" @keydown=${close} @focusout=${close}>
    <summary class="button">${label}</summary>
    <div class="menu-content">${content}</div>
  </details>`;
}
