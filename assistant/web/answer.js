/* An answer as a page: question, tally, claims with their notes, what is missing, what was read; or the refusal. */

import { button, callout, h, icon, plural, showDate, words } from "./dom.js";
import { statusTag, tally, voices } from "./kinds.js";
import { cite, claimRun, marksOf, note } from "./claims.js";

const FOUND_BY = { meaning: "found by meaning", words: "found by its words", both: "found by meaning and words" };

/** The header of every state of an answer. */
export function questionHead(question, ...more) {
  return h("header", { class: "q-head" }, words("h1", question, { id: "question-title", tabindex: "-1" }), more);
}

/** Which question was searched for, where it is not the one that was asked: a follow-up made whole. */
export const searchedFor = (standalone, question) =>
  standalone && standalone !== question && h("p", { class: "meta" }, "Searched for: ", words("span", standalone, { class: "standalone" }));

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

/** Short facts in a line; the style sheet puts the dots between them. */
const spans = (tag, name, texts) => h(tag, { class: name }, texts.filter(Boolean).map((text) => words("span", text)));

/** Who says it, for an answer of quotations. */
function byline(claim, context) {
  const first = claim.citations[0];
  if (!first) return null;
  const { issuer, outlet, issued } = context.metadata.get(first.document_id) ?? {};
  return spans("p", "meta", [first.title, first.locator, issuer || outlet, showDate(issued)]);
}

/** A paragraph of the answer with its notes; `parts` are plain texts and claims `{claim, number, words}`. */
export function claimRow(parts, context) {
  const here = parts.filter((part) => typeof part !== "string");
  return h("section", { class: "row-of-claims" },
    h("p", { class: "prose" }, parts.map((part) => (typeof part === "string" ? part : claimRun(part.claim, part.words, part.number, context)))),
    context.quoted && here.length === 1 ? byline(here[0].claim, context) : null,
    here.map((part) => voices(part.claim)).filter(Boolean).map((text) => spans("p", "meta", [text])),
    here.some((part) => part.claim.doubts.length)
      ? h("div", { class: "notes" }, here.map((part) => part.claim.doubts.map((doubt) => note(doubt, part.claim, part.number, context)))) : null);
}

function claimText(answer, context) {
  const rows = paragraphs(answer) ?? answer.claims.map((claim, index) => [{ claim, number: index + 1, words: Array.from(claim.text) }]);
  return rows.map((row) => claimRow(row, context));
}

function section(title, ...content) {
  return h("section", { class: "after" }, h("h2", {}, title), content);
}

function missing(answer) {
  return answer.missing?.length > 0
    && section(answer.refused ? "Not found in the library" : "What the library does not say",
      h("ul", { class: "plain" }, answer.missing.map((text) => words("li", text))));
}

function sources(context) {
  const byDocument = new Map();
  for (const citation of context.marks.citations) byDocument.set(citation.document_id, [...(byDocument.get(citation.document_id) ?? []), citation]);
  return byDocument.size > 0 && section("Sources cited", h("ul", { class: "sources" }, [...byDocument].map(([id, citations]) => {
    const data = context.metadata.get(id);
    const about = data ? [data.issuer || "issuer not stated", data.number || "number not stated", showDate(data.issued) || "date not stated"] : [];
    return h("li", {},
      h("span", { class: "nums" }, citations.map((citation) => cite(citation, context.marks))),
      h("span", {}, words("span", citations[0].title), spans("span", "sub", about)),
      context.gone.has(id) ? h("span", { class: "status s-repealed" }, "No longer held") : data && statusTag(data.status));
  })));
}

/** A list of passages; each title opens the source at the passage. `data-list` tells which list the click is about. */
function passageList(passages, list) {
  return h("ol", { class: "near" }, passages.map((passage, index) => {
    const data = passage.metadata ?? {};
    return h("li", {},
      words("blockquote", passage.text, { class: "prose clamp" }),
      words("button", passage.title, { type: "button", class: "linkish", "data-list": list, "data-at": index }),
      spans("p", "meta", [data.issuer || data.outlet, showDate(data.issued), FOUND_BY[passage.found_by]]));
  }));
}

