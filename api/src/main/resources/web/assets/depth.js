// The queue over the last hour, as a plot and as a table.

import { html, nothing, svg } from "./lit-html/lit-html.js";
import { get } from "./api.js";
import { count, moment, plural } from "./format.js";

const HOUR_MS = 3600 * 1000;
const WIDTH = 600;
const HEIGHT = 100;
const ROWS = 12;

/** The points of the last hour, the oldest first. */
export async function loadHistory() {
  const { samples } = await get("v1/stats/queue/history");
  return samples.map((sample) => ({
    at: Date.parse(sample.at),
    waiting: sample.ready + sample.pending_later + sample.paused,
    running: sample.running,
  }));
}

export function depthPlot(points, { small = false } = {}) {
  if (points.length < 2) {
    return html`<p class="muted">The plot of the last hour begins with the first minutes of this server.</p>`;
  }
  const end = points.at(-1).at;
  const most = Math.max(1, ...points.map((point) => Math.max(point.waiting, point.running)));
  const x = (point) => WIDTH - (WIDTH * (end - point.at)) / HOUR_MS;
  const y = (value) => HEIGHT - (HEIGHT * value) / most;
  const shown = points.filter((point) => end - point.at <= HOUR_MS);
  const line = (name) => shown.map((point, i) => `${i === 0 ? "M" : "L"}${x(point).toFixed(1)} ${y(point[name]).toFixed(1)}`).join("");
  const area = `${line("waiting")}L${WIDTH} ${HEIGHT}L${x(shown[0]).toFixed(1)} ${HEIGHT}Z`;
  const peak = shown.reduce((a, b) => (b.waiting > a.waiting ? b : a));
  const last = shown.at(-1);
  const summary = `Queue over the last hour: now ${plural(last.waiting, "file")} waiting and ${count(last.running)} running; most waited at ${moment(peak.at)}, ${count(peak.waiting)}.`;
  return html`<figure class="plot ${small ? "small" : ""}">
    <div class="plot-area">
      <span class="plot-top" aria-hidden="true">${count(most)}</span>
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${summary}>
        ${small ? nothing : [0.25, 0.5, 0.75].map((part) => svg`<path class="grid" d="M0 ${HEIGHT * part}H${WIDTH}"/>`)}
        <path class="area" d=${area} />
        <path class="waiting" d=${line("waiting")} />
        <path class="running" d=${line("running")} />
        <path class="base" d="M0 ${HEIGHT}H${WIDTH}" />
      </svg>
    </div>
    <div class="plot-times" aria-hidden="true"><span>an hour ago</span><span>now</span></div>
    ${small ? nothing : legend(shown)}
  </figure>`;
}

function legend(points) {
  const step = Math.max(1, Math.ceil(points.length / ROWS));
  const rows = points.filter((_, i) => (points.length - 1 - i) % step === 0).reverse();
  return html`<figcaption>
    <p class="legend"><span class="key waiting">Waiting</span> <span class="key running">Running</span></p>
    <details>
      <summary>The same as a table</summary>
      <table>
        <thead><tr><th scope="col">Time</th><th scope="col" class="number">Waiting</th><th scope="col" class="number">Running</th></tr></thead>
        <tbody>
          ${rows.map(
            (point) => html`<tr><td>${moment(point.at)}</td><td class="number">${count(point.waiting)}</td><td class="number">${count(point.running)}</td></tr>`,
          )}
        </tbody>
      </table>
    </details>
  </figcaption>`;
}
