/* An answer while it is made: the stages, words as they come, each replaced by its claim once that is checked. */

import { claimRow, contextOf, passagesRead, questionHead, searchedFor } from "./answer.js";
import { claimRun, marksOf, metadataOf, note, voices } from "./claims.js";
import { button, callout, h, icon, say } from "./dom.js";
import { tally } from "./kinds.js";
import { count, t } from "./language.js";
import { scopeLine } from "./scope.js";

const STAGES = ["searching", "passages", "writing", "checking"];

/** The page of an answer that is being made; `take` shows an event, `settle` ends it early and keeps what has arrived. */
export function liveAnswer(question, { writes = true, scope, onstop }) {
  const answer = { question, claims: [], passages: [], mode: writes ? "written" : "quoted", scope };
  const stages = STAGES.map((name) => h("li", {}, h("b", {}, t(`stage.${name}`)), h("span", {}, "")));
  const draft = document.createTextNode(""), pending = h("span", { class: "pending" });
  const parts = {
    about: h("div"), counts: h("div"), told: h("div"), rows: h("div"), found: h("div"),
    stages: h("ol", { class: "stages", "aria-label": t("stages") }, stages, h("li", { class: "stop" }, button([t("stop"), h("kbd", { "aria-hidden": "true" }, "Esc")], onstop))),
  };
  pending.append(draft, h("span", { class: "checking" }, icon("v-pending"), h("span", { class: "sr" }, ` ${t("not.yet")}`)));
  let context = contextOf(answer), row = null;

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
    stage(2, "now", t(quoted ? "stage.quoting" : "stage.writing"), said ? t("so.far", { claims: count(said, "claim") }) : t("no.words"));
    stage(3, said ? "now" : "", t("stage.checking"), said ? t("some.of", { number: length, claims: count(said, "claim") }) : "");
  }

  function searching({ question: standalone, documents, filters }) {
    parts.about.replaceChildren(...[searchedFor(standalone, question), scopeLine(filters) && h("p", { class: "meta" }, scopeLine(filters))].filter(Boolean));
    stage(0, "now", t("stage.searching"), count(documents, "document"));
  }

  function passages(event) {
    const documents = new Set(event.passages.map((passage) => passage.document_id)).size;
    answer.passages = event.passages;
    context.metadata = metadataOf(event.passages);
    stage(0, "done", t("stage.searched"), event.seconds < 0.1 ? t("in.no.time") : t("in.seconds", { seconds: event.seconds.toFixed(1) }));
    stage(1, "done", count(event.passages.length, "passage"), documents ? t("from.documents", { documents: count(documents, "document") }) : "");
    parts.found.replaceChildren(...[passagesRead(answer, "found")].filter(Boolean));
    progress();
    say(t(answer.mode === "quoted" ? "said.quoting" : "said.writing", { passages: count(event.passages.length, "passage") }));
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
    const number = answer.claims.length, words = Array.from(event.text);
    context = { ...context, answer: null, marks: marksOf(answer), quoted: answer.mode === "quoted" };   // numerals and letters go on in order, so those already shown stay as they are
    if (context.quoted) {
      parts.rows.append(claimRow([{ claim: event, number, words }], context));
      if (row && !row.prose.childNodes.length) row.prose.parentElement.remove();
      row = null;
    } else {
      openRow().append(before, claimRun(event, words, number, context));
      row.notes.append(...[...event.doubts.map((doubt) => note(doubt, event, number, context)), voices(event, number)].filter(Boolean));
    }
    parts.counts.replaceChildren(tally(answer.claims));
    progress();
  }

  /** Everything that was told is taken back, the claims too. */
  function withdraw() {
    const told = t(answer.claims.length > 0 || draft.data !== "" ? "withdrawn" : "wrote.nothing");
    clearDraft();
    Object.assign(answer, { claims: [], mode: "quoted" });
    context.marks = marksOf(answer);
    row = null;
    parts.rows.replaceChildren();
    parts.counts.replaceChildren();
    parts.told.replaceChildren(callout(false, h("p", {}, h("b", {}, told), ` ${t("quotes.follow")}`)));
    progress();
    say(`${told} ${t("quotes.follow")}`);
  }

  const shows = { searching, passages, delta, claim };
  stage(0, "now", t("stage.searching"), t("the.library"));
  return {
    answer,
    citations: () => context.marks.citations,
    nodes: [questionHead(question, parts.about, parts.counts), parts.stages, parts.told, h("div", { class: "body", id: "claims" }, parts.rows, parts.found)],
    take: (event) => shows[event.type]?.(event),
    lost: () => {
      stage(2, "now", t("stage.lost"), t("going.on"));
      say(t("said.lost"));
    },
    settle(...content) {
      clearDraft();
      parts.stages.replaceWith(...content);
    },
  };
}

/** "2 claims arrived and were checked; the rest is missing." */
export const arrived = ({ claims }) => (claims.length ? t(claims.length === 1 ? "arrived.one" : "arrived", { claims: count(claims.length, "claim") }) : t("arrived.none"));
