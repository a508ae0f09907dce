/* The API as this page uses it. Every failure is one of two: the server said no (Problem) or did not answer (Away). */

import { askForKey, keyed } from "./key.js";
import { t } from "./language.js";
import { parse } from "./events.js";
import { pointsOf } from "./text.js";

/** A problem document (RFC 9457): what happened, and what can be done. */
export class Problem extends Error {
  constructor(body, status) {
    super(body.detail || body.title || t("status.said", { status }));
    this.status = status;
    this.hint = body.hint || "";
    this.code = body.code || "";
    this.requestId = body.request_id || "";
  }
}

/** No usable reply: the server is down, or the connection ended before the reply was whole. */
export class Away extends Error {
  constructor() { super(t("away")); }
}

const unreadable = (status) => new Problem({ title: t("unreadable"), hint: t("unreadable.hint") }, status);

async function call(path, options) {
  const headers = keyed(options?.headers);
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch (error) {
    throw error.name === "AbortError" ? error : new Away();
  }
  if (response.ok) return response;
  if (response.status === 401 && await askForKey(headers)) return call(path, options);
  const body = await response.json().catch(() => null);
  if (body === null && [502, 503, 504].includes(response.status)) throw new Away();
  throw new Problem(body && typeof body === "object" ? body : {}, response.status);
}

async function read(response, how) {
  try {
    return await how(response);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw error instanceof SyntaxError ? unreadable(response.status) : new Away();
  }
}

const json = async (path, options) => read(await call(path, options), (response) => response.json());
const blob = async (path, options) => read(await call(path, options), (response) => response.blob());
const part = encodeURIComponent;
const one = (id) => `/v1/documents/${part(id)}`;
const talk = (id) => `/v1/conversations/${part(id)}`;
const sent = (method, body, signal) => ({ method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });

export const health = () => json("/healthz");
export const library = () => json("/v1/library");
export const disagreements = (signal) => json("/v1/disagreements", { signal });
export const evaluations = () => json("/v1/evaluations");
export const settings = () => json("/v1/operator/settings");
export const examine = () => json("/v1/operator/checks", { method: "POST" });
export const keys = () => json("/v1/operator/keys");
export const makeKey = (name, scope) => json("/v1/operator/keys", sent("POST", { name, scope }));
export const revokeKey = (id) => call(`/v1/operator/keys/${part(id)}`, { method: "DELETE" });

/** The events of an answer to a question, in a conversation or a new one. */
export const chat = (question, { conversation, filters }, signal) =>
  call("/v1/chat", sent("POST", { question, filters, ...(conversation && { conversation_id: conversation }) }, signal));

/** The events of an answer that was begun before: all of them, or those behind the event with the id `last`. */
export const chatAgain = (turn, last, signal) =>
  call(`/v1/chat/${part(turn)}`, { headers: last ? { "Last-Event-ID": last } : {}, signal });

/** A draft checked, as events where the server sends them: `{type: "claim", …}` for each sentence, then `{type: "done", …}`. */
export async function* check(text, signal) {
  const { headers, ...rest } = sent("POST", { text }, signal);
  const response = await call("/v1/checks", { ...rest, headers: { ...headers, Accept: "text/event-stream, application/json;q=0.5" } });
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
    const whole = await read(response, (each) => each.json());
    yield* whole.claims.map((claim) => ({ ...claim, type: "claim" }));
    yield { ...whole, type: "done" };
    return;
  }
  try {
    for await (const { data } of parse(response.body)) {
      const event = JSON.parse(data);
      if (event.type === "error") throw new Problem(event, event.status);
      yield event;
      if (event.type === "done") return;
    }
  } catch (error) {
    throw error instanceof TypeError ? new Away() : error;
  }
  throw new Away();
}

/** The text of a file as a draft is checked: `{title, text, media_type, warnings}`. */
export const draftOf = (file) => json("/v1/drafts", { method: "POST", body: formOf({ file }) });

