/* Claims and keys: stepping through claims, opening citations, single-key shortcuts. */

import { keepDraft, now, stop } from "./asking.js";
import { byId, memory } from "./dom.js";
import { closeSource, openSource, sourceIsOpen, stepSource } from "./source.js";

const box = byId("question"), page = byId("answer");

/* ---------- claims ---------- */

export function followHash() {
  const number = /^#claim-(\d+)$/.exec(location.hash)?.[1];
  if (number) focusClaim(Number(number));
}

function focusClaim(number) {
  const claim = byId(`claim-${number}`);
  if (!claim) return;
  now.claim = number;
  history.replaceState(null, "", `#claim-${number}`);
  claim.focus({ preventScroll: true });
  claim.scrollIntoView({ block: "nearest" });
}

const stepClaim = (by) => focusClaim(Math.min(Math.max(now.claim + by, 1), now.answer?.claims.length ?? 0));

const asItem = (passage) => ({ document_id: passage.document_id, title: passage.title, span: { start: passage.start, end: passage.end }, quote: passage.text });

/** What a click in the answer does; `submit` asks a question. */
export function listen(submit, showAsk) {
  page.addEventListener("click", (event) => {
    const target = event.target.closest("[data-cite], [data-list], [data-edit], [data-ask]");
    if (!target) return;
    const { cite, list, at, ask } = target.dataset;
    if (cite) openSource(now.citations, Number(cite) - 1, "Citation", target);
    else if (list) openSource(now.answer[list].map(asItem), Number(at), "Passage", target);
    else if (ask) submit(ask);
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
  listenToKeys(showAsk);
}

/* ---------- keys ---------- */

function listenToKeys(showAsk) {
  const keysOn = byId("keys-on");
  keysOn.checked = memory.get("localStorage", "keys") !== "off";
  keysOn.addEventListener("change", () => memory.set("localStorage", "keys", keysOn.checked ? "on" : "off"));
  byId("keys-open").addEventListener("click", () => byId("keys").showModal());
  const acts = {
    "/": () => { closeSource(); showAsk(); box.focus(); },
    "?": () => byId("keys").showModal(),
    j: () => stepClaim(1),
    k: () => stepClaim(-1),
    "[": () => step(-1),
    "]": () => step(1),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      if (sourceIsOpen()) closeSource();
      else stop(true);
      return;
    }
    if (event.key === "Enter" && event.target.classList?.contains("claim")) event.target.querySelector(".cite")?.click();
    if (!keysOn.checked || event.target.closest?.("input, textarea, select")) return;
    const act = acts[event.key];
    if (act) { event.preventDefault(); act(); }
  });
}

function step(by) {
  if (sourceIsOpen()) stepSource(by);
  else if (now.citations.length) openSource(now.citations, by > 0 ? 0 : now.citations.length - 1, "Citation", document.activeElement === document.body ? null : document.activeElement);
}
