/* The library: what is held, adding files, deleting documents. */

import * as api from "./api.js";
import { button, byId, failure, h, icon, plural, say, showDate, words } from "./dom.js";
import { statusTag } from "./kinds.js";
import { openSource } from "./source.js";

const OUTCOMES = {
  added: ["v-supported", "Added"],
  replaced: ["v-supported", "Replaced the earlier version"],
  unchanged: ["v-supported", "Already held, nothing to do"],
  refused: ["v-contradicted", "Not added"],
};
const COLUMNS = ["Document", "Issuer", "Number", "Issued", "Status"];

/** Builds the view once; `onchange` is told after every change of the library. Returns what loads the list. */
export function libraryView(root, onchange) {
  const parts = frame(root), state = { query: "", cursor: null, loading: null };

  async function load(more = false) {
    state.loading?.abort();
    const loading = state.loading = new AbortController();
    parts.problem.replaceChildren();
    try {
      const page = await api.listDocuments({ query: state.query, cursor: more ? state.cursor : null, signal: loading.signal });
      state.cursor = page.next_cursor;
      show(page, more);
    } catch (error) {
      if (error.name === "AbortError") return;
      parts.total.textContent = "";
      parts.problem.replaceChildren(failure(error, () => load(more)));
    }
  }

  function show(page, more) {
    const rows = page.documents.map((about) => row(about, () => confirmDelete(about, drop)));
    if (more) parts.rows.append(...rows); else parts.rows.replaceChildren(...rows);
    if (more) rows[0]?.querySelector("button").focus();
    const empty = parts.rows.children.length === 0;
    const total = page.total ?? parts.rows.children.length;
    parts.total.textContent = state.query ? `${plural(total, "document")} with “${state.query}”.` : `${plural(total, "document")}.`;
    parts.table.hidden = empty;
    parts.more.hidden = !page.next_cursor;
    parts.none.hidden = !empty;
    parts.none.textContent = state.query ? "No document matches." : "The library is empty. Add a notice or report to ask about it.";
  }

  async function drop(about) {
    try {
      await api.remove(about.id);
    } catch (error) {
      if (error.status !== 404) {
        parts.problem.replaceChildren(failure(error, () => drop(about), `“${about.title}” was not deleted.`));
        return;
      }
    }
    api.forgetDocuments();
    say(`Deleted: ${about.title}`);
    await load();
    parts.heading.focus();
    onchange();
  }

  async function send(files) {
    const queue = [...files].map((file) => ({ file, line: uploadLine(file) }));
    parts.uploads.append(...queue.map(({ line }) => line));
    parts.uploads.parentElement.hidden = false;
    say(`Adding ${plural(queue.length, "file")}`);
    const results = [];
    for (const { file, line } of queue) results.push(...await sendOne(file, line));   // one by one: a bad file spoils no other
    api.forgetDocuments();
    await load();
    onchange();
    const refused = results.filter((result) => result.status === "refused").length;
    say(`${results.length - refused} held, ${refused} not added.`);
  }

  parts.more.addEventListener("click", () => load(true));
  parts.file.addEventListener("change", () => { send(parts.file.files); parts.file.value = ""; });
  let waiting;
  parts.find.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { state.query = parts.find.value.trim(); load(); }, 250);
  });
  for (const type of ["dragover", "dragleave", "drop"]) {
    root.addEventListener(type, (event) => {
      event.preventDefault();
      parts.drop.classList.toggle("over", type === "dragover");
      if (type === "drop" && event.dataTransfer.files.length) send(event.dataTransfer.files);
    });
  }
  return load;
}

function frame(root) {
  const parts = {
    heading: h("h1", { tabindex: "-1" }, "Library"),
    total: h("p", { class: "meta" }, "Reading the library …"),
    file: h("input", { type: "file", multiple: true, class: "sr" }),
    uploads: h("ul"),
    problem: h("div"),
    find: h("input", { type: "search", placeholder: "Words of a title, an issuer or a number" }),
    rows: h("tbody"),
    none: h("p", { class: "prose", hidden: true }),
    more: button("Show more", null, { hidden: true }),
  };
  parts.drop = h("label", { class: "drop" }, parts.file, h("span", {}, h("b", {}, "Drop files here"), " or ", "choose files"),
    h("span", { class: "meta" }, "Notices, reports and articles"));
  parts.table = h("table", { class: "docs", hidden: true },
    h("thead", {}, h("tr", {}, COLUMNS.map((name) => h("th", { scope: "col" }, name)), h("th", { scope: "col" }, h("span", { class: "sr" }, "Delete")))), parts.rows);
  root.replaceChildren(
    h("div", { class: "page-head" }, h("div", {}, parts.heading, parts.total), parts.drop),
    h("section", { class: "uploads", "aria-label": "Files added", hidden: true }, parts.uploads),
    parts.problem, h("label", { class: "find" }, "Find a document", parts.find),
    parts.table, parts.none, parts.more);
  return parts;
}

function row(about, ondelete) {
  const data = about.metadata ?? {};
  const cell = (name, value) => words("td", value || "not stated", { "data-label": name, class: value ? null : "none" });
  const kind = { notice: "Notice", report: "Report" }[data.kind];
  const open = (event) => openSource([{ document_id: about.id, title: about.title, span: null, quote: "" }], 0, "Document", event.currentTarget);
  return h("tr", {},
    h("th", { scope: "row", class: "t" }, words("button", about.title, { type: "button", class: "linkish", onclick: open }),
      h("span", { class: "sub" }, [kind, data.outlet, plural(about.characters, "character")].filter(Boolean).map((text) => words("span", text))),
      about.warnings?.map((text) => h("span", { class: "sub" }, `Warning: ${text}`))),
    cell("Issuer", data.issuer), cell("Number", data.number), cell("Issued", showDate(data.issued)),
    h("td", { "data-label": "Status" }, statusTag(data.status)),
    h("td", {}, button("Delete", ondelete, { class: "linkish danger", "aria-label": `Delete ${about.title}` })));
}

function confirmDelete(about, drop) {
  const dialog = byId("confirm");
  dialog.replaceChildren(
    h("h2", { id: "confirm-title" }, "Delete “", words("span", about.title), "”?"),
    h("p", {}, "The document and its passages are erased, and answers that cite it can no longer open it. This cannot be undone."),
    h("p", { class: "row" },
      button("Delete", () => { dialog.close(); drop(about); }, { class: "primary danger" }),
      button("Keep", () => dialog.close(), { autofocus: true })));
  dialog.showModal();
}

const uploadLine = (file) => h("li", {}, h("span", { class: "u-name" }, file.name), h("span", { class: "u-state" }, h("progress", { "aria-label": `Adding ${file.name}` }), " Waiting"));

/** Sends one file and writes on its line what came of it; an archive may bring several documents. */
async function sendOne(file, line) {
  line.lastChild.lastChild.textContent = " Reading";
  let results;
  try {
    results = (await api.upload(file)).documents;
  } catch (error) {
    results = [{ title: file.name, status: "refused", reason: [error.message, error.hint].filter(Boolean).join(" ") }];
  }
  line.replaceChildren(line.firstChild, ...results.map((result) => {
    const [sign, words] = OUTCOMES[result.status] ?? ["v-unchecked", result.status];
    const title = result.title && result.title !== file.name ? `: ${result.title}` : "";
    return h("span", { class: `u-state ${result.status}` }, icon(sign), h("span", {}, `${words}${title}.`, result.reason ? ` ${result.reason}` : ""));
  }));
  return results;
}