function refusal(answer) {
  const near = answer.nearest ?? [];
  return [
    h("p", { class: "verdict-line" }, icon("v-not_found"), " ", words("span", near.length ? "The library does not answer this." : answer.text)),
    near.length > 0 && h("p", {}, `${plural(near.length, "passage")} came near, but none is an answer.`),
    missing(answer),
    near.length > 0 && section("Nearest passages, closest first", passageList(near, "nearest")),
    section("What you can do", h("ul", { class: "plain" },
      h("li", {}, h("a", { href: "/?view=library", "data-route": "library" }, "Add a document"), " that answers it, then ask again."),
      h("li", {}, button("Ask in other words", null, { class: "linkish", "data-edit": true }), ", for example those of the notice itself."))),
  ];
}

/** A question back: the questions to choose from, each a button that asks it. */
function choosing(answer) {
  return [
    h("p", { class: "verdict-line" }, words("span", answer.text)),
    h("ul", { class: "choices" }, answer.choices.map((choice) => h("li", {}, words("button", choice, { type: "button", "data-ask": choice })))),
    h("p", { class: "hint" }, "Or say in the box which one is meant."),
  ];
}

function mode(answer) {
  if (answer.mode === "quoted") return "These are sentences from the library, word for word, closest first.";
  const { model } = answer.versions ?? {};
  return `Written by a language model${model ? ` (${model})` : ""} from passages of the library; each sentence was checked against them.`;
}

/** What the answer's metadata tell of a document, by its id. */
export const metadataOf = (...lists) => new Map(lists.flat().filter(Boolean).map((passage) => [passage.document_id, passage.metadata ?? {}]));

/** The whole answer: its nodes, and its citations as numbered. `since` tells what is known of it now: when it was asked, the
    documents that are `gone` from the library, and in words what `changed`. */
export function answerPage(answer, { asked = "", gone = [], changed = [] } = {}) {
  const marks = marksOf(answer);
  const context = { marks, metadata: metadataOf(answer.passages, answer.nearest), quoted: answer.mode === "quoted", gone: new Set(gone) };
  const callouts = [
    changed.length > 0 && callout(false, h("p", {}, h("b", {}, "The library has changed since this was answered.")), changed.map((text) => h("p", {}, text))),
    answer.notices?.length > 0 && callout(false, answer.notices.map((text) => h("p", {}, text))),
  ];
  const fallback = answer.notices?.some((text) => text.includes("word for word"));
  const joined = context.quoted && answer.claims.some((claim) => claim.text.includes(" … ") && !claim.citations.some((citation) => citation.quote.includes(" … ")));
  const answered = !answer.refused && !answer.choices?.length;
  const head = questionHead(answer.question, searchedFor(answer.standalone, answer.question),
    h("p", { class: "meta" }, [
      asked && `Asked ${asked}.`,
      answered && !fallback && mode(answer),
      answered && joined && "“\u00a0…\u00a0” joins a lead-in to its item.",
    ].filter(Boolean).map((text) => `${text} `), button("Edit the question", null, { class: "linkish", "data-edit": true })),
    answered && tally(answer.claims));
  if (answer.refused) return { nodes: [head, callouts, refusal(answer)], citations: [] };
  if (!answered) return { nodes: [head, callouts, choosing(answer), passagesRead(answer)], citations: [] };
  return {
    citations: marks.citations,
    nodes: [head, callouts, h("div", { class: "body", id: "claims" }, claimText(answer, context), missing(answer), sources(context), passagesRead(answer))],
  };
}

export const passagesRead = (answer, verb = "read") => answer.passages?.length > 0
  && h("details", { class: "after" }, h("summary", {}, `${plural(answer.passages.length, "passage")} ${verb}`), passageList(answer.passages, "passages"));

/** Puts notes beside their claims where the answer is wide enough, pushing overlapping ones down. */
export function placeNotes(body) {
  const beside = getComputedStyle(body).getPropertyValue("--beside").trim() === "1";
  const top = body.getBoundingClientRect().top;
  let free = 0;
  for (const aside of body.querySelectorAll(".note")) {
    const claim = body.querySelector(`#claim-${aside.dataset.claim}`);
    const wanted = Math.max(free, claim.getClientRects()[0].top - top);
    aside.style.top = beside ? `${wanted}px` : "";
    free = wanted + aside.offsetHeight + 12;
  }
  body.style.minHeight = beside ? `${free}px` : "";
}
