/* Claims: stepping through them, opening their citations, and what a click in the answer does. */

import { stop } from "./asking.js";
import { byId } from "./dom.js";
import { keepDraft, now } from "./now.js";
import { clearScope } from "./scope.js";
import { openSource } from "./source.js";
import { review, showView, unreview } from "./views.js";

const box = byId("question"), page = byId("answer");

/** #claim-3 goes to a claim, #doubt-b to a note, #sentence-3 to a sentence of a draft, #cite-2 opens a citation. */
export function followHash() {
  const [, what, which] = /^#(claim|doubt|sentence|cite)-(\w+)$/.exec(location.hash) ?? [];
  if (what === "claim" && !byId(`claim-${which}`) && now.answer?.claims[which - 1] && now.view === "read") setTimeout(followHash, 100);   // still being shown
  else if (what === "claim") focusClaim(Number(which));
  else if (what === "doubt" || what === "sentence") byId(`${what}-${which}`)?.focus();
  else if (what === "cite" && now.citations[which - 1]) openSource(now.citations, which - 1, "citation", page.querySelector(`[data-cite="${which}"]`));
}

function readFirst() {
  if (now.view !== "read") showView("read");
}

function focusClaim(number) {
  readFirst();
  const claim = byId(`claim-${number}`);
  if (!claim) return;
  now.claim = number;
  history.replaceState(null, "", `#claim-${number}`);
  claim.focus({ preventScroll: true });
  claim.scrollIntoView({ block: "nearest" });
}

const stepClaim = (by) => focusClaim(Math.min(Math.max(now.claim + by, 1), now.answer?.claims.length ?? 0));

/** The doubt behind the one that has the focus, or behind the claim that was looked at last. */
function nextDoubt() {
  readFirst();
  const notes = [...page.querySelectorAll(".note[id]")], held = notes.indexOf(document.activeElement?.closest?.(".note"));
  const next = notes[held >= 0 ? held + 1 : notes.findIndex((aside) => Number(aside.dataset.claim) >= Math.max(now.claim, 1))] ?? notes[0];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}

const asItem = (passage) => ({ document_id: passage.document_id, title: passage.title, span: { start: passage.start, end: passage.end }, quote: passage.text });

/** What a click in the answer does; `submit` asks a question. */
export function listen(submit) {
  page.addEventListener("click", (event) => {
    const target = event.target.closest("[data-cite], [data-list], [data-edit], [data-ask], [data-view], [data-read], [data-review], [data-unjudge], [data-compare], [data-unfilter]");
    if (!target) return;
    const { cite, list, at, ask, view, read, compare, review: letter, unjudge, unfilter } = target.dataset;
    if (cite) openSource(now.citations, Number(cite) - 1, "citation", target);
    else if (list) openSource(now.answer[list].map(asItem), Number(at), "passage.one", target);
    else if (ask) submit(ask);
    else if (view) showView(view);
    else if (compare) { showView("compare", compare); byId("compare-title").focus(); }
    else if (read) {
      focusClaim(Number(read));
      if (letter) review(letter);
    } else if (letter) review(letter);
    else if (unjudge) unreview(unjudge);
    else if (unfilter !== undefined) { clearScope(); submit(now.question); }
    else { if (!box.value.trim()) { box.value = now.question; keepDraft(); } box.focus(); box.select(); }
  });
  for (const [type, on] of [["mouseover", true], ["focusin", true], ["mouseout", false], ["focusout", false]]) {
    page.addEventListener(type, (event) => {
      const number = event.target.closest("[data-claim]")?.dataset.claim;
      if (!number) return;
      if (type === "focusin") now.claim = Number(number);
      for (const part of page.querySelectorAll(`[data-claim="${number}"]`)) part.classList.toggle("on", on);
    });
  }
  window.addEventListener("hashchange", followHash);
}

/** What single keys do in an answer. */
export const acts = {
  j: () => stepClaim(1),
  k: () => stepClaim(-1),
  d: nextDoubt,
  r: () => showView("read"),
  l: () => showView("ledger"),
  c: () => page.querySelector("[data-copy]")?.click(),
  "[": () => openEnd(-1),
  "]": () => openEnd(1),
};

/** Opens the first citation of the answer, or the last one. */
function openEnd(by) {
  if (now.citations.length) openSource(now.citations, by > 0 ? 0 : now.citations.length - 1, "citation", document.activeElement === document.body ? null : document.activeElement);
}

/** Leaves what is under way: the asking, else the comparison. */
export function leave() {
  if (now.asking || now.retry) stop(true);
  else if (now.view === "compare") showView("read");
}
