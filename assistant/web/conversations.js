/* The conversations so far: opened, renamed, deleted. */

import * as api from "./api.js";
import { addressOf } from "./conversation.js";
import { button, byId, failure, h, plural, say, showWhen, words } from "./dom.js";
import { countSigns } from "./kinds.js";

const STANDING = { refusal: "Not answered by the library", choice: "Asked back" };
const STATES = { running: "Being answered", stopped: "Stopped before it was finished", failed: "Could not be answered" };

/** Builds the view once; `ondelete` is told the id of a conversation that is deleted. Returns what loads the list. */
export function conversationsView(root, ondelete) {
  const state = { query: "", cursor: null, loading: null };
  const parts = {
    heading: h("h1", { tabindex: "-1" }, "Conversations"), total: h("p", { class: "meta" }, "Reading …"), problem: h("div"),
    find: h("input", { type: "search", placeholder: "Words of a question or an answer" }),
    rows: h("ul", { class: "convs" }), more: button("Show more", () => load(true), { hidden: true }),
  };
  root.replaceChildren(h("div", { class: "page-head" }, h("div", {}, parts.heading, parts.total)), parts.problem,
    h("label", { class: "find" }, "Find a conversation", parts.find), parts.rows, parts.more);

  async function load(more = false) {
    state.loading?.abort();
    const loading = state.loading = new AbortController();
    parts.problem.replaceChildren();
    try {
      const page = await api.listConversations({ query: state.query, cursor: more ? state.cursor : null, signal: loading.signal });
      const rows = page.conversations.map((each) => row(each, { rename: () => renaming(each), remove: () => deleting(each) }));
      state.cursor = page.next_cursor;
      if (more) parts.rows.append(...rows); else parts.rows.replaceChildren(...rows);
      if (more) rows[0]?.querySelector("a").focus();
      const total = page.total ?? parts.rows.children.length;
      parts.total.textContent = `${plural(total, "conversation")}${state.query ? ` with “${state.query}”` : ""}. They are kept with their evidence and open exactly as they were shown.`;
      if (!total) parts.total.textContent = state.query ? "No conversation matches." : "Nothing has been asked yet.";
      parts.more.hidden = !page.next_cursor;
    } catch (error) {
      if (error.name === "AbortError") return;
      parts.total.textContent = "";
      parts.problem.replaceChildren(failure(error, () => load(more)));
    }
  }

  /** Does something to a conversation and lists anew; one that is gone already is no trouble. */
  async function change(work, each, done, lead) {
    try {
      await work();
    } catch (error) {
      if (error.status !== 404) {
        parts.problem.replaceChildren(failure(error, () => change(work, each, done, lead), lead));
        return;
      }
    }
    say(done);
    await load();
    parts.heading.focus();
  }

  function renaming(each) {
    const input = h("input", { id: "new-title", class: "field", value: each.title, required: true, maxlength: 200, pattern: ".*\\S.*", title: "A title has at least one character", lang: null });
    const dialog = ask("Rename the conversation", [h("label", { for: "new-title" }, "Title"), input], "Rename", false, () =>
      change(() => api.rename(each.id, input.value.trim()), each, `Renamed: ${input.value.trim()}`, "The title was not changed."));
    dialog.querySelector("input").select();
  }

  function deleting(each) {
    ask(["Delete “", words("span", each.title), "”?"], h("p", {}, `${plural(each.turns, "question")} with the answers and their evidence are erased. The documents stay. This cannot be undone.`), "Delete", true, () =>
      change(async () => { ondelete(each.id); await api.forget(each.id); }, each, `Deleted: ${each.title}`, `“${each.title}” was not deleted.`));
  }

  let waiting;
  parts.find.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { state.query = parts.find.value.trim(); load(); }, 250);
  });
  return load;
}

function row(each, { rename, remove }) {
  const fact = each.state === "done" ? STANDING[each.tally?.standing] : STATES[each.state] ?? each.state;
  const about = fact ? [each.turns > 1 ? "last question: " : "", each.turns > 1 ? fact.toLowerCase() : fact] : [each.turns > 1 ? "last answer: " : "", countSigns(each.tally)];
  return h("li", {},
    h("p", { class: "title" }, words("a", each.title, { href: addressOf(each.id), "data-route": true })),
    h("p", { class: "meta" }, h("span", {}, showWhen(each.updated)), h("span", {}, plural(each.turns, "question")), h("span", {}, about),
      each.changed_since.map((text) => words("span", text, { class: "changed" }))),
    h("p", { class: "acts" }, button("Rename", rename, { class: "linkish", "aria-label": `Rename ${each.title}` }),
      button("Delete", remove, { class: "linkish danger", "aria-label": `Delete ${each.title}` })));
}

/** The dialog for a change; `act` does it. */
function ask(title, content, verb, grave, act) {
  const dialog = byId("confirm");
  const form = h("form", { method: "dialog", onsubmit: act }, h("h2", { id: "confirm-title" }, title), content,
    h("p", { class: "row" }, h("button", { type: "submit", class: grave ? "primary danger" : "primary" }, verb), button(grave ? "Keep" : "Cancel", () => dialog.close(), { autofocus: grave })));
  dialog.replaceChildren(form);
  dialog.showModal();
  return dialog;
}
