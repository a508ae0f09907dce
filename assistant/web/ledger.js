/* The ledger: the claims of an answer as a table, with the verdict, the doubts, the evidence and the review of each. */

import { underlined, cite } from "./claims.js";
import { button, gradually, h, langOf, link, words } from "./dom.js";
import { FAMILIES, kindOf, kindTag, verdictTag } from "./kinds.js";
import { count, t } from "./language.js";

const COLUMNS = ["claim.head", "verdict", "doubts", "evidence", "review"];

/** The table of an answer's claims with its filters. */
export function ledger(answer, context) {
  const judgedIn = (claim) => claim.doubts.filter((doubt) => context.reviews.has(doubt.id));
  const filters = [
    ["all", () => true], ["doubted", (claim) => claim.doubts.length > 0],
    ...FAMILIES.map((family) => [family, (claim) => claim.doubts.some((doubt) => kindOf(doubt.kind).family === family)]),
    ["unreviewed", (claim) => judgedIn(claim).length < claim.doubts.length],
  ].map(([name, fits]) => ({ name, fits, number: answer.claims.filter(fits).length })).filter(({ name, number }) => number || name === "all");
  const rows = [], body = h("tbody");
  let wanted = () => true;
  gradually(answer.claims, (claim, index) => {
    rows.push(row(claim, index + 1, context));
    rows[index].hidden = !wanted(claim);
    body.append(rows[index]);
  }, 30);
  const chips = filters.map(({ name, fits, number }) => button([t(`filter.${name}`), h("span", { class: "n" }, String(number))], (event) => {
    for (const chip of chips) chip.setAttribute("aria-pressed", chip === event.currentTarget ? "true" : "false");
    wanted = fits;
    rows.forEach((each, index) => { each.hidden = !fits(answer.claims[index]); });
  }, { class: "chip", "aria-pressed": name === "all" ? "true" : "false" }));
  return h("section", { class: "ledger-view", "aria-label": t("ledger") },
    chips.length > 1 && h("div", { class: "chips", role: "group", "aria-label": t("ledger.filter") }, chips),
    h("table", { class: "ledger" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, h("span", { class: "sr" }, t("number.head"))), COLUMNS.map((name) => h("th", { scope: "col" }, t(name))))),
      body));
}

function row(claim, number, { marks, reviews }) {
  const cell = (name, ...content) => h("td", { "data-label": t(name) }, h("div", {}, content));
  const unique = [...claim.citations, ...claim.doubts.flatMap((doubt) => doubt.evidence)].filter((citation, index, all) =>
    all.findIndex((other) => marks.numberOf(other) === marks.numberOf(citation)) === index);
  const done = claim.doubts.filter((doubt) => reviews.has(doubt.id)), open = claim.doubts.find((doubt) => !reviews.has(doubt.id));
  return h("tr", { "data-claim": number },
    h("td", { class: "n" }, link(String(number), null, { "data-read": number, "aria-label": t("claim.back", { number }) })),
    h("td", { class: "prose", lang: langOf(claim.text) }, underlined(claim, Array.from(claim.text))[0]),
    cell("verdict", verdictTag(claim)),
    cell("doubts", claim.doubts.length ? claim.doubts.map((doubt) => h("p", { class: "why" }, kindTag(doubt.kind), words("span", doubt.reason)))
      : h("span", { class: "none" }, t("none.found"))),
    cell("evidence", unique.length ? [...Map.groupBy(unique, (citation) => citation.title)].map(([title, list]) =>
      h("p", { class: "ev" }, h("span", { class: "ev-nums" }, list.map((citation) => cite(citation, marks))), words("span", title)))
      : h("span", { class: "none" }, t("none")), claim.voices?.length > 0 && h("p", { class: "sub" }, count(claim.voices.length, "voice"))),
    cell("review", done.map((doubt) => h("p", { class: "why" }, `${kindOf(doubt.kind).label}${t("colon")}${t(`judged.${reviews.get(doubt.id).decision}`)}`)),
      open ? link(t("review"), null, { "data-read": number, "data-review": marks.letterOf(open), "aria-label": t("review.of", { name: marks.letterOf(open), label: kindOf(open.kind).label }) })
        : !claim.doubts.length && "–"));
}
