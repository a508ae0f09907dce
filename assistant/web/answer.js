/* An answer as a page: question, tally, claims with their notes, what is missing, what was read; or the refusal. */

import { button, byId, callout, facts, gradually, h, icon, link, words } from "./dom.js";
import { statusTag, tally } from "./kinds.js";
import { count, heard, showDate, t } from "./language.js";
import { carryTools } from "./carry.js";
import { cite, claimRun, marksOf, metadataOf, note, voices, whoWhen } from "./claims.js";
import { scopeLine } from "./scope.js";

const LONGEST_ROW = 24;

/** The header of every state of an answer. */
export function questionHead(question, ...more) {
  return h("header", { class: "q-head" }, words("h1", question, { id: "question-title", tabindex: "-1" }), more);
}

/** Which question was searched for, where it is not the one that was asked: a follow-up made whole. */
export const searchedFor = (standalone, question) =>
  standalone && standalone !== question && h("p", { class: "meta" }, t("searched.for"), words("span", standalone, { class: "standalone" }));

/** Splits the answer's text into paragraphs of plain text and claims; null where the spans do not fit the text. */
function paragraphs(answer) {
  const points = Array.from(answer.text ?? ""), rows = [[]];
  const plain = (from, to) => points.slice(from, to).join("").split(/\n+/).forEach((part, index) => {
    if (index) rows.push([]);
    if (part) rows.at(-1).push(part);
  });
  const inOrder = answer.claims.map((claim, index) => ({ claim, number: index + 1 })).sort((a, b) => a.claim.span.start - b.claim.span.start);
  let at = 0;
  for (const { claim, number } of inOrder) {
    const { start, end } = claim.span;
    if (!(start >= at && end > start && end <= points.length)) return null;
    plain(at, start);
    if (answer.mode === "quoted") rows.push([]);
    rows.at(-1).push({ claim, number, words: points.slice(start, end) });
    at = end;
  }
  plain(at, points.length);
  return rows.filter((row) => row.some((part) => typeof part !== "string" || part.trim()));
}

/** Who says it, for an answer of quotations. */
function byline(claim, { metadata }) {
  const [first] = claim.citations;
  return first && facts("p", "meta byline", [first.title, first.locator, ...whoWhen(metadata.get(first.document_id))]);
}

/** A paragraph of the answer with its notes; `parts` are plain texts and claims `{claim, number, words}`. */
export function claimRow(parts, context) {
  const here = parts.filter((part) => typeof part !== "string");
  const beside = here.flatMap(({ claim, number }) => [...claim.doubts.map((doubt) => note(doubt, claim, number, context)), voices(claim, number)]).filter(Boolean);
  return h("section", { class: "row-of-claims" },
    h("p", { class: "prose" }, parts.map((part) => (typeof part === "string" ? part : claimRun(part.claim, part.words, part.number, context)))),
    context.quoted && here.length === 1 ? byline(here[0].claim, context) : null,
    beside.length > 0 && h("div", { class: "notes" }, beside));
}

function section(title, ...content) {
  return h("section", { class: "after" }, h("h2", {}, title), content);
}

function missing(answer) {
  const told = (answer.missing ?? []).filter((text) => !answer.refused || !UNFOUND.test(text));
  return told.length > 0 && section(t(answer.refused ? "missing.refused" : "missing"), h("ul", { class: "plain" }, told.map((text) => words("li", text))));
}

function sources(context) {
  const byDocument = new Map();
  for (const citation of context.marks.citations) byDocument.set(citation.document_id, [...(byDocument.get(citation.document_id) ?? []), citation]);
  return byDocument.size > 0 && section(t("sources"), h("ul", { class: "sources" }, [...byDocument].map(([id, citations]) => {
    const data = context.metadata.get(id);
    const about = data ? [data.issuer || data.outlet || t("issuer.not"), data.number || t("number.not"), showDate(data.issued) || t("undated")] : [];
    return h("li", {},
      h("span", { class: "nums" }, citations.map((citation) => cite(citation, context.marks))),
      h("span", {}, words("span", citations[0].title, { class: "s-title" }), facts("span", "sub", about)),
      context.gone.has(id) ? h("span", { class: "status s-repealed" }, t("gone")) : data && statusTag(data.status));
  })));
}

/** A list of passages; each title opens the source at the passage. `data-list` tells which list the click is about. */
function passageList(passages, list) {
  return h("ol", { class: "near" }, passages.map((passage, index) => {
    const data = passage.metadata ?? {};
    return h("li", {},
      words("blockquote", passage.text, { class: "prose clamp" }),
      words("button", passage.title, { type: "button", class: "linkish", "data-list": list, "data-at": index }),
      facts("p", "meta", [data.issuer || data.outlet, showDate(data.issued), t(`found.${passage.found_by}`)]));
  }));
}

const UNFOUND = /^No passage that was found mentions /;

/** Words of the question that no passage has. */
function unfoundTerms(answer) {
  const terms = answer.missing.filter((text) => UNFOUND.test(text)).flatMap((text) => [...text.matchAll(/“([^”]+)”/g)].map((found) => found[1]));
  return terms.length > 0 && section(t("terms.missing"), h("ul", { class: "terms" }, terms.map((term) => words("li", term))));
}

