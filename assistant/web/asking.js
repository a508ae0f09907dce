/* What is asked now and what is shown for it: a question on its way, an answer, an answer opened again. */

import * as api from "./api.js";
import { answerPage, contextOf, layNotes, questionHead } from "./answer.js";
import { addressOf, around, since } from "./conversation.js";
import { button, byId, callout, failure, h, say } from "./dom.js";
import { tallyLine } from "./kinds.js";
import { t } from "./language.js";
import { arrived, liveAnswer } from "./live.js";
import { keepDraft, keepingPlace, now } from "./now.js";
import { closeSource, renewSource } from "./source.js";
import { Broken, follow } from "./stream.js";
import { showReviews } from "./views.js";

const box = byId("question"), page = byId("answer");

let moved = () => {};

/** Tells where the page is once the server has given a question its place. */
export const onmoved = (tell) => { moved = tell; };

/** The box speaks of a follow-up where there is a conversation to go on with. */
function labelBox() {
  byId("question-label").textContent = t(now.conversation ? "ask.follow" : page.hidden ? "question" : "ask.another");
  byId("anew").hidden = !now.conversation;
}

/* ---------- showing ---------- */

export function showHome() {
  Object.assign(now, { question: "", conversation: null, turn: "", answer: null, citations: [], claim: 0 });
  page.hidden = true;
  page.replaceChildren();
  byId("home").hidden = byId("home-title").hidden = false;
  page.classList.remove("wide");
  labelBox();
}

function showArticle(...nodes) {
  const { before, behind } = around(now.conversation, now.turn, now.question);
  byId("home").hidden = byId("home-title").hidden = true;
  const held = page.contains(document.activeElement) && (document.activeElement.closest(".claim")?.id ?? "question-title");
  page.hidden = false;
  labelBox();
  page.replaceChildren(...[before, nodes, behind].flat(Infinity).filter(Boolean));
  if (held) (byId(held) ?? byId("question-title")).focus({ preventScroll: true });   // what had the focus is gone; without this the page's beginning gets it
}

function showAnswer(turn, about = {}) {
  const answer = { ...turn.answer, scope: now.scope }, answered = !answer.refused && !answer.choices?.length;
  now.context = contextOf(answer, about);
  Object.assign(now, { answer, citations: answered ? now.context.marks.citations : [], view: "read" });
  showArticle(answerPage(answer, now.context, about));
  renewSource(now.citations);
  layNotes();
  if (answer.refused) say(t("refusal"));
  else say(answered ? tallyLine(answer.claims) : answer.text);
  if (answer.claims.length && answer.id) showReviews(answer);
}

/** Shows what went wrong in place of the answer, or above what has arrived of it. */
function showTrouble(live, told, spoken) {
  if (live) live.settle(told);
  else showArticle(questionHead(now.question), told);
  layNotes();
  say(spoken);
}

/* ---------- asking ---------- */

/** Asks a question, in the conversation with an id or in a new one. */
export function ask(question, conversation, scope = {}, again = false) {
  Object.assign(now, { question, turn: "", scope });
  if (now.conversation?.id !== conversation) now.conversation = conversation ? { id: conversation, title: "", turns: [] } : null;
  if (!box.value.trim()) box.value = question;
  if (!again) { window.scrollTo(0, 0); say(t("said.searching")); }
  let turn = "";
  return watch(question, {
    again: () => ask(question, now.conversation?.id, scope),
    retry: () => ask(question, conversation, scope, true),
    open: (last, signal) => (turn ? api.chatAgain(turn, last, signal) : api.chat(question, { conversation, filters: scope }, signal)),
    begun(event) {
      turn = now.turn = event.turn_id;
      if (now.conversation?.id !== event.conversation_id) now.conversation = { id: event.conversation_id, title: question, turns: [] };
      now.conversation.turns.push({ id: turn, question, state: "running", answer: null });
      if (box.value.trim() === question) { box.value = ""; keepDraft(); }
      labelBox();
      moved(addressOf(event.conversation_id, turn, scope), question);
    },
  }, !again);
}

/** Follows an answer to its end. `way` tells how it is opened, what to do when it has begun, and how to ask again. */
async function watch(question, way, focus) {
  const asking = now.asking = new AbortController();
  const live = liveAnswer(question, { writes: now.writes, scope: now.scope, onstop: () => stop(true) });
  let begun = false;
  clearTimeout(now.retry);
  Object.assign(now, { answer: live.answer, context: null, citations: [], claim: 0, retry: null });
  now.stopped = () => ended(live, "stopped", callout(false, h("p", {}, h("b", {}, t("stopped")), " ", arrived(live.answer)), button(t("ask.again"), way.again)), t("stopped"));
  page.setAttribute("aria-busy", "true");
  showArticle(live.nodes);
  if (focus) byId("question-title").focus({ preventScroll: true });
  try {
    for await (const event of follow(way.open, asking.signal, live.lost)) {
      if (now.asking !== asking) return;
      if (!begun) { begun = true; way.begun?.(event); }
      if (event.type === "done") finished(event);
      else if (event.type === "error") failed(live, event, way);
      else { live.take(event); now.citations = live.citations(); layNotes(); }
    }
  } catch (error) {
    if (now.asking !== asking || error.name === "AbortError") return;
    if (error instanceof Broken) broken(live, way.again);
    else if (error instanceof api.Away) away(way);
    else if (error instanceof api.Problem) showTrouble(null, way.unkept?.(error) ?? failure(error, way.again), error.message);
    else throw error;
  } finally {
    if (now.asking === asking) { now.asking = null; page.removeAttribute("aria-busy"); }
  }
}

