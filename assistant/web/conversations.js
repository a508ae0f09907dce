/* The conversations so far: opened, renamed, deleted; and the reviews of flags, exported as cases for the evaluation. */

import * as api from "./api.js";
import { saveFile } from "./carry.js";
import { addressOf, stateWords } from "./conversation.js";
import { button, confirming, facts, failure, h, link, say, whenPaused, words } from "./dom.js";
import { countSigns } from "./kinds.js";
import { count, has, showWhen, t } from "./language.js";

/** Builds the view once; `ondelete` is told the id of a conversation that is deleted. Returns what loads the list. */
export function conversationsView(root, ondelete) {
  const state = { query: "", cursor: null, loading: null };
  const parts = {
    heading: h("h1", { tabindex: "-1" }, t("view.conversations")), total: h("p", { class: "meta" }, t("reading")), problem: h("div"),
    find: h("input", { type: "search", placeholder: t("find.conversation.hint") }),
    rows: h("ul", { class: "convs" }), more: button(t("more"), () => load(true), { hidden: true }),
    cases: button(t("save.cases"), async () => {
      try {
        saveFile(await api.feedbackCases(), "caveat-reviews.jsonl");
      } catch (error) {
        parts.problem.replaceChildren(failure(error, null, t("not.carried")));
      }
    }),
  };
  root.replaceChildren(h("div", { class: "page-head" }, h("div", {}, parts.heading, parts.total), h("div", { class: "head-act" }, parts.cases, h("p", { class: "hint" }, t("save.cases.hint")))), parts.problem,
    h("label", { class: "sel find" }, h("span", {}, t("find.conversation")), parts.find), parts.rows, parts.more);

  async function load(more = false) {
    state.loading?.abort();
    const loading = state.loading = new AbortController(), further = more === true;
    parts.problem.replaceChildren();
    try {
      const page = await api.listConversations({ query: state.query, cursor: further ? state.cursor : null, signal: loading.signal });
      const rows = page.conversations.map((each) => row(each, { rename: () => renaming(each), remove: () => deleting(each) }));
      state.cursor = page.next_cursor;
      if (further) parts.rows.append(...rows); else parts.rows.replaceChildren(...rows);
      if (further) rows[0]?.querySelector("a").focus();
      const total = page.total ?? parts.rows.children.length, conversations = count(total, "conversation");
      parts.total.textContent = !total ? t(state.query ? "no.conversation" : "nothing.asked")
        : `${state.query ? t("conversations.with", { conversations, query: state.query }) : t("conversations.all", { conversations })} ${t("conversations.kept")}`;
      parts.more.hidden = !page.next_cursor;
    } catch (error) {
      if (error.name === "AbortError") return;
      parts.total.textContent = "";
      parts.problem.replaceChildren(failure(error, () => load(more)));
    }
  }

  /** Does something to a conversation and lists anew; one that is gone already is no trouble. */
  async function change(work, done, lead) {
    try {
      await work();
    } catch (error) {
      if (error.status !== 404) {
        parts.problem.replaceChildren(failure(error, () => change(work, done, lead), lead));
        return;
      }
    }
    say(done);
    await load();
    parts.heading.focus();
  }

  function renaming(each) {
    const input = h("input", { id: "new-title", class: "field", value: each.title, required: true, maxlength: 200, pattern: ".*\\S.*", title: t("title.form") });
    confirming(t("rename.title"), [h("label", { for: "new-title" }, t("title")), input], t("rename"), () =>
      change(() => api.rename(each.id, input.value.trim()), t("renamed", { title: input.value.trim() }), t("not.renamed")), false);
    input.select();
  }

  function deleting(each) {
    confirming([t("delete.ask"), words("span", each.title), t("delete.ask.end")], h("p", {}, t("delete.conversation", { questions: count(each.turns, "question.count") })), t("delete"), () =>
      change(async () => { ondelete(each.id); await api.forget(each.id); }, t("deleted", { title: each.title }), t("not.deleted", { title: each.title })));
  }

  whenPaused(parts.find, (query) => { state.query = query; load(); });
  return load;
}

function row(each, { rename, remove }) {
  const fact = each.state === "done" ? has(`standing.${each.tally?.standing}`) && t(`standing.${each.tally.standing}`) : stateWords(each.state);
  return h("li", {},
    h("p", { class: "title" }, words("a", each.title, { href: addressOf(each.id), "data-route": true })),
    facts("p", "meta", [showWhen(each.updated), count(each.turns, "question.count"),
      h("span", {}, each.turns > 1 && t("last.answer"), fact || (each.tally && countSigns(each.tally))),
      ...each.changed_since.map((text) => words("span", text, { class: "changed" }))]),
    h("p", { class: "acts" }, link(t("rename"), rename, { "aria-label": t("rename.one", { title: each.title }) }),
      link(t("delete"), remove, { class: "linkish danger", "aria-label": t("delete.one", { title: each.title }) })));
}