function refusal(answer) {
  const near = answer.nearest ?? [], searched = /Searched (\d+) passages? of (\d+) documents?/.exec(answer.text);
  return h("div", { class: "refusal" },
    h("p", { class: "verdict-line" }, icon("v-not_found"), " ", near.length || searched ? t("refusal") : words("span", heard(answer.text))),
    searched && h("p", { class: "prose small" }, t("refusal.searched", { passages: count(Number(searched[1]), "passage"), documents: count(Number(searched[2]), "document") }),
      near.length > 0 && ` ${t("refusal.near", { passages: count(near.length, "passage") })}`),
    unfoundTerms(answer), missing(answer),
    near.length > 0 && section(t("nearest"), passageList(near, "nearest")),
    section(t("can.do"), h("ul", { class: "plain" },
      h("li", {}, h("a", { href: "/?view=library", "data-route": "library" }, t("add.one")), t("add.one.rest")),
      h("li", {}, link(t("other.words"), null, { "data-edit": true }), t("other.words.rest")),
      answer.scope && scopeLine(answer.scope) && h("li", {}, link(t("without.filters"), null, { "data-unfilter": true }), t("without.filters.rest")))));
}

/** A question back: the questions to choose from, each a button that asks it. */
function choosing(answer) {
  return [
    h("p", { class: "verdict-line" }, words("span", heard(answer.text))),
    h("ul", { class: "choices" }, answer.choices.map((choice) => h("li", {}, words("button", choice, { type: "button", "data-ask": choice })))),
    h("p", { class: "hint" }, t("choose.hint")),
  ];
}

function made(answer) {
  if (answer.mode === "quoted") return t("made.quoted");
  const { model } = answer.versions ?? {};
  return t("made.written", { model: model ? t("made.model", { model }) : "" });
}

/** What the parts of an answer's page share: numerals and letters, metadata, reviews by doubt, documents that are gone. */
export const contextOf = (answer, { gone = [], reviews = new Map() } = {}) => ({
  answer, reviews, marks: marksOf(answer), metadata: metadataOf(answer.passages, answer.nearest),
  quoted: answer.mode === "quoted", gone: new Set(gone),
});

const tabs = () => h("div", { class: "tabs", role: "group", "aria-label": t("view") },
  [["read", "r"], ["ledger", "l"]].map(([name, key]) => button([t(name), h("kbd", { "aria-hidden": "true" }, key.toUpperCase())], null,
    { "data-view": name, "aria-pressed": name === "read" ? "true" : "false" })));

/** The whole answer: header, notices, and the place for one of its views. `asked` is when it was asked, `changed` what in the
    library is not as it was then. */
export function answerPage(answer, context, { asked = "", changed = [] } = {}) {
  const callouts = [
    changed.length > 0 && callout(false, h("p", {}, h("b", {}, t("changed"))), changed.map((text) => words("p", text))),
    answer.notices?.length > 0 && callout(false, answer.notices.map((text) => words("p", heard(text)))),
  ];
  const fallback = answer.notices?.some((text) => text.includes("word for word"));
  const joined = context.quoted && answer.claims.some((claim) => claim.text.includes(" … ") && !claim.citations.some((citation) => citation.quote.includes(" … ")));
  const answered = !answer.refused && !answer.choices?.length, about = facts("p", "meta", [
    asked, answered && !fallback && made(answer), answered && joined && t("joined"), scopeLine(answer.scope),
    link(t("edit.question"), null, { "data-edit": true }),
  ]);
  const head = questionHead(answer.question, searchedFor(answer.standalone, answer.question), about,
    answered && h("div", { class: "bar" }, tally(answer.claims), h("div", { class: "tools" }, tabs(), answer.id && carryTools(answer))));
  return [head, callouts, h("div", { id: "view" }, answer.refused ? refusal(answer) : answered ? readView(answer, context) : [choosing(answer), passagesRead(answer)])];
}

/** A paragraph of very many claims is parted, so that it can be shown piece by piece. */
const parted = (row) => Array.from({ length: Math.ceil(row.length / LONGEST_ROW) }, (_, index) => row.slice(index * LONGEST_ROW, (index + 1) * LONGEST_ROW));

/** The answer as prose with its notes. */
export function readView(answer, context) {
  const rows = paragraphs(answer) ?? answer.claims.map((claim, index) => [{ claim, number: index + 1, words: Array.from(claim.text) }]);
  const prose = h("div"), body = h("div", { class: "body", id: "claims" }, prose, missing(answer), sources(context), passagesRead(answer));
  gradually(rows.flatMap(parted), (row) => prose.append(claimRow(row, context)), answer.claims.length > 60 ? Math.ceil(LONGEST_ROW / Math.max(...rows.map((row) => row.length))) : Infinity, () => body.isConnected && placeNotes(body));
  return body;
}

export const passagesRead = (answer, verb = "read") => answer.passages?.length > 0
  && h("details", { class: "after" }, h("summary", {}, t(`passages.${verb}`, { passages: count(answer.passages.length, "passage") })), passageList(answer.passages, "passages"));

/** Puts notes beside their claims where the answer is wide enough, pushing overlapping ones down. */
export function placeNotes(body) {
  const beside = getComputedStyle(body).getPropertyValue("--beside").trim() === "1", notes = [...body.querySelectorAll(".note")];
  const top = body.getBoundingClientRect().top;
  const sizes = beside ? notes.map((aside) => [body.querySelector(`#claim-${aside.dataset.claim}`).getClientRects()[0].top - top, aside.offsetHeight]) : [];
  let free = 0;
  notes.forEach((aside, index) => {   // all is measured before anything is moved: the page is laid out once
    if (!beside) { aside.style.top = ""; return; }
    const wanted = Math.max(free, sizes[index][0]);
    aside.style.top = `${wanted}px`;
    free = wanted + sizes[index][1] + 12;
  });
  body.style.minHeight = beside ? `${free}px` : "";
}

/** Puts the notes of the answer that is shown in their places. */
export function layNotes() {
  const body = byId("claims");
  if (body?.offsetParent) placeNotes(body);
}
