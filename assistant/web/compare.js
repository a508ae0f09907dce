/* Two sources that disagree, side by side in order of issue: what each says, who says it and when. No side is the winner. */

import { about } from "./api.js";
import { cite, sidesOf, whoWhen } from "./claims.js";
import { facts, h, icon, langOf, link, words } from "./dom.js";
import { kindOf } from "./kinds.js";
import { count, has, showDate, t } from "./language.js";

const FIGURE = /\d[\d,.]*\d|\d/g;

/** The figures that only this quote has, marked; what both have is left as it is. */
function marked(quote, others) {
  const known = new Set(others.flatMap((other) => other.match(FIGURE) ?? [])), parts = [];
  let at = 0;
  for (const found of quote.matchAll(FIGURE)) {
    parts.push(quote.slice(at, found.index), known.has(found[0]) ? found[0] : h("mark", { class: "hit" }, found[0]));
    at = found.index + found[0].length;
  }
  return [...parts, quote.slice(at)];
}

/** One of the sources: who says it and when, what it says (`quote`, with marks in it), and where; its title opens it, where that is wished.
 * `data` is missing where the document is gone. */
export function side(citation, data, marks, quote, { heading = "h2", open = false } = {}) {
  return h("li", { class: "side" }, words(heading, whoWhen(data, citation.title).join(", "), { class: "said-by" }),
    h("blockquote", { class: "prose", lang: langOf(citation.quote) }, quote, " ", cite(citation, marks)),
    h("p", { class: "who" }, open ? words("button", citation.title, { type: "button", class: "linkish", "data-cite": marks.numberOf(citation) }) : words("span", citation.title)),
    facts("p", "meta", [data && (data.number || t("number.not")), citation.locator]));
}

/** A row for each fact; it says whether all sides have the same. */
function aspects(list, { metadata }) {
  const of = (citation) => metadata.get(citation.document_id) ?? {}, none = t("not.stated");
  const rows = [
    ["issuer", (data) => data.issuer], ["outlet", (data) => data.outlet], ["kind.of", (data) => has(`type.${data.kind}`) && t(`type.${data.kind}`)],
    ["issued", (data) => showDate(data.issued)], ["effect", (data) => showDate(data.effective)],
    ["status", (data) => data.status && t(`status.${data.status}`)],
  ];
  return h("table", { class: "cmp" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, h("span", { class: "sr" }, t("fact"))), list.map((citation) => h("th", { scope: "col" }, whoWhen(of(citation), citation.title)[0])), h("th", { scope: "col" }, h("span", { class: "sr" }, t("same.or"))))),
    h("tbody", {}, rows.filter(([, get]) => list.some((citation) => get(of(citation)))).map(([name, get]) => {
      const values = list.map((citation) => get(of(citation)) || ""), differs = new Set(values).size > 1;
      return h("tr", { class: differs ? "diff" : null }, h("th", { scope: "row" }, t(name)),
        values.map((value, index) => words("td", value || none, { class: value ? null : "none", "data-label": whoWhen(of(list[index]), list[index].title)[0] })),
        h("td", { class: "dm" }, t(differs ? "differs" : "same")));
    })));
}

/** The view for a doubt of kind disputed. What the answer's passages do not tell of a document is asked of the library. */
export function comparison(claim, doubt, number, context) {
  const sides = h("ol", { class: "two-sides" }), table = h("div"), { length } = sidesOf(claim, doubt, context.metadata);
  draw();
  const others = sidesOf(claim, doubt, context.metadata).map((citation) => citation.document_id).filter((id) => !context.metadata.has(id) && !context.gone.has(id));
  Promise.allSettled(others.map(async (id) => context.metadata.set(id, (await about(id)).metadata ?? {}))).then((asked) => asked.length && draw());
  return h("section", { class: "compare", "aria-labelledby": "compare-title" },
    h("p", {}, link(t("compare.back", { number }), null, { "data-read": number })),
    h("h2", { id: "compare-title", class: "big", tabindex: "-1" }, t("compare.title", { sources: count(length, "source") })),
    h("p", { class: "f-conflict" }, h("span", { class: "kind f-conflict" }, icon("f-conflict"), ` ${kindOf(doubt.kind).label}`), " ", words("span", doubt.reason), " ", t("compare.order")),
    sides, table);

  /** A document that is gone has no facts to compare: its quote stands there alone. */
  function draw() {
    const list = sidesOf(claim, doubt, context.metadata);
    sides.replaceChildren(...list.map((citation) => side(citation, context.metadata.get(citation.document_id), context.marks,
      marked(citation.quote, list.filter((other) => other !== citation).map((other) => other.quote)))));
    if (list.every((citation) => context.metadata.has(citation.document_id))) table.replaceChildren(aspects(list, context));
  }
}
