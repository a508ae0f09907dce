/* The library: what is held, adding files, deleting documents. */

import * as api from "./api.js";
import { button, byId, explained, facts, failure, h, icon, link, say, whenPaused, words } from "./dom.js";
import { statusTag } from "./kinds.js";
import { count, has, heard, showDate, t } from "./language.js";
import { choose, field } from "./scope.js";
import { openSource } from "./source.js";

const SIGNS = { added: "v-supported", replaced: "v-supported", unchanged: "v-supported", refused: "v-contradicted" };
const FILTERS = ["issuer", "kind", "status", "issued_from", "issued_to"];
const COLUMNS = [["title", "document.one"], ["issuer", "issuer"], ["number", "number"], ["issued", "issued"], ["status", "status"]];
/** Milliseconds in which a deletion can be taken back. */
const UNDO = 8000;

/** Builds the view once; `onchange` is told after every change of the library. Returns what loads the list. */
export function libraryView(root, onchange) {
  const state = { query: "", cursor: null, loading: null, sort: "", going: new Map(), hidden: 0, facets: null }, parts = frame(root);

  async function load(more = false) {
    state.loading?.abort();
    const loading = state.loading = new AbortController();
    parts.problem.replaceChildren();
    try {
      if (!state.facets) await fields();
      const chosen = picked();
      const page = await api.listDocuments({ query: state.query, cursor: more === true ? state.cursor : null, signal: loading.signal, sort: state.sort, ...chosen });
      state.cursor = page.next_cursor;
      show(page, more === true, FILTERS.some((name) => chosen[name]));
    } catch (error) {
      if (error.name === "AbortError") return;
      parts.total.textContent = "";
      parts.problem.replaceChildren(failure(error, () => load(more)));
    }
  }

  async function fields() {
    state.facets = await api.library();
    const chosen = picked(), held = parts.fields.contains(document.activeElement) && document.activeElement.id;
    parts.fields.replaceChildren(...FILTERS.map((name) => field("library", name, state.facets, () => load())));
    for (const name of FILTERS) choose(byId(`library-${name}`), name, chosen[name]);
    if (held) byId(held).focus();
  }

  function picked() {
    return Object.fromEntries(FILTERS.map((name) => [name, byId(`library-${name}`)?.value ?? ""]));
  }

  function show(page, more, filtered) {
    const staying = page.documents.filter((about) => !state.going.has(about.id)), rows = staying.map((about) => row(about, () => remove(about)));
    state.hidden = page.documents.length - staying.length + (more ? state.hidden : 0);
    if (more) parts.rows.append(...rows); else parts.rows.replaceChildren(...rows);
    if (more) rows[0]?.querySelector("button").focus();
    const empty = parts.rows.children.length === 0, narrowed = state.query || filtered;
    const total = Math.max(0, (page.total ?? 0) - (narrowed ? state.hidden : state.going.size));   // what is being deleted need not fit the filters
    parts.total.textContent = state.query ? t("library.with", { documents: count(total, "document"), query: state.query })
      : t(filtered ? "library.fitting" : "library.all", { documents: count(total, "document") });
    parts.table.hidden = empty;
    parts.more.hidden = !page.next_cursor;
    parts.none.replaceChildren(...(!empty ? [] : narrowed ? [t("no.match"), " ", link(t("scope.clear"), clear)] : [t("empty"), " ", t("empty.do")]));
  }

  function clear() {
    for (const name of FILTERS) byId(`library-${name}`).value = "";
    parts.find.value = state.query = "";
    load();
  }

  /** The row goes at once; the document goes when the time for taking it back is over. */
  function remove(about) {
    const line = h("li", {}, h("span", {}, t("deleted.undo"), words("b", about.title), ` ${t("deleted.soon")}`), button(t("undo"), undo, { "aria-label": t("undo.delete", { title: about.title }) }));
    const timer = setTimeout(() => drop(about, line), UNDO);
    state.going.set(about.id, timer);
    parts.undos.append(line);
    say(t("deleting", { title: about.title }));
    load().then(() => parts.undos.lastChild?.querySelector("button").focus());

    function undo() {
      clearTimeout(timer);
      state.going.delete(about.id);
      line.remove();
      say(t("kept.document", { title: about.title }));
      load().then(() => parts.heading.focus());
    }
  }

  async function drop(about, line) {
    line.querySelector("button").disabled = true;
    try {
      await api.remove(about.id);
    } catch (error) {
      if (error.status !== 404) {
        state.going.delete(about.id);
        line.remove();
        await load();
        parts.problem.replaceChildren(failure(error, () => remove(about), t("not.deleted", { title: about.title })));
        return;
      }
    }
    const held = line.contains(document.activeElement) || document.activeElement === document.body;
    line.remove();
    state.going.delete(about.id);
    state.facets = null;
    api.forgetDocuments();
    onchange();
    say(t("deleted", { title: about.title }));
    if (root.hidden) return;
    await load();
    if (held) parts.heading.focus({ preventScroll: true });
  }

  async function send(files) {
    const queue = [...files].map((file) => ({ file, line: uploadLine(file) }));
    parts.uploads.append(...queue.map(({ line }) => line));
    parts.uploads.parentElement.hidden = false;
    say(t("adding", { files: count(queue.length, "file") }));
    const results = [];
    for (const { file, line } of queue) results.push(...await sendOne(file, line));   // one by one: a bad file spoils no other
    api.forgetDocuments();
    state.facets = null;
    await load();
    onchange();
    const refused = results.filter((result) => result.status === "refused").length;
    say(t("added.line", { held: results.length - refused, refused }));
  }

  parts.more.addEventListener("click", () => load(true));
  parts.file.addEventListener("change", () => { send(parts.file.files); parts.file.value = ""; });
  whenPaused(parts.find, (query) => { state.query = query; load(); });
  parts.table.addEventListener("click", (event) => {
    const by = event.target.closest("[data-sort]")?.dataset.sort;
    if (!by) return;
    state.sort = state.sort === by ? `-${by}` : state.sort === `-${by}` ? "" : by;
    for (const head of parts.table.querySelectorAll("[data-sort]")) {
      const order = state.sort.endsWith(head.dataset.sort) ? state.sort.startsWith("-") ? "descending" : "ascending" : null;
      if (order) head.parentElement.setAttribute("aria-sort", order); else head.parentElement.removeAttribute("aria-sort");
    }
    load();
  });
  for (const type of ["dragover", "dragleave", "drop"]) {
    root.addEventListener(type, (event) => {
      event.preventDefault();
      parts.drop.classList.toggle("over", type === "dragover");
      if (type === "drop" && event.dataTransfer.files.length) send(event.dataTransfer.files);
    });
  }
  window.addEventListener("pagehide", () => {   // who leaves has not taken it back
    for (const [id, timer] of state.going) {
      clearTimeout(timer);
      api.remove(id, true).catch(() => {});
    }
  });
  return load;
}