/** A checked draft as a Word file with comments; one that came as a Word file keeps everything it has. */
export const commented = (checked, file) => blob("/v1/drafts/word", { method: "POST", body: formOf({ checked: new Blob([JSON.stringify(checked)], { type: "application/json" }), file }) });

function formOf(fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value) form.append(name, value, value.name ?? name);
  return form;
}

export const conversation = (id, signal) => json(talk(id), { signal });
export const rename = (id, title) => json(talk(id), sent("PATCH", { title }));
export const forget = (id) => call(talk(id), { method: "DELETE" });
export const listConversations = (asked) => listed("/v1/conversations", asked);
export const listDocuments = (asked) => listed("/v1/documents", asked);

function listed(path, { query, cursor, limit = 50, signal, ...more }) {
  const search = new URLSearchParams({ limit, ...(query && { q: query }), ...(cursor && { cursor }) });
  for (const [name, value] of Object.entries(more)) if (value) search.set(name, value);
  return json(`${path}?${search}`, { signal });
}

export const feedback = (answer) => json(`/v1/feedback?answer_id=${part(answer)}`);
export const judge = (given) => json("/v1/feedback", sent("POST", given));
export const unjudge = (id) => call(`/v1/feedback/${part(id)}`, { method: "DELETE" });
export const feedbackCases = () => blob("/v1/feedback/cases");

export const exported = (answer, format) => blob(`/v1/answers/${part(answer)}/export?format=${format}`);
/** What is known of a document, without its text. */
export const about = (id) => json(one(id));
export const original = (id) => blob(`${one(id)}/original`);
export const pageImage = (id, number) => blob(`${one(id)}/pages/${number}`);
export const boxes = (id, { start, end }) => json(`${one(id)}/boxes?start=${start}&end=${end}`);

/** Sends a file; `onprogress` is told the share that has gone. */
export function upload(file, onprogress) {
  return new Promise((resolve, reject) => {
    const body = new FormData(), request = new XMLHttpRequest(), headers = keyed();
    body.append("file", file, file.name);
    request.open("POST", "/v1/documents");
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onprogress(event.loaded / event.total));
    request.addEventListener("error", () => reject(new Away()));
    request.addEventListener("load", async () => {
      if (request.status === 401 && await askForKey(headers)) { resolve(upload(file, onprogress)); return; }
      let told = null;
      try { told = JSON.parse(request.responseText); } catch { /* told below */ }
      if (request.status < 300 && told) resolve(told);
      else reject(told ? new Problem(told, request.status) : unreadable(request.status));
    });
    request.send(body);
  });
}

export const remove = (id, keepalive = false) => call(one(id), { method: "DELETE", keepalive });

const opened = new Map();

/** A document with its text; kept, since the text behind an id never changes. */
export function openDocument(id) {
  if (!opened.has(id)) {
    // ignoreBOM: a byte order mark is a character of the stored text, and dropping it would shift every span by one.
    const decode = async (response) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(await response.arrayBuffer());
    const loading = Promise.all([json(one(id)), call(`${one(id)}/text`).then((response) => read(response, decode))])
      .then(([document, text]) => ({ document, points: pointsOf(text) }));
    opened.set(id, loading);
    loading.catch(() => opened.delete(id));
  }
  return opened.get(id);
}

const besides = new Map();

/** What stands beside a span of a document, or beside the whole of it; kept while the library stays as it is. */
export function related(id, span, asOf) {
  const search = new URLSearchParams({ ...(span && { start: span.start, end: span.end }), ...(asOf && { as_of: asOf }) }), path = `${one(id)}/related?${search}`;
  if (!besides.has(path)) {
    besides.set(path, json(path));
    besides.get(path).catch(() => besides.delete(path));
  }
  return besides.get(path);
}

/** Forgets kept texts, and what stands beside them, after the library changed. */
export function forgetDocuments() {
  opened.clear();
  besides.clear();
}
