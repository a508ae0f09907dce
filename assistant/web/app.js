/* The page: where one is (the address), the question box, the theme, what the server is. */

import * as api from "./api.js";
import { ask, forget, keepDraft, onmoved, reopen, showHome, stop } from "./asking.js";
import { checkView } from "./check.js";
import { conversationsView } from "./conversations.js";
import { byId, say } from "./dom.js";
import { showHome as fillHome } from "./home.js";
import { followHash, listen } from "./keyboard.js";
import { count, speak, t } from "./language.js";
import { libraryView } from "./library.js";
import { memory } from "./memory.js";
import { layNotes, now } from "./now.js";
import { addressParts, filters, filtersOf, scopeCount, scopePanel, setFilters } from "./scope.js";
import { closeSource } from "./source.js";

speak(document, byId("language"));

const box = byId("question");
const VIEWS = { ask: byId("ask-view"), library: byId("library-view"), check: byId("check-view"), conversations: byId("conversations-view") };
const load = {
  library: libraryView(VIEWS.library, () => { if (forget()) at.place = null; showHealth(); }),
  check: checkView(VIEWS.check),
  conversations: conversationsView(VIEWS.conversations, (id) => { if (forget(id)) Object.assign(at, { address: "/", place: "" }); }),
};

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
  const search = new URLSearchParams(location.search), named = search.get("view"), view = Object.hasOwn(load, named) ? named : "ask";
  const changed = view !== at.view || (view === "ask" && location.search !== at.place);
  if (!changed) return;
  closeSource();
  at.view = view;
  byId("banner").replaceChildren();
  for (const [name, root] of Object.entries(VIEWS)) root.hidden = name !== view;
  for (const link of document.querySelectorAll(".nav a")) link.setAttribute("aria-current", link.dataset.route === view ? "page" : "false");
  if (view !== "ask") {
    document.title = `${t(`view.${view}`)} · Caveat`;
    load[view](search);
    return;
  }
  if (location.search === at.place) { entitle(now.question); layNotes(); return; }
  Object.assign(at, { place: location.search, address: location.search || "/" });
  stop();
  const question = (search.get("q") ?? "").trim(), conversation = search.get("c") ?? "", scope = filtersOf(search);
  setFilters(scope);
  entitle(question);
  if (question) ask(question, conversation || undefined, scope);
  else if (conversation) reopen(conversation, search.get("t") ?? "", scope).then(followHash);
  else {
    showHome();
    fillHome();
  }
}

const entitle = (question) => { document.title = question ? `${question} · Caveat` : "Caveat"; };

/** The server has given a question its place: the address becomes that, so that going back and forth never asks again. */
onmoved((address, question) => {
  if (address) {
    if (new URLSearchParams(at.place).has("q")) at.asked.set(at.place, address);
    Object.assign(at, { place: address.slice(1), address });
    if (at.view === "ask") history.replaceState(null, "", address + location.hash);
  }
  if (at.view === "ask") entitle(question);
});

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
listen(submit, showAsk);

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
new ResizeObserver(layNotes).observe(byId("answer"));

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
box.value ||= memory.get("localStorage", "draft") ?? "";
at.place = null;
scopePanel();
showHealth();
follow();
