/* The page: where one is (the address), the question box, the theme, what the server is. */

import * as api from "./api.js";
import { byId, failure, h, say } from "./dom.js";
import { showHome as fillHome } from "./home.js";
import { listenToKeys } from "./keyboard.js";
import { count, speak, t } from "./language.js";
import { memory } from "./memory.js";
import { keepDraft, now } from "./now.js";
import { need, part } from "./parts.js";
import { addressParts, filters, filtersOf, scopeCount, scopePanel, setFilters } from "./scope.js";

speak(document, byId("language"));

const box = byId("question");

/** What makes each view in its place of the page, once its parts have come; it gives what loads the view. */
const VIEWS = {
  library: ({ libraryView }, root) => libraryView(root, () => { if (part("asking")?.forget()) at.place = null; showHealth(); }),
  disagreements: ({ disagreementsView }, root) => disagreementsView(root),
  check: ({ checkView }, root) => checkView(root),
  conversations: ({ conversationsView }, root) => conversationsView(root, (id) => { if (part("asking")?.forget(id)) Object.assign(at, { address: "/", place: "" }); }),
  evaluation: ({ evaluationView }, root) => evaluationView(root),
  operator: ({ operatorView }, root) => operatorView(root),
};
/** The entry of the menu that a view belongs to, where it has none of its own. */
const ABOVE = { disagreements: "library" };
const rootOf = (view) => byId(`${view}-view`);
const made = {};

/** Shows a view; where its parts do not come, it says so in its place. */
async function openView(view, search) {
  const root = rootOf(view);
  if (!made[view]) root.replaceChildren(h("p", { class: "meta" }, t("reading")));
  try {
    made[view] ??= need(view, "source").then(([module]) => VIEWS[view](module, root));
    const load = await made[view];
    if (at.view === view) load(search);
  } catch (error) {
    made[view] = null;
    if (at.view === view) root.replaceChildren(failure(error, () => openView(view, search)));
  }
}

let answering = null;

/** What asks and answers; fetched when the reader turns to the box, or comes with a question. */
function answers() {
  answering ??= need("asking", "steps", "source", "answer").then(([asking, steps, , answer]) => {
    asking.onmoved(moved);
    steps.listen(submit);
    new ResizeObserver(answer.layNotes).observe(byId("answer"));
    return { ...asking, followHash: steps.followHash };
  });
  answering.catch(() => { answering = null; });
  return answering;
}

/** Asks a question or opens a conversation; nothing, where the reader has gone on meanwhile. */
async function show({ question, conversation, turn, scope }) {
  const { place } = at;
  try {
    const { ask, reopen, followHash } = await answers();
    if (at.place !== place) return;
    byId("banner").replaceChildren();
    if (question) ask(question, conversation || undefined, scope);
    else reopen(conversation, turn, scope).then(followHash);
  } catch (error) {
    if (at.place === place) byId("banner").replaceChildren(failure(error, () => show({ question, conversation, turn, scope }), null, question && t("kept")));
  }
}

/* ---------- the address: /?q=QUESTION asks, /?c=CONVERSATION&t=QUESTION opens again, /?view=library ---------- */

/** `place` is what is shown in the view for asking, `address` where that is; `asked` tells where a question that was asked is kept. */
const at = { view: "", place: "", address: "/", asked: new Map() };

function go(address) {
  history.pushState(null, "", address);
  follow();
}

/** Shows what the address says; does nothing where only the part behind # changed. */
function follow() {
  if (at.asked.has(location.search)) history.replaceState(null, "", at.asked.get(location.search));
  const search = new URLSearchParams(location.search), named = search.get("view"), view = Object.hasOwn(VIEWS, named) ? named : "ask";
  const changed = view !== at.view || (view === "ask" && location.search !== at.place);
  if (!changed) return;
  part("source")?.closeSource();
  at.view = view;
  byId("banner").replaceChildren();
  for (const name of ["ask", ...Object.keys(VIEWS)]) rootOf(name).hidden = name !== view;
  for (const link of document.querySelectorAll(".nav a")) link.setAttribute("aria-current", link.dataset.route === (ABOVE[view] ?? view) ? "page" : "false");
  if (view !== "ask") {
    document.title = `${t(`view.${view}`)} · Caveat`;
    openView(view, search);
    return;
  }
  if (location.search === at.place) { entitle(now.question); part("answer")?.layNotes(); return; }
  Object.assign(at, { place: location.search, address: location.search || "/" });
  part("asking")?.stop();
  const question = (search.get("q") ?? "").trim(), conversation = search.get("c") ?? "", scope = filtersOf(search);
  setFilters(scope);
  entitle(question);
  if (question || conversation) show({ question, conversation, turn: search.get("t") ?? "", scope });
  else {
    part("asking")?.showHome();
    fillHome();
  }
}

