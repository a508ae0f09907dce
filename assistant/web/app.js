/* The page: where one is (the address), the question box, what the server is. */

import * as api from "./api.js";
import { ask, forget, keepDraft, layNotes, now, onmoved, reopen, showHome, stop } from "./asking.js";
import { conversationsView } from "./conversations.js";
import { byId, callout, h, memory, plural, say } from "./dom.js";
import { followHash, listen } from "./keyboard.js";
import { libraryView } from "./library.js";
import { closeSource } from "./source.js";

const box = byId("question");
const VIEWS = { ask: byId("ask-view"), library: byId("library-view"), conversations: byId("conversations-view") };
const TITLES = { library: "Library", conversations: "Conversations" };
const load = {
  library: libraryView(VIEWS.library, () => { if (forget()) at.place = null; showHealth(); }),
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
  const search = new URLSearchParams(location.search), view = search.get("view") in TITLES ? search.get("view") : "ask";
  const changed = view !== at.view || (view === "ask" && location.search !== at.place);
  if (!changed) return;
  closeSource();
  at.view = view;
  for (const [name, root] of Object.entries(VIEWS)) root.hidden = name !== view;
  for (const link of document.querySelectorAll(".nav a")) link.setAttribute("aria-current", link.dataset.route === view ? "page" : "false");
  if (view !== "ask") {
    document.title = `${TITLES[view]} · Caveat`;
    load[view]();
    return;
  }
  if (location.search === at.place) { named(now.question); layNotes(); return; }
  Object.assign(at, { place: location.search, address: location.search || "/" });
  stop();
  const question = (search.get("q") ?? "").trim(), conversation = search.get("c") ?? "";
  named(question);
  if (question) ask(question, conversation || undefined);
  else if (conversation) reopen(conversation, search.get("t") ?? "").then(followHash);
  else showHome();
}

const named = (question) => { document.title = question ? `${question} · Caveat` : "Caveat"; };

/** The server has given a question its place: the address becomes that, so that going back and forth never asks again. */
onmoved((address, question) => {
  if (address) {
    if (new URLSearchParams(at.place).has("q")) at.asked.set(at.place, address);
    Object.assign(at, { place: address.slice(1), address });
    if (at.view === "ask") history.replaceState(null, "", address);
  }
  if (at.view === "ask") named(question);
});

/* ---------- the question box ---------- */

function submit(question) {
  const address = `/?${new URLSearchParams({ ...(now.conversation && { c: now.conversation.id }), q: question })}`;
  at.asked.delete(address.slice(1));
  at.place = null;
  go(address);
}

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
  submit(question);
});

/* ---------- links ---------- */

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

/* ---------- beginning ---------- */

async function showHealth() {
  const line = byId("health"), place = byId("library-state");
  try {
    const { documents, model } = await api.health();
    now.writes = Boolean(model);
    line.textContent = `${plural(documents, "document")} · ${model ? `model ${model}` : "no model, answers are quoted"}`;
    place.replaceChildren(documents ? "" : callout(false, h("p", {}, h("b", {}, "The library is empty."), " Add a notice or report to ask about it."), h("a", { class: "btn", href: "/?view=library", "data-route": "library" }, "Add documents")));
  } catch (error) {
    line.textContent = error instanceof api.Away ? "Server not answering" : error.message;
  }
}

box.value = memory.get("sessionStorage", "draft") ?? "";
at.place = null;
showHealth();
follow();
