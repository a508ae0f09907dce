/* One claim of an answer: its words with the doubtful ones underlined, its numerals and letters, and its notes.
   All offsets are code points; `words` is always an array of code points. */

import { h, icon, langOf, showDate, words as worded } from "./dom.js";
import { kindOf, shown, verdictWords, worst } from "./kinds.js";

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
  const label = `Citation ${number}: ${[citation.title, citation.locator].filter(Boolean).join(", ")}`;
  return h("button", { type: "button", class: "cite", "data-cite": number, "aria-label": label }, String(number));
}

function doubtLink(doubt, marks) {
  const { label, family } = kindOf(doubt.kind), name = marks.letterOf(doubt);
  return h("a", { class: `dref f-${family}`, role: "doc-noteref", href: `#doubt-${name}`, "aria-label": `Doubt ${name}: ${label}` }, name);
}

/** Where the last word begins: it stays on one line with the numerals behind it. */
function lastWord(words) {
  const start = words.lastIndexOf(" ") + 1;
  return start && words.length - start <= 20 && !langOf(words.slice(start).join("")) ? start : Math.max(0, words.length - 2);
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

/** The claim as a run of text; `words` are the code points of its stretch of the answer. */
export function claimRun(claim, words, number, { marks }) {
  const lines = underlines(claim, words), tail = lastWord(words);
  const cuts = new Set([0, tail, words.length, ...lines.flatMap(({ start, end }) => [start, end])]);
  const edges = [...cuts].sort((a, b) => a - b), before = [], after = [];
  edges.slice(0, -1).forEach((start, index) => {
    const text = words.slice(start, edges[index + 1]).join("");
    const family = worst(lines.filter((line) => line.start <= start && start < line.end).map((line) => line.doubt));
    (start < tail ? before : after).push(family ? h("span", { class: `u f-${family}` }, text) : text);
  });
  const verdict = claim.verdict === "supported" ? null
    : h("span", { class: `verdict v-${shown(claim)}` }, icon(`v-${shown(claim)}`), ` ${verdictWords(claim)}`);
  return h("span", { class: "claim", id: `claim-${number}`, "data-claim": number, tabindex: "-1", role: "group",
    "aria-label": `Claim ${number}: ${verdictWords(claim)}`, lang: langOf(claim.text) },
  before, h("span", { class: "tail" }, after,
    h("span", { class: "refs", lang: "en" }, claim.citations.map((citation) => cite(citation, marks)), claim.doubts.map((doubt) => doubtLink(doubt, marks)))),
  verdict && [" ", verdict]);
}

/** One quote of a disagreement, with who says it and when. */
function side(citation, { marks, metadata }) {
  const { issuer, outlet, issued } = metadata.get(citation.document_id) ?? {};
  return h("li", {}, worded("q", citation.quote, { class: "clamp" }),
    h("span", { class: "sub", lang: langOf(issuer || citation.title) }, cite(citation, marks), " ", [issuer || outlet || citation.title, showDate(issued) || "date not stated"].join(", ")));
}

/** Both quotes of a dispute in order of issue, undated last: no side is the winner. */
function sides(claim, doubt, context) {
  const unique = [...claim.citations, ...doubt.evidence].filter((citation, index, all) =>
    all.findIndex((other) => keyOf(other) === keyOf(citation)) === index);
  const issued = (citation) => context.metadata.get(citation.document_id)?.issued || "9999";
  unique.sort((a, b) => issued(a).localeCompare(issued(b)));
  return h("ul", { class: "sides" }, unique.map((citation) => side(citation, context)));
}

/** The note of a doubt: letter, kind, reason, evidence. */
export function note(doubt, claim, number, context) {
  const { label, family } = kindOf(doubt.kind), name = context.marks.letterOf(doubt);
  const disputed = doubt.kind === "disputed" && doubt.evidence.length > 0;
  return h("aside", { class: `note f-${family}`, id: `doubt-${name}`, role: "doc-footnote", "aria-label": `Doubt ${name}: ${label}`, "data-claim": number, tabindex: "-1" },
    h("p", { class: "note-head" },
      h("a", { class: "dref", role: "doc-backlink", href: `#claim-${number}`, "aria-label": `Back to claim ${number}` }, name), icon(`f-${family}`), h("b", {}, label)),
    h("p", { class: "note-body", lang: langOf(doubt.reason) }, doubt.reason, " ",
      disputed ? null : h("span", { class: "refs", lang: "en" }, doubt.evidence.map((citation) => cite(citation, context.marks)))),
    disputed ? sides(claim, doubt, context) : null);
}
