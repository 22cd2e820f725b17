// The service by its public API: what this page does, any program can do.

const root = "/api/v1";

// Problem is an error that the service answered (RFC 9457), or that kept it from answering.
export class Problem extends Error {
  constructor(status, body, retryAfter = 0) {
    super(body.detail || body.title || "The service answered with an error.");
    this.status = status;
    this.title = body.title ?? "";
    this.errors = (body.errors ?? []).map((e) => [e.location, e.message].filter(Boolean).join(": "));
    this.retryAfter = retryAfter; // seconds
  }
}

// calls are the last calls, newest first, for whoever wants to do the same by a program.
export const calls = [];
const keptCalls = 30;
export const onCall = new EventTarget();

function note(call) {
  calls.unshift(call);
  calls.length = Math.min(calls.length, keptCalls);
  onCall.dispatchEvent(new Event("call"));
}

// address makes the path of a call; empty values of the query are left out.
export function address(path, query = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === "" || value === null || value === undefined || value === false) continue;
    for (const one of [value].flat()) search.append(name, one);
  }
  const text = search.toString();
  return root + path + (text && "?" + text);
}

// part escapes one part of a path.
export const part = encodeURIComponent;

// randomKey names a write, so that one that is sent twice is done once.
function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

// call asks the service. Options: query; json, form or file as the body; signal; quiet keeps
// the call out of the list. It gives what was answered, or throws a Problem.
export async function call(method, path, { query, json, form, file, signal, quiet } = {}) {
  const url = address(path, query);
  const headers = {};
  let body;
  if (json !== undefined) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(json);
  } else if (form) {
    body = formData(form);
  } else if (file) {
    headers["Content-Type"] = file.type || "application/octet-stream";
    body = file;
  }
  if (method !== "GET") headers["Idempotency-Key"] = randomKey();
  const noted = { method, url, json, form, file: file && (file.name || "picture.jpg"), type: headers["Content-Type"], at: new Date() };
  const began = performance.now();
  try {
    const response = await fetch(url, { method, headers, body, signal, credentials: "same-origin" });
    noted.status = response.status;
    return await read(response);
  } catch (error) {
    if (error instanceof TypeError) throw new Problem(0, { title: "No connection", detail: "The service cannot be reached. Is it running, and is the network there?" });
    throw error;
  } finally {
    noted.ms = performance.now() - began;
    if (!quiet) note(noted);
  }
}

function formData(fields) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value === "" || value === null || value === undefined) continue;
    for (const one of [value].flat()) {
      if (one instanceof Blob) data.append(name, one, one.name || "picture.jpg");
      else data.append(name, one);
    }
  }
  return data;
}

async function read(response) {
  if (response.status === 204) return null;
  const kind = response.headers.get("Content-Type") ?? "";
  const body = /json/.test(kind) ? await response.json().catch(() => ({})) : { detail: await response.text() };
  if (response.ok) return body;
  const problem = new Problem(response.status, body, Number(response.headers.get("Retry-After")) || 0);
  if (response.status === 401 && !response.url.endsWith("/session")) window.dispatchEvent(new CustomEvent("signed-out"));
  throw problem;
}

export const get = (path, options) => call("GET", path, options);
export const post = (path, options) => call("POST", path, options);
export const patch = (path, options) => call("PATCH", path, options);
export const remove = (path, options) => call("DELETE", path, options);

// curl is a call as a command line. A key, where one is needed, is named and not shown: the page
// does not know it.
export function curl({ method, url, json, form, file, type }, { key }) {
  const words = ["curl"];
  if (method !== "GET" && !(method === "POST" && (json !== undefined || form || file))) words.push("-X " + method);
  words.push(quoted(location.origin + url));
  if (key) words.push('-H "Authorization: Bearer $EXEMPLAR_KEY"');
  if (json !== undefined) words.push("-H 'Content-Type: application/json'", "-d " + quoted(JSON.stringify(json)));
  if (file) words.push("-H " + quoted("Content-Type: " + type), "--data-binary " + quoted("@" + file));
  for (const [name, value] of Object.entries(form ?? {})) {
    for (const one of [value].flat()) {
      if (one === "" || one === null || one === undefined) continue;
      words.push("-F " + quoted(name + "=" + (one instanceof Blob ? "@" + (one.name || "picture.jpg") : one)));
    }
  }
  return words.join(" \\\n  ");
}

function quoted(text) { return "'" + String(text).replaceAll("'", `'\\''`) + "'"; }