function frame(root) {
  const parts = {
    heading: h("h1", { tabindex: "-1" }, t("view.library")), total: h("p", { class: "meta" }, t("reading.library")),
    file: h("input", { type: "file", multiple: true, class: "sr" }), uploads: h("ul"), undos: h("ul", { class: "undos" }), problem: h("div"),
    find: h("input", { type: "search", placeholder: t("find.document.hint") }), fields: h("div", { class: "fields" }),
    rows: h("tbody"), none: h("p", { class: "prose" }), more: button(t("more"), null, { hidden: true }),
  };
  parts.drop = h("label", { class: "drop" }, parts.file, h("span", {}, h("b", {}, t("drop")), ` ${t("or.choose")} `, h("u", {}, t("choose.files"))), h("span", { class: "meta" }, t("drop.about")));
  parts.table = h("table", { class: "docs", hidden: true }, h("thead", {}, h("tr", {},
    COLUMNS.map(([name, label]) => h("th", { scope: "col" }, button(t(label), null, { class: "sort", "data-sort": name }))), h("th", { scope: "col" }, h("span", { class: "sr" }, t("delete"))))), parts.rows);
  root.replaceChildren(
    h("div", { class: "page-head" }, h("div", {}, parts.heading, parts.total), parts.drop), libraryTabs("library"),
    h("section", { class: "uploads", "aria-label": t("files.added"), hidden: true }, parts.uploads), parts.undos, parts.problem,
    h("div", { class: "lib-filters" }, h("label", { class: "sel grow" }, h("span", {}, t("find.document")), parts.find), parts.fields),
    parts.table, parts.none, parts.more);
  return parts;
}

