// What tasks are called. The server knows no names of tasks, so this browser remembers where those come from that it has sent.

import { plural } from "./format.js";

const STORED = "filemill.labels";
const MOST = 200;

let labels = read();

function read() {
  try {
    return JSON.parse(localStorage.getItem(STORED)) ?? {};
  } catch {
    return {};
  }
}

export function remember(taskId, label) {
  labels = Object.fromEntries([...Object.entries(read()).slice(-MOST + 1), [taskId, label]]);
  try {
    localStorage.setItem(STORED, JSON.stringify(labels));
  } catch {
    // storage is full or switched off, and the label is only a comfort
  }
}

export const nameOf = (task) => labels[task.task_id] ?? plural(task.total_files, "file");

export const shortId = (taskId) => taskId.slice(0, 8);