const turnNow = () => now.conversation?.turns.find((turn) => turn.id === now.turn);

function finished(answer) {
  const turn = turnNow();
  Object.assign(turn, { answer, state: "done" });
  keepingPlace(() => showAnswer(turn));
}

/** Ends an answer early; what has arrived stays. */
function ended(live, state, box, spoken) {
  const turn = turnNow();
  if (turn && !turn.answer) turn.state = state;
  showTrouble(live, box, spoken);
}

function broken(live, again) {
  const text = new Broken().message;
  ended(live, "stopped", callout(true, h("p", {}, h("b", {}, text), " ", arrived(live.answer)), button(t("ask.again"), again)), `${text} ${arrived(live.answer)}`);
}

/** An answer that the server ended. Where it stopped because nobody followed, the line was broken for too long. */
function failed(live, event, way) {
  if (event.code === "stopped" && !way.replayed) { broken(live, way.again); return; }
  const error = new api.Problem(event, event.status), kept = live.answer.claims.length ? arrived(live.answer) : "";
  const box = event.code === "stopped" ? callout(false, h("p", {}, h("b", {}, error.message), " ", arrived(live.answer)), button(t("ask.again"), way.again))
    : failure(error, way.again, "", kept);
  ended(live, event.code === "stopped" ? "stopped" : "failed", box, `${error.message} ${kept}`);
}

/** The server is away: asks again by itself. */
function away(way) {
  if (!box.value.trim()) box.value = now.question;
  keepDraft();
  showTrouble(null, callout(true, h("p", {}, h("b", {}, t("away")), ` ${t("kept")} ${t("in.8")}`),
    h("p", { class: "row" }, button(t("try.now"), way.retry), button(t("stop.trying"), () => stop(true)))), `${t("away")} ${t("kept")}`);
  now.stopped = () => showTrouble(null, callout(false, h("p", {}, h("b", {}, t("stopped")), ` ${t("kept")}`), button(t("ask.again"), way.again)), t("stopped"));
  now.retry = setTimeout(way.retry, 8000);
}

/** Stops asking and trying again; what has arrived stays. */
export function stop(tell = false) {
  const busy = now.asking || now.retry, turn = turnNow();
  if (now.asking && turn?.state === "running") turn.state = "stopped";
  clearTimeout(now.retry);
  now.asking?.abort();
  now.asking = now.retry = null;
  page.removeAttribute("aria-busy");
  if (!tell || !busy) return;
  now.stopped();
  box.focus({ preventScroll: true });
}

/* ---------- opening again ---------- */

/** Opens a question of a conversation as it was shown, the last one where none is named. */
export async function reopen(id, turnId, scope = {}) {
  const opening = now.asking = new AbortController();
  Object.assign(now, { turn: turnId, answer: null, citations: [], claim: 0, question: "", scope });
  now.stopped = () => showArticle(h("h1", { id: "question-title", tabindex: "-1" }, t("stopped")), button(t("open.conversation"), () => reopen(id, turnId, scope)));
  try {
    if (now.conversation?.id !== id || !now.conversation.whole) {
      page.replaceChildren(h("p", { class: "meta", id: "question-title" }, t("opening")));
      page.hidden = false;
      byId("home").hidden = byId("home-title").hidden = true;
      const conversation = await api.conversation(id, opening.signal);
      now.conversation = { ...conversation, whole: true };
    }
  } catch (error) {
    if (now.asking !== opening || error.name === "AbortError") return;
    now.asking = now.conversation = null;
    showArticle(h("h1", { id: "question-title", tabindex: "-1" }, t("not.opened")), failure(error, error.status === 404 ? null : () => reopen(id, turnId, scope)));
    return;
  }
  if (now.asking !== opening) return;
  now.asking = null;
  const { turns } = now.conversation, turn = turns.find((each) => each.id === turnId) ?? turns.at(-1);
  if (!turn) { showArticle(h("h1", { id: "question-title", tabindex: "-1" }, now.conversation.title), h("p", {}, t("nothing.kept"))); return; }
  Object.assign(now, { turn: turn.id, question: turn.question });
  moved(turnId === turn.id ? "" : addressOf(id, turn.id, scope), turn.question);
  if (turn.answer) showAnswer(turn, since(now.conversation, turn));
  else replay(turn);
}

/** What was told of an answer that did not end, or follows one that is still being made. */
function replay(turn) {
  const again = () => ask(turn.question, now.conversation?.id, now.scope);
  const gone = (error) => (error.status === 404 ? callout(false, h("p", {}, h("b", {}, t("was.stopped")), ` ${t("nothing.kept")}`), button(t("ask.again"), again)) : null);
  watch(turn.question, { again, retry: () => replay(turn), unkept: gone, replayed: true, open: (last, signal) => api.chatAgain(turn.id, last, signal) }, false);
}

/** Forgets a conversation that is deleted, or (without an id) that the library has changed since one was opened. */
export function forget(id) {
  if (id && now.conversation?.id !== id) return false;
  if (id) { stop(); closeSource(); showHome(); return true; }
  if (now.conversation) now.conversation.whole = false;
  return !now.asking && Boolean(now.turn);
}
