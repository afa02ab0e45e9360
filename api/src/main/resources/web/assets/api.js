// Requests to the server. Who must sign in is asked, and the request sent again.

import { changed, state } from "./state.js";

const STORED = "filemill.credential";

/** Why a request was refused, or that there was no answer. */
export class Refusal extends Error {
  constructor(status, title, detail) {
    super(detail || title);
    this.status = status;
    this.title = title;
  }
}

export const credential = () => sessionStorage.getItem(STORED);

export function signOut() {
  sessionStorage.removeItem(STORED);
  location.reload();
}

let asking = null;

/** Asks for a key or token, once for all requests that wait for it. */
export function signIn(reason) {
  asking ??= new Promise((resolve) => {
    state.signIn = {
      reason,
      accept(secret) {
        sessionStorage.setItem(STORED, secret);
        state.signIn = null;
        asking = null;
        changed();
        resolve();
      },
    };
    changed();
  });
  return asking;
}

export function authorization() {
  const secret = credential();
  return secret ? { Authorization: `Bearer ${secret}` } : {};
}

export const get = (path, options) => call("GET", path, options);
export const post = (path, json, options) => call("POST", path, { json, ...options });
export const patch = (path, json) => call("PATCH", path, { json });

async function call(method, path, { json, headers = {} } = {}) {
  const answer = await send(method, path, json, headers);
  if (answer.status === 401) {
    await signIn(credential() ? "The key or token was not accepted." : "");
    return call(method, path, { json, headers });
  }
  if (!answer.ok) {
    throw await refusal(answer);
  }
  return answer.status === 204 ? null : answer.json();
}

async function send(method, path, json, headers) {
  try {
    const answer = await fetch(path, {
      method,
      headers: { ...authorization(), ...(json === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
      body: json === undefined ? undefined : JSON.stringify(json),
      credentials: "same-origin",
    });
    reached(true);
    return answer;
  } catch {
    reached(false);
    throw new Refusal(0, "No answer", "Filemill does not answer. It may be restarting; this page tries again by itself.");
  }
}

function reached(server) {
  if (state.offline === server) {
    state.offline = !server;
    changed();
  }
}

async function refusal(answer) {
  let problem = {};
  try {
    problem = await answer.json();
  } catch {
    // not from Filemill, perhaps from a proxy
  }
  return new Refusal(answer.status, problem.title ?? `Error ${answer.status}`, problem.detail ?? problem.error);
}

/** Saves what a path answers as a file. A plain link would do but for the key, which only a request can carry. */
export async function download(path, filename) {
  const answer = await send("GET", path, undefined, {});
  if (!answer.ok) {
    throw await refusal(answer);
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
