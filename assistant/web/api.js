/* The answer API as this page uses it. Every failure is one of two: the server said no (Problem) or did not answer (Away). */

/** A problem document (RFC 9457): what happened, and what can be done. */
export class Problem extends Error {
  constructor(body, status) {
    super(body.title || `The server answered with status ${status}.`);
    this.status = status;
    this.detail = body.detail && body.detail !== body.title ? body.detail : "";
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
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    throw error.name === "AbortError" ? error : new Away();
  }
  if (response.ok) return response;
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

export const health = () => json("/healthz");

export const ask = (question, signal) =>
  json("/v1/answers", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ question }), signal });

export function listDocuments({ query, cursor, limit = 50, signal }) {
  const search = new URLSearchParams({ limit });
  if (query) search.set("q", query);
  if (cursor) search.set("cursor", cursor);
  return json(`/v1/documents?${search}`, { signal });
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