/** The two views of the library, as links. */
export const libraryTabs = (here) => h("nav", { class: "subnav", "aria-label": t("view.library") }, [["library", "documents"], ["disagreements", "view.disagreements"]].map(([view, name]) =>
  h("a", { href: `/?view=${view}`, "data-route": view, "aria-current": view === here ? "page" : null }, t(name))));

function row(about, onremove) {
  const data = about.metadata ?? {};
  const cell = (name, value) => words("td", value || t("not.stated.short"), { "data-label": t(name), class: value ? null : "none" });
  const open = (event) => openSource([{ document_id: about.id, title: about.title, span: null, quote: "" }], 0, "document.one", event.currentTarget);
  return h("tr", {},
    h("th", { scope: "row", class: "t" }, words("button", about.title, { type: "button", class: "linkish", onclick: open }),
      facts("span", "sub", [has(`type.${data.kind}`) && t(`type.${data.kind}`), data.outlet, has(`language.${data.language}`) && t(`language.${data.language}`), count(about.characters, "character")]),
      about.warnings?.map((text) => h("span", { class: "sub" }, t("warning"), words("span", text)))),
    cell("issuer", data.issuer), cell("number", data.number), cell("issued", showDate(data.issued)),
    h("td", { "data-label": t("status") }, statusTag(data.status)),
    h("td", {}, link(t("delete"), onremove, { class: "linkish danger", "aria-label": t("delete.one", { title: about.title }) })));
}

const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

const uploadLine = (file) => h("li", {}, h("span", { class: "u-name" }, file.name, " ", h("span", { class: "meta" }, size(file.size))),
  h("span", { class: "u-state" }, h("progress", { "aria-label": t("adding.one", { name: file.name }), max: "1", value: "0" }), h("span", {}, t("waiting"))));

/** Sends one file and writes on its line what came of it; an archive may bring several documents. */
async function sendOne(file, line) {
  const bar = line.querySelector("progress"), word = line.lastChild.lastChild;
  word.textContent = t("sending", { share: 0 });
  let results;
  try {
    results = (await api.upload(file, (share) => {
      bar.value = share;
      if (share === 1) bar.removeAttribute("value");
      word.textContent = share === 1 ? t("reading") : t("sending", { share: Math.round(100 * share) });
    })).documents;
  } catch (error) {
    const { message, hint } = explained(error);
    results = [{ title: file.name, status: "refused", code: error.code ?? "", reason: message, hint }];
  }
  line.replaceChildren(line.firstChild, ...results.map((result) => {
    const known = has(`error.${result.code}`), reason = known ? t(`error.${result.code}`) : heard(result.reason ?? ""), hint = known ? t(`error.${result.code}.hint`) : heard(result.hint ?? "");
    const title = result.title && result.title !== file.name ? [t("colon"), words("span", result.title)] : "";
    return h("span", { class: `u-state ${result.status}` }, icon(SIGNS[result.status] ?? "v-unchecked"), h("span", {}, t(`outcome.${result.status}`), title, ". ",
      result.status === "refused" && result.code && [h("code", {}, result.code), " "], reason && [reason, " "], hint && h("span", { class: "fix" }, hint)));
  }), button(t("clear"), () => { const list = line.parentElement; line.remove(); list.parentElement.hidden = !list.children.length; }, { class: "linkish", "aria-label": t("clear.one", { name: file.name }) }));
  return results;
}
