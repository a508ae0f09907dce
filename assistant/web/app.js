/* The page: where one is (the address), asking, and the keyboard. */

import * as api from "./api.js";
import { answerPage, placeNotes, questionHead } from "./answer.js";
import { button, byId, callout, failure, h, memory, plural, say } from "./dom.js";
import { tallyLine } from "./kinds.js";
import { libraryView } from "./library.js";
import { closeSource, openSource, sourceIsOpen, stepSource } from "./source.js";

const box = byId("question"), page = byId("answer");
const answers = new Map();   // by question, for going back and forward
const now = { question: "", answer: null, citations: [], asking: null, retry: null, claim: 0 };
const loadLibrary = libraryView(byId("library-view"), () => { answers.clear(); showHealth(); });

/* ---------- the address ---------- */

const addressOf = (question) => (question ? `/?q=${encodeURIComponent(question)}` : "/");

function go(address, replace = false) {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  follow();
}

/** Shows what the address says; does nothing where only the part behind # changed. */
function follow() {
  const search = new URLSearchParams(location.search), library = search.get("view") === "library", question = (search.get("q") ?? "").trim();
  const changed = byId("library-view").hidden === library || (!library && question !== now.question);
  if (changed) closeSource();
  byId("library-view").hidden = !library;
  byId("ask-view").hidden = library;
  for (const link of document.querySelectorAll(".nav a")) link.setAttribute("aria-current", (link.dataset.route === "library") === library ? "page" : "false");
  if (library) {
    document.title = "Library · Caveat";
    if (changed) loadLibrary();
    return;
  }
  document.title = question ? `${question} · Caveat` : "Caveat";
  if (question === now.question) return;
  stop();
  now.question = question;
  if (!question) showHome();
  else if (answers.has(question)) showAnswer(answers.get(question));
  else ask();
}

function showHome() {
  Object.assign(now, { answer: null, citations: [], claim: 0 });
  page.hidden = true;
  page.replaceChildren();
  byId("home").hidden = byId("home-title").hidden = false;
  byId("question-label").textContent = "Question";
}

/* ---------- asking ---------- */

function showArticle(...nodes) {
  byId("home").hidden = byId("home-title").hidden = true;
  byId("question-label").textContent = "Ask another question";
  const held = page.contains(document.activeElement);
  page.hidden = false;
  page.replaceChildren(...nodes.flat(Infinity).filter(Boolean));
  if (held) byId("question-title").focus({ preventScroll: true });   // what had the focus is gone; without this the page's beginning gets it
}

async function ask(again = false) {
  const { question } = now, asking = now.asking = new AbortController();
  clearTimeout(now.retry);
  Object.assign(now, { answer: null, citations: [], claim: 0 });
  if (!box.value.trim()) box.value = question;
  page.setAttribute("aria-busy", "true");
  showArticle(questionHead(question), h("div", { class: "asking" },
    h("progress", { "aria-label": "Asking" }), h("span", {}, "Searching the library and checking what it says"),
    button(["Stop", h("kbd", {}, "Esc")], () => stop(true))));
  if (!again) { say("Searching the library"); byId("question-title").focus(); window.scrollTo(0, 0); }
  try {
    const answer = await api.ask(question, asking.signal);
    answers.set(question, answer);
    if (answers.size > 20) answers.delete(answers.keys().next().value);
    if (box.value.trim() === question) { box.value = ""; keepDraft(); }
    if (now.asking === asking) showAnswer(answer);
  } catch (error) {
    if (now.asking !== asking || error.name === "AbortError") return;
    if (error instanceof api.Away) showAway();
    else if (error instanceof api.Problem) showProblem(error);
    else throw error;
  } finally {
    if (now.asking === asking) { now.asking = null; page.removeAttribute("aria-busy"); }
  }
}

/** Stops asking and trying again; the question stays in the box. */
function stop(tell = false) {
  clearTimeout(now.retry);
  now.asking?.abort();
  now.asking = now.retry = null;
  page.removeAttribute("aria-busy");
  if (!tell) return;
  showArticle(questionHead(now.question), callout(false, h("p", {}, h("b", {}, "Stopped.")), h("p", {}, "Your question is kept."), button("Ask again", () => ask())));
  say("Stopped");
  box.focus();
}

function showProblem(error) {
  showArticle(questionHead(now.question), failure(error, () => ask()));
  say(`${error.message} ${error.hint}`);
}

