// The cluster: figures of the queue, the last hour, and the nodes.

import { html, nothing } from "./lit-html/lit-html.js";
import { repeat } from "./lit-html/directives/repeat.js";
import { get } from "./api.js";
import { depthPlot, loadHistory } from "./depth.js";
import { ago, bytes, count, duration, plural } from "./format.js";
import { changed, state } from "./state.js";
import { badge, empty, loading, trouble, usage } from "./ui.js";

const EVERY_MS = 3000;
const STANDINGS = { active: "good", draining: "warn", lost: "bad", stopped: "quiet" };

const view = { queue: null, history: null, nodes: null, error: null };

let timer = 0;

export function enter() {
  timer = setInterval(() => document.hidden || load(), EVERY_MS);
  return load();
}

export function leave() {
  clearInterval(timer);
}

async function load() {
  try {
    const [queue, { nodes }] = await Promise.all([get("v1/stats/queue"), isAdmin() ? get("v1/nodes") : { nodes: null }]);
    Object.assign(view, { queue, nodes, error: null });
    view.history = await loadHistory();
  } catch (error) {
    view.error = error;
  }
  changed();
}

const isAdmin = () => state.me?.scopes.includes("admin");

export function show() {
  const { queue } = view;
  return html`
    <h1 tabindex="-1">Cluster</h1>
    ${view.error ? trouble(view.error, load) : nothing}
    ${queue === null
      ? view.error ? nothing : loading()
      : html`<section class="card" aria-labelledby="queue-title">
          <h2 id="queue-title">Queue</h2>
          <dl class="figures">
            <div><dt>Running</dt><dd>${count(queue.running)}</dd></div>
            <div><dt>Ready</dt><dd>${count(queue.ready)}</dd></div>
            <div><dt>For later</dt><dd>${count(queue.pending_later)}</dd></div>
            <div><dt>Paused</dt><dd>${count(queue.paused)}</dd></div>
            <div><dt>Oldest waits</dt><dd>${queue.oldest_ready_at === null ? "–" : duration(queue.oldest_ready_age_seconds)}</dd></div>
            <div><dt>Free slots</dt><dd>${count(queue.slots_free)}<small> of ${count(queue.slots_total)}</small></dd></div>
          </dl>
          <h3>The last hour</h3>
          ${view.history ? depthPlot(view.history) : nothing}
        </section>`}
    ${view.nodes === null ? nothing : nodes()}
    ${state.me && !isAdmin() ? html`<p class="muted small">The nodes are shown to administrators only.</p>` : nothing}
    ${state.me?.dashboard ? html`<p class="small"><a href="dashboard">JobRunr's dashboard</a> shows the jobs that the nodes run now.</p>` : nothing}
  `;
}

function nodes() {
  const here = view.nodes.filter((node) => node.status !== "stopped");
  const gone = view.nodes.length - here.length;
  return html`<section aria-labelledby="nodes-title">
    <h2 id="nodes-title">Nodes</h2>
    ${here.length === 0
      ? empty("No node", "Files wait until one is started: ./filemill worker, or ./filemill serve, which has one inside.")
      : html`<ul class="nodes">${repeat(here, (node) => node.node_id, nodeCard)}</ul>`}
    ${gone > 0 ? html`<p class="muted small">${plural(gone, "node")} stopped and not shown.</p>` : nothing}
  </section>`;
}

/** A node takes more short files than it has slots, so that none stands still between two of them. */
function nodeCard(node) {
  const busy = Math.min(node.busy_slots, node.slots);
  const ahead = node.busy_slots - busy;
  return html`<li class="card node">
    <div class="line">
      <h3 class="name">${node.name}</h3>
      ${badge(STANDINGS[node.status] ?? "quiet", node.status)}
    </div>
    <p class="line small"><span>${count(busy)} of ${plural(node.slots, "slot")} busy</span><span class="muted">${
      ahead > 0 ? `${plural(ahead, "file")} taken ahead` : `${Math.round((100 * busy) / node.slots)} %`
    }</span></p>
    ${usage(`Busy slots of ${node.name}`, busy, node.slots)}
    <dl class="pairs">
      <div><dt>Processors</dt><dd>${plural(node.cpus, "CPU")}, ${bytes(node.memory_bytes)} of memory</dd></div>
      <div><dt>GPUs</dt><dd>${node.gpus.length === 0 ? "none" : gpus(node.gpus)}</dd></div>
      <div><dt>Why so many slots</dt><dd>${node.capacity_reason}</dd></div>
      <div><dt>Host</dt><dd>${node.host}, process ${node.pid}, ${node.version}</dd></div>
      <div><dt>Seen</dt><dd>${ago(node.heartbeat_at, state.now)}; started ${ago(node.started_at, state.now)}</dd></div>
    </dl>
  </li>`;
}

const gpus = (list) => list.map((gpu) => html`<span class="gpu">${gpu.name}${gpu.memory_bytes ? `, ${bytes(gpu.memory_bytes)}` : ""}</span>`);
