/* One claim of an answer: its words with the doubtful ones underlined, its numerals and letters, and its notes.
   All offsets are code points; `words` is always an array of code points. */

import { button, facts, h, icon, langOf, words as worded } from "./dom.js";
import { kindOf, shown, verdictTag, verdictWords, worst } from "./kinds.js";
import { count, language, showDate, t } from "./language.js";
import { judged, reviewButton } from "./review.js";

const keyOf = (citation) => `${citation.document_id} ${citation.span.start} ${citation.span.end}`;

/** Numbers every citation of the answer once, in reading order, and letters every doubt. */
export function marksOf(answer) {
  const citations = [], numbers = new Map(), letters = new Map();
  const add = (citation) => {
    if (!numbers.has(keyOf(citation))) numbers.set(keyOf(citation), citations.push(citation));
  };
  for (const claim of answer.claims) {
    claim.citations.forEach(add);
    for (const doubt of claim.doubts) {
      doubt.evidence.forEach(add);
      letters.set(doubt, letter(letters.size));
    }
  }
  return { citations, numberOf: (citation) => numbers.get(keyOf(citation)), letterOf: (doubt) => letters.get(doubt) };
}

/** a … z, aa, ab … */
function letter(index) {
  return (index >= 26 ? letter(Math.floor(index / 26) - 1) : "") + String.fromCharCode(97 + (index % 26));
}

export function cite(citation, marks) {
  const number = marks.numberOf(citation);
  const label = t("citation.to", { number, place: [citation.title, citation.locator].filter(Boolean).join(", ") });
  return h("button", { type: "button", class: "cite", "data-cite": number, "aria-label": label }, String(number));
}

export const cites = (citations, marks) => h("span", { class: "refs", lang: language }, citations.map((citation) => cite(citation, marks)));

function doubtLink(doubt, marks) {
  const { label, family } = kindOf(doubt.kind), name = marks.letterOf(doubt);
  return h("a", { class: `dref f-${family}`, role: "doc-noteref", href: `#doubt-${name}`, "aria-label": t("doubt.is", { name, label }) }, name);
}

/** Where the last word begins: it stays on one line with the numerals behind it. */
function lastWord(words) {
  const start = words.lastIndexOf(" ") + 1;
  return start && words.length - start <= 20 && !/\p{Script=Han}/u.test(words.slice(start).join("")) ? start : Math.max(0, words.length - 2);
}

/** Doubts with the stretch of the claim that each one underlines; without usable words it is the whole claim. */
function underlines(claim, words) {
  const same = words.join("") === claim.text;
  return claim.doubts.map((doubt) => {
    const { start, end } = doubt.span ?? {};
    const named = same && Number.isInteger(start) && start >= 0 && start < end && end <= words.length;
    return { doubt, start: named ? start : 0, end: named ? end : words.length };
  });
}

/** The words of a claim up to `tail` and behind it, those in doubt underlined by the gravest family that is about them. */
export function underlined(claim, words, tail = words.length) {
  const lines = underlines(claim, words), before = [], after = [];
  const cuts = new Set([0, tail, words.length, ...lines.flatMap(({ start, end }) => [start, end])]);
  const edges = [...cuts].sort((a, b) => a - b);
  edges.slice(0, -1).forEach((start, index) => {
    const text = words.slice(start, edges[index + 1]).join("");
    const family = worst(lines.filter((line) => line.start <= start && start < line.end).map((line) => line.doubt));
    (start < tail ? before : after).push(family ? h("span", { class: `u f-${family}` }, text) : text);
  });
  return [before, after];
}

/** The claim as a run of text; `words` are the code points of its stretch of the answer. */
export function claimRun(claim, words, number, { marks }) {
  const [before, after] = underlined(claim, words, lastWord(words));
  return h("span", { class: "claim", id: `claim-${number}`, "data-claim": number, tabindex: "-1", role: "group",
    "aria-label": t("claim.is", { number, state: verdictWords(claim) }), lang: langOf(claim.text) },
  before, h("span", { class: "tail" }, after,
    h("span", { class: "refs", lang: language }, claim.citations.map((citation) => cite(citation, marks)), claim.doubts.map((doubt) => doubtLink(doubt, marks)))),
  shown(claim) === "supported" || shown(claim) === "doubted" ? null : [" ", verdictTag(claim)]);
}

/** What the answer's metadata tell of a document, by its id. */
export const metadataOf = (...lists) => new Map(lists.flat().filter(Boolean).map((passage) => [passage.document_id, passage.metadata ?? {}]));

/** Who says it and when; of a document of which nothing is known here, its title alone. */
export const whoWhen = (data, title = "") =>
  (data ? [data.issuer || data.outlet || title, showDate(data.issued) || t("undated")] : [title]).filter(Boolean);

/** Both sides of a dispute in order of issue, undated last: no side is the winner. */
export function sidesOf(claim, doubt, metadata) {
  const unique = [...claim.citations, ...doubt.evidence].filter((citation, index, all) =>
    all.findIndex((other) => keyOf(other) === keyOf(citation)) === index);
  const issued = (citation) => metadata.get(citation.document_id)?.issued || "9999";
  return unique.sort((a, b) => issued(a).localeCompare(issued(b)));
}

function sides(claim, doubt, { marks, metadata }) {
  return [
    h("ul", { class: "sides" }, sidesOf(claim, doubt, metadata).map((citation) => h("li", {}, worded("q", citation.quote, { class: "clamp" }),
      h("span", { class: "by" }, cite(citation, marks), " ", facts("span", "sub", whoWhen(metadata.get(citation.document_id), citation.title)))))),
    button(t("compare"), null, { class: "linkish", "data-compare": marks.letterOf(doubt) }),
  ];
}

/** The note of a doubt: letter, kind, reason, evidence, and what a reader has made of it. */
export function note(doubt, claim, number, context) {
  const { label, family } = kindOf(doubt.kind), name = context.marks.letterOf(doubt), record = context.reviews?.get(doubt.id);
  const disputed = doubt.kind === "disputed" && doubt.evidence.length > 0;
  return h("aside", { class: `note f-${family}`, id: `doubt-${name}`, role: "doc-footnote", "aria-label": t("doubt.is", { name, label }), "data-claim": number, tabindex: "-1" },
    h("p", { class: "note-head" },
      h("a", { class: "dref", role: "doc-backlink", href: `#claim-${number}`, "aria-label": t("claim.back", { number }) }, name), icon(`f-${family}`), h("b", {}, label),
      context.answer && !record && reviewButton(name, label)),
    h("p", { class: "note-body", lang: langOf(doubt.reason) }, doubt.reason, " ", disputed ? null : cites(doubt.evidence, context.marks)),
    disputed ? sides(claim, doubt, context) : null,
    record && judged(record, name));
}

/** Who says it independently of each other; documents that copy one of them are counted with it. */
export function voices(claim, number) {
  if (!claim.voices?.length) return null;
  const copies = claim.voices.reduce((sum, voice) => sum + (voice.copies ?? 0), 0);
  return h("aside", { class: "note voices", "data-claim": number },
    h("p", { class: "note-head" }, h("b", {}, `${count(claim.voices.length, "voice")}${t("colon")}`)),
    h("p", { class: "note-body" }, claim.voices.map((voice, index) => [index > 0 && t("semicolon"), worded("span", voice.name)]),
      copies > 0 && ` ${t("copies", { copies: count(copies, "copy.count") })}`));
}
