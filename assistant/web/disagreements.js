/* What the library disagrees with itself about: both statements side by side, the words that differ marked; no side is the winner. */

import * as api from "./api.js";
import { cites, marksOf } from "./claims.js";
import { side } from "./compare.js";
import { button, callout, failure, h, icon, say, words } from "./dom.js";
import { count, number, t } from "./language.js";
import { libraryTabs } from "./library.js";
import { openSource } from "./source.js";

const AT_ONCE = 20;

/** Builds the view once; returns what loads the list. */
export function disagreementsView(root) {
  const state = { loading: null, shown: AT_ONCE, told: null, marks: null };
  const parts = {
    total: h("p", { class: "meta" }, t("comparing")), waiting: h("p", { class: "meta" }), problem: h("div"), list: h("ol", { class: "disputes" }),
    none: h("div"), more: button(t("more"), () => { state.shown += AT_ONCE; show(); }, { hidden: true }),
  };
  root.replaceChildren(h("div", { class: "page-head" }, h("div", {}, h("h1", { tabindex: "-1" }, t("view.disagreements")), parts.total)), libraryTabs("disagreements"),
    h("p", { class: "prose small" }, t("disagreements.about")), parts.problem, parts.waiting, parts.list, parts.none, parts.more);
  parts.list.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-cite]");
    if (opener) openSource(state.marks.citations, Number(opener.dataset.cite) - 1, "passage.one", opener);
  });

  /** Asks again as long as documents are still to be compared, and somebody looks. */
  async function load() {
    state.loading?.abort();
    const loading = state.loading = new AbortController();
    parts.problem.replaceChildren();
    parts.waiting.textContent = "";
    try {
      do {
        state.told = await api.disagreements(loading.signal);
        show();
      } while (state.told.unexamined && !root.hidden);
      say(parts.total.textContent);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!state.told) parts.total.textContent = "";
      parts.waiting.textContent = "";
      parts.problem.replaceChildren(failure(error, load));
    }
  }

  function show() {
    const { disagreements: found, documents, unexamined } = state.told, about = new Map(documents.map(({ id, metadata }) => [id, metadata]));
    state.marks = marksOf({ claims: found.map(({ one, other, reprints = [] }) => ({ citations: [one, other, ...reprints], doubts: [] })) });
    parts.total.textContent = found.length ? t("disagreements.all", { disagreements: count(found.length, "disagreement") }) : unexamined ? t("comparing") : t("disagreements.none");
    parts.waiting.textContent = unexamined ? t("unexamined", { documents: count(unexamined, "document") }) : "";
    const rows = found.slice(0, state.shown).slice(parts.list.children.length);
    if (parts.list.dataset.of !== ids(found)) {   // another list than the one that stands here
      parts.list.dataset.of = ids(found);
      parts.list.replaceChildren(...found.slice(0, state.shown).map((each, index) => dispute(each, index, about, state.marks)));
    } else rows.forEach((each) => parts.list.append(dispute(each, found.indexOf(each), about, state.marks)));
    parts.none.replaceChildren(...(found.length || unexamined ? [] : [callout(false, h("p", {}, t("disagreements.nothing")))]));
    parts.more.hidden = found.length <= state.shown;
  }

  return load;
}

const ids = (found) => found.map(({ one, other }) => [one, other].map(({ document_id: id, span }) => `${id}:${span.start}`).join()).join();

function dispute(each, index, about, marks) {
  const said = [wordsOf(each.one, each.one_words), wordsOf(each.other, each.other_words)], title = `dispute-${index + 1}`;
  const shown = (citation, [before, words, after]) => side(citation, about.get(citation.document_id) ?? {}, marks,
    [before, words && h("mark", { class: "hit" }, words), after], { heading: "h3", open: true });
  return h("li", {}, h("article", { class: "compare", "aria-labelledby": title },
    h("p", { class: "f-conflict" }, h("span", { class: "kind f-conflict" }, icon("f-conflict"), ` ${t(`how.${each.how}`)}`)),
    words("h2", each.reason, { id: title, class: "reason" }),
    each.how === "figure" && numberLine(said.map(([, words]) => words)),
    h("ul", { class: "two-sides" }, shown(each.one, said[0]), shown(each.other, said[1])),
    each.reprints?.length > 0 && h("p", { class: "meta" }, t("reprinted"), " ", cites(each.reprints, marks))));
}

/** A quote before, at and behind the words that are told otherwise; all before, where those are the whole or stand elsewhere. */
function wordsOf({ quote, span }, { start, end }) {
  const points = Array.from(quote), from = start - span.start, to = end - span.start, cut = (a, b) => points.slice(a, b).join("");
  return from >= 0 && from < to && to <= points.length && to - from < points.length ? [cut(0, from), cut(from, to), cut(to)] : [quote, "", ""];
}

/** Both figures on one line from nought, where both count the same in digits: "151 cities", "200 cities". Else nothing is drawn. */
function numberLine(said) {
  const read = said.map((text) => /^(\D*)(\d[\d,]*(?:\.\d+)?)(\D*)$/.exec(text)?.slice(1));
  if (!read.every(Boolean)) return null;
  const rest = read.map(([before, , after]) => `${before.trim()} ${after.trim()}`.toLowerCase()), values = read.map(([, digits]) => Number(digits.replaceAll(",", "")));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (rest[0] !== rest[1] || !(high > low)) return null;
  const at = (value, node) => { node.style.left = `${100 * value / high}%`; return node; };
  const gap = Math.round((high - low) * 1e6) / 1e6, stretch = at(low, h("span", { class: "stretch" }));
  stretch.style.width = `${100 * (high - low) / high}%`;
  return h("div", { class: "line-of-numbers", role: "img", "aria-label": t("number.line", { low: number(low), high: number(high), gap: number(gap) }) },
    stretch, at(0, h("span", { class: "tick" }, "0")), at(low, h("span", { class: "point low" }, h("b", {}, number(low)))), at(high, h("span", { class: "point high" }, h("b", {}, number(high)), h("span", { class: "gap" }, t("apart", { gap: number(gap) })))));
}