const entitle = (question) => { document.title = question ? `${question} · Caveat` : "Caveat"; };

/** The server has given a question its place: the address becomes that, so that going back and forth never asks again. */
function moved(address, question) {
  if (address) {
    if (new URLSearchParams(at.place).has("q")) at.asked.set(at.place, address);
    Object.assign(at, { place: address.slice(1), address });
    if (at.view === "ask") history.replaceState(null, "", address + location.hash);
  }
  if (at.view === "ask") entitle(question);
}

/* ---------- the question box ---------- */

const asked = { list: JSON.parse(memory.get("localStorage", "asked") ?? "[]"), at: -1 };

function submit(question) {
  const address = `/?${new URLSearchParams([...(now.conversation ? [["c", now.conversation.id]] : []), ["q", question], ...addressParts(filters())])}`;
  asked.list = [question, ...asked.list.filter((each) => each !== question)].slice(0, 50);
  asked.at = -1;
  memory.set("localStorage", "asked", JSON.stringify(asked.list));
  at.asked.delete(address.slice(1));
  at.place = null;
  go(address);
}

/** Up and Down in a box that holds nothing of the reader's own bring back what was asked before. */
function recall(event) {
  const own = box.value.trim() && box.value !== asked.list[asked.at], by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (!by || own || !asked.list.length) return;
  event.preventDefault();
  asked.at = Math.min(asked.list.length - 1, Math.max(-1, asked.at + by));
  box.value = asked.list[asked.at] ?? "";
  keepDraft();
}

box.addEventListener("input", keepDraft);
box.addEventListener("focus", () => { answers().catch(() => {}); });   // what does not come is told when it is asked for
box.addEventListener("keydown", (event) => {
  recall(event);
  // Enter that ends the composition of a Chinese word is not a question yet.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  byId("ask").requestSubmit();
});
byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const question = box.value.trim();
  if (!question) { box.focus(); say(t("type.first")); return; }
  submit(question);
});

/* ---------- links and the theme ---------- */

const showAsk = () => { if (at.view !== "ask") go(at.address); };
listenToKeys(showAsk);

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-route]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.dataset.route === "ask" && at.view !== "ask") showAsk();
  else go(link.getAttribute("href"));
  if (link.id === "anew-link") box.focus();
  window.scrollTo(0, 0);
});
window.addEventListener("popstate", follow);

const THEMES = ["auto", "light", "dark"];

function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = theme;
  byId("theme").textContent = t(`theme.${theme}`);
  byId("theme").setAttribute("aria-label", t("theme.is", { theme: t(`theme.${theme}`) }));
  memory.set("localStorage", "theme", theme === "auto" ? "" : theme);
}

byId("theme").addEventListener("click", () => setTheme(THEMES[(THEMES.indexOf(document.documentElement.dataset.theme ?? "auto") + 1) % 3]));

/* ---------- beginning ---------- */

async function showHealth() {
  const line = byId("health");
  try {
    const { documents, model } = await api.health();
    now.writes = Boolean(model);
    scopeCount(documents);
    line.textContent = `${count(documents, "document")} · ${model ? t("model.is", { model }) : t("model.none")}`;
  } catch (error) {
    line.textContent = error instanceof api.Away ? t("away.short") : error.message;
  }
}

const theme = memory.get("localStorage", "theme");
setTheme(THEMES.includes(theme) ? theme : "auto");
const early = document.activeElement === box && box.value.endsWith("\n") && box.value.trim();   // Enter was pressed before the page listened
box.value ||= memory.get("localStorage", "draft") ?? "";
at.place = null;
scopePanel();
showHealth();
follow();
if (early) submit(early);
