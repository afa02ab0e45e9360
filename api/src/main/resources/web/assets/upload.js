// Collects what a person drops or chooses, and sends it in one request.

import { authorization, Refusal } from "./api.js";

const MOST_FILES = 100000; // the server's limit for one request

/** The files among what was chosen, without hidden ones inside folders. */
export function chosen(list) {
  const all = [...list].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
  return sorted(all);
}

/** The files that were dropped, those inside dropped folders included. Must be called while the event is handled. */
export async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) {
    return chosen(transfer.files);
  }
  const all = [];
  const open = entries.reverse();
  while (open.length > 0) {
    const entry = open.pop();
    if (entry.isDirectory) {
      open.push(...(await children(entry)).reverse());
    } else {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      all.push({ file, path: entry.fullPath.replace(/^\//, "") });
    }
  }
  return sorted(all);
}

/** A browser gives the children of a folder in portions, the last of which is empty. */
async function children(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) {
      return all;
    }
    all.push(...some);
  }
}

function sorted(all) {
  const files = all.filter(({ path }) => !path.split("/").some((name, i) => i > 0 && name.startsWith(".")));
  const folders = new Set(files.filter(({ path }) => path.includes("/")).map(({ path }) => path.split("/")[0]));
  return {
    files,
    hidden: all.length - files.length,
    bytes: files.reduce((sum, { file }) => sum + file.size, 0),
    label: label(files, [...folders]),
  };
}

function label(files, folders) {
  if (files.length === 1) {
    return files[0].path;
  }
  if (folders.length > 0) {
    return folders.length === 1 ? `${folders[0]}/` : `${folders[0]}/ and ${folders.length - 1} more`;
  }
  return files.length === 0 ? "" : `${files[0].path} and ${files.length - 1} more`;
}

/** A key under which the request can be sent again after a lost answer. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Sends files as one task.
 *
 * @param onProgress is told how many bytes have gone, and how many there are
 * @return a promise of the answer, and a function that stops it
 */
export function send(selection, options, key, onProgress) {
  const request = new XMLHttpRequest(); // fetch does not tell how far it is
  const answer = new Promise((resolve, reject) => {
    if (selection.files.length > MOST_FILES) {
      reject(new Refusal(0, "Too many files", `One upload can have ${MOST_FILES} files. Choose a part of them at a time.`));
      return;
    }
    const form = new FormData();
    for (const [name, value] of Object.entries(options)) {
      form.append(name, value);
    }
    for (const { file, path } of selection.files) {
      form.append("file", file, path);
    }
    request.open("POST", "v1/tasks");
    request.responseType = "json";
    request.setRequestHeader("Idempotency-Key", key);
    for (const [name, value] of Object.entries(authorization())) {
      request.setRequestHeader(name, value);
    }
    request.upload.onprogress = (event) => onProgress(event.loaded, event.total);
    request.onload = () => {
      const body = request.response ?? {};
      if (request.status >= 200 && request.status < 300) {
        resolve(body);
      } else {
        reject(new Refusal(request.status, body.title ?? `Error ${request.status}`, body.detail ?? ""));
      }
    };
    request.onerror = () => reject(new Refusal(0, "The upload broke off", "Nothing of it was kept unless it had arrived. It can be sent again safely."));
    request.onabort = () => reject(new Refusal(0, "Stopped", "The upload was stopped; nothing of it was kept."));
    request.send(form);
  });
  return { answer, stop: () => request.abort() };
}
