/* The API as this page uses it. Every failure is one of two: the server said no (Problem) or did not answer (Away). */

import { askForKey, keyed } from "./key.js";

/** A problem document (RFC 9457): what happened, and what can be done. */
export class Problem extends Error {
  constructor(body, status) {
    super(body.detail || body.title || `The server answered with status ${status}.`);
    this.status = status;
    this.hint = body.hint || "";
    this.code = body.code || "";
    this.requestId = body.request_id || "";
  }
}

/** No usable reply: the server is down, or the connection ended before the reply was whole. */
export class Away extends Error {
  constructor() { super("The server is not answering."); }
}

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
    if (error instanceof SyntaxError) throw new Problem({ title: "The server's reply could not be read.", hint: "Ask again; if it stays so, look at the server's log." }, response.status);
    throw new Away();
  }
}

const json = async (path, options) => read(await call(path, options), (response) => response.json());
const one = (id) => `/v1/documents/${encodeURIComponent(id)}`;
const talk = (id) => `/v1/conversations/${encodeURIComponent(id)}`;
const sent = (method, body, signal) => ({ method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });

export const health = () => json("/healthz");

/** The events of an answer to a question, in a conversation or a new one. */
export const chat = (question, conversation, signal) =>
  call("/v1/chat", sent("POST", conversation ? { question, conversation_id: conversation } : { question }, signal));

/** The events of an answer that was begun before: all of them, or those behind the event with the id `last`. */
export const chatAgain = (turn, last, signal) =>
  call(`/v1/chat/${encodeURIComponent(turn)}`, { headers: last ? { "Last-Event-ID": last } : {}, signal });

export const conversation = (id, signal) => json(talk(id), { signal });
export const rename = (id, title) => json(talk(id), sent("PATCH", { title }));
export const forget = (id) => call(talk(id), { method: "DELETE" });
export const listConversations = (asked) => listed("/v1/conversations", asked);
export const listDocuments = (asked) => listed("/v1/documents", asked);

function listed(path, { query, cursor, limit = 50, signal }) {
  const search = new URLSearchParams({ limit });
  if (query) search.set("q", query);
  if (cursor) search.set("cursor", cursor);
  return json(`${path}?${search}`, { signal });
}

export function upload(file) {
  const body = new FormData();
  body.append("file", file, file.name);
  return json("/v1/documents", { method: "POST", body });
}

export const remove = (id) => call(one(id), { method: "DELETE" });

const opened = new Map();

/** A document with its text as code points; kept, since the text behind an id never changes. */
export function openDocument(id) {
  if (!opened.has(id)) {
    // ignoreBOM: a byte order mark is a character of the stored text, and dropping it would shift every span by one.
    const decode = async (response) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(await response.arrayBuffer());
    const loading = Promise.all([json(one(id)), call(`${one(id)}/text`).then((response) => read(response, decode))])
      .then(([document, text]) => ({ document, points: Array.from(text) }));
    opened.set(id, loading);
    loading.catch(() => opened.delete(id));
  }
  return opened.get(id);
}

/** Forgets kept texts after the library changed. */
export const forgetDocuments = () => opened.clear();