/** The server is away: asks again by itself. */
function showAway() {
  showArticle(questionHead(now.question), callout(true, h("p", {}, h("b", {}, "The server is not answering."), " Your question is kept and asked again every 8 s."),
    h("p", { class: "row" }, button("Ask now", () => ask()), button("Stop trying", () => stop(true)))));
  say("The server is not answering. Your question is kept.");
  now.retry = setTimeout(() => ask(true), 8000);
}

function showAnswer(answer) {
  const { nodes, citations } = answerPage(answer);
  Object.assign(now, { answer, citations, claim: 0 });
  showArticle(nodes);
  layNotes();
  say(answer.refused ? "The library does not answer this." : tallyLine(answer.claims));
  followHash();
}

function layNotes() {
  const body = byId("claims");
  if (body?.offsetParent) placeNotes(body);
}
new ResizeObserver(layNotes).observe(page);

/* ---------- claims ---------- */

function followHash() {
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

page.addEventListener("click", (event) => {
  const target = event.target.closest("[data-cite], [data-list], [data-edit]");
  if (!target) return;
  const { cite, list, at } = target.dataset;
  if (cite) openSource(now.citations, Number(cite) - 1, "Citation", target);
  else if (list) openSource(now.answer[list].map(asItem), Number(at), "Passage", target);
  else { if (!box.value.trim()) box.value = now.question; box.focus(); box.select(); }
});
for (const [type, on] of [["mouseover", true], ["focusin", true], ["mouseout", false], ["focusout", false]]) {
  page.addEventListener(type, (event) => {
    const number = event.target.closest("[data-claim]")?.dataset.claim;
    if (!number) return;
    if (type === "focusin") now.claim = Number(number);
    for (const part of page.querySelectorAll(`[data-claim="${number}"]`)) part.classList.toggle("on", on);
  });
}

/* ---------- the question box ---------- */

const keepDraft = () => memory.set("sessionStorage", "draft", box.value);
box.addEventListener("input", keepDraft);
box.addEventListener("keydown", (event) => {
  // Enter that ends the composition of a Chinese word is not a question yet.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  byId("ask").requestSubmit();
});
byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const question = box.value.trim();
  if (!question) { box.focus(); say("Type a question first."); return; }
  answers.delete(question);
  const same = question === now.question;
  now.question = "";
  go(addressOf(question), same);
});

/* ---------- keyboard and links ---------- */

const keysOn = byId("keys-on");
keysOn.checked = memory.get("localStorage", "keys") !== "off";
keysOn.addEventListener("change", () => memory.set("localStorage", "keys", keysOn.checked ? "on" : "off"));
byId("keys-open").addEventListener("click", () => byId("keys").showModal());

const KEYS = {
  "/": () => { closeSource(); if (byId("ask-view").hidden) go(addressOf(now.question)); box.focus(); },
  "?": () => byId("keys").showModal(),
  j: () => stepClaim(1),
  k: () => stepClaim(-1),
  "[": () => step(-1),
  "]": () => step(1),
};

function step(by) {
  if (sourceIsOpen()) stepSource(by);
  else if (now.citations.length) openSource(now.citations, by > 0 ? 0 : now.citations.length - 1, "Citation", document.activeElement === document.body ? null : document.activeElement);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    if (sourceIsOpen()) closeSource();
    else if (now.asking || now.retry) stop(true);
    return;
  }
  if (event.key === "Enter" && event.target.classList?.contains("claim")) event.target.querySelector(".cite")?.click();
  if (!keysOn.checked || event.target.closest?.("input, textarea, select")) return;
  const act = KEYS[event.key];
  if (act) { event.preventDefault(); act(); }
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-route]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const back = link.dataset.route === "ask" && byId("ask-view").hidden;
  go(back ? addressOf(now.question) : link.getAttribute("href"));
  window.scrollTo(0, 0);
});
window.addEventListener("popstate", follow);
window.addEventListener("hashchange", followHash);

/* ---------- beginning ---------- */

async function showHealth() {
  const line = byId("health"), place = byId("library-state");
  try {
    const { documents, model } = await api.health();
    line.textContent = `${plural(documents, "document")} · ${model ? `model ${model}` : "no model, answers are quoted"}`;
    place.replaceChildren(documents ? "" : callout(false, h("p", {}, h("b", {}, "The library is empty."), " Add a notice or report to ask about it."), h("a", { class: "btn", href: "/?view=library", "data-route": "library" }, "Add documents")));
  } catch (error) {
    line.textContent = error instanceof api.Away ? "Server not answering" : error.message;
  }
}

box.value = memory.get("sessionStorage", "draft") ?? "";
showHealth();
follow();
