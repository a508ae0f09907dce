/* An answer while it is made: the stages, words as they come, each replaced by its claim once that is checked. */

import { claimRow, metadataOf, passagesRead, questionHead, searchedFor } from "./answer.js";
import { claimRun, marksOf, note } from "./claims.js";
import { button, callout, h, icon, plural, say } from "./dom.js";
import { tally } from "./kinds.js";

const STAGES = ["Searching", "Passages", "Writing", "Checking"];

/** The page of an answer that is being made; `take` shows an event, `settle` ends it early and keeps what has arrived. */
export function liveAnswer(question, { writes = true, onstop }) {
  const answer = { question, claims: [], passages: [], mode: writes ? "written" : "quoted" };
  const stages = STAGES.map((name) => h("li", {}, h("b", {}, name), h("span", {}, "")));
  const draft = document.createTextNode(""), pending = h("span", { class: "pending" });
  const parts = {
    about: h("div"), counts: h("div"), told: h("div"), rows: h("div"), found: h("div"),
    stages: h("ol", { class: "stages", "aria-label": "Stages" }, stages, h("li", { class: "stop" }, button(["Stop", h("kbd", {}, "Esc")], onstop))),
  };
  pending.append(draft, h("span", { class: "checking" }, icon("v-pending"), h("span", { class: "sr" }, " not checked yet")));
  let marks = marksOf(answer), metadata = new Map(), row = null;

  function stage(index, state, name, text) {
    const item = stages[index];
    if (item.className !== state) item.className = state;
    if (state === "now") item.setAttribute("aria-current", "step"); else item.removeAttribute("aria-current");
    item.firstChild.textContent = name;
    item.lastChild.textContent = text;
  }

  /** Writing and checking run together: a sentence is checked while the next one is written. */
  function progress() {
    const { length } = answer.claims, said = length + (draft.data ? 1 : 0), quoted = answer.mode === "quoted";
    stage(2, "now", quoted ? "Quoting" : "Writing", said ? `${plural(said, "claim")} so far` : "no words yet");
    stage(3, said ? "now" : "", "Checking", said ? `${length} of ${plural(said, "claim")}` : "");
  }

  function searching({ question: standalone, documents }) {
    parts.about.replaceChildren(...[searchedFor(standalone, question)].filter(Boolean));
    stage(0, "now", "Searching", plural(documents, "document"));
  }

  function passages(event) {
    const documents = new Set(event.passages.map((passage) => passage.document_id)).size;
    answer.passages = event.passages;
    metadata = metadataOf(event.passages);
    stage(0, "done", "Searched", event.seconds < 0.1 ? "in under 0.1 s" : `in ${event.seconds.toFixed(1)} s`);
    stage(1, "done", plural(event.passages.length, "passage"), documents ? `from ${plural(documents, "document")}` : "");
    parts.found.replaceChildren(...[passagesRead(answer, "found")].filter(Boolean));
    progress();
    say(`${plural(event.passages.length, "passage")} found. ${answer.mode === "quoted" ? "Quoting" : "Writing"} and checking.`);
  }

  function delta({ text, restart }) {
    if (restart) { withdraw(); return; }
    if (!pending.isConnected) openRow().append(pending);
    draft.data = (draft.data || gap()) + text;
    progress();
  }

  /** The paragraph that claims are added to. Where lines end is known only when the answer is whole, so there is one of them. */
  function openRow() {
    if (!row) {
      row = { prose: h("p", { class: "prose" }), notes: h("div", { class: "notes" }) };
      parts.rows.append(h("section", { class: "row-of-claims" }, row.prose, row.notes));
    }
    return row.prose;
  }

  /** What stands between two claims: Chinese sentences follow each other without a space. */
  const gap = () => (answer.claims.length && !/[。！？”」』；]$/u.test(answer.claims.at(-1).text) ? " " : "");

  function clearDraft() {
    pending.remove();
    draft.data = "";
  }

  function claim(event) {
    clearDraft();
    const before = gap();
    answer.claims.push(event);
    marks = marksOf(answer);   // numerals and letters go on in order, so those already shown stay as they are
    const number = answer.claims.length, words = Array.from(event.text);
    const context = { marks, metadata, quoted: answer.mode === "quoted", gone: new Set() };
    if (context.quoted) {
      parts.rows.append(claimRow([{ claim: event, number, words }], context));
      if (row && !row.prose.childNodes.length) row.prose.parentElement.remove();
      row = null;
    } else {
      openRow().append(before, claimRun(event, words, number, context));
      row.notes.append(...event.doubts.map((doubt) => note(doubt, event, number, context)));
    }
    parts.counts.replaceChildren(tally(answer.claims));
    progress();
  }

  /** Everything that was told is taken back, the claims too. */
  function withdraw() {
    const shown = answer.claims.length > 0 || draft.data !== "";
    clearDraft();
    Object.assign(answer, { claims: [], mode: "quoted" });
    marks = marksOf(answer);
    row = null;
    parts.rows.replaceChildren();
    parts.counts.replaceChildren();
    parts.told.replaceChildren(callout(false,
      h("p", {}, h("b", {}, shown ? "What the language model wrote is withdrawn." : "The language model wrote no answer."), " Sentences from the library follow, word for word.")));
    progress();
    say(`${shown ? "What the language model wrote is withdrawn." : "The language model wrote no answer."} Sentences from the library follow.`);
  }

  const shows = { searching, passages, delta, claim };
  stage(0, "now", "Searching", "the library");
  return {
    answer,
    citations: () => marks.citations,
    nodes: [questionHead(question, parts.about, parts.counts), parts.stages, parts.told, h("div", { class: "body", id: "claims" }, parts.rows, parts.found)],
    take: (event) => shows[event.type]?.(event),
    lost: () => {
      stage(2, "now", "Connection lost", "trying to go on");
      say("Connection lost, trying to go on.");
    },
    settle(...content) {
      clearDraft();
      parts.stages.replaceWith(...content);
    },
  };
}

/** "2 claims arrived and were checked; the rest is missing." */
export function arrived({ claims }) {
  if (!claims.length) return "Nothing had been checked yet.";
  return `${plural(claims.length, "claim")} arrived and ${claims.length === 1 ? "was" : "were"} checked; the rest is missing.`;
}
