/* A conversation around the answer that is shown: its other questions as links, and what has changed since. */

import { h, words } from "./dom.js";
import { countSigns } from "./kinds.js";
import { has, showWhen, t } from "./language.js";
import { addressParts } from "./scope.js";

export const addressOf = (conversation, turn, scope) =>
  `/?${new URLSearchParams([["c", conversation], ...(turn ? [["t", turn]] : []), ...addressParts(scope)])}`;

export const stateWords = (state) => t(has(`state.${state}`) ? `state.${state}` : "state.failed");

/** What came of a question, in a line. */
function outcome({ state, answer }) {
  if (!answer) return stateWords(state);
  if (answer.refused) return t("standing.refusal");
  return answer.choices?.length ? t("standing.choice") : countSigns(answer.claims);
}

/** The turns before or behind the one that is shown. One that came to nothing and was asked again at once is left out. */
function list(title, conversation, turns) {
  const worth = turns.filter((turn, index) => turn.answer || turn.question !== turns[index + 1]?.question);
  return worth.length > 0 && h("nav", { class: "turns", "aria-label": title }, h("h2", {}, title), h("ol", {}, worth.map((turn) => h("li", {},
    words("a", turn.question, { href: addressOf(conversation.id, turn.id), "data-route": true }), h("span", { class: "meta" }, outcome(turn))))));
}

/** The lists before and behind a turn; a question that has no turn yet comes behind them all. */
export function around(conversation, turn, question) {
  const turns = conversation?.turns ?? [], found = turns.findIndex((each) => each.id === turn), at = found < 0 ? turns.length : found;
  const earlier = turns.slice(0, at);
  while (earlier.length && !earlier.at(-1).answer && earlier.at(-1).question === question) earlier.pop();
  return { before: list(t("earlier"), conversation, earlier), behind: list(t("later"), conversation, turns.slice(at + 1)) };
}

/** What is to be said of a turn that is opened again; `changed_since` has a sentence for each document of `gone`. */
export function since(conversation, { answer, asked }) {
  const cited = new Set(answer.claims.flatMap((claim) => [claim.citations, claim.doubts.map((doubt) => doubt.evidence)].flat(2)).map((citation) => citation.document_id));
  const gone = conversation.gone ?? [], sentences = conversation.changed_since ?? [];
  const own = sentences.length === gone.length ? sentences.filter((_, index) => cited.has(gone[index])) : sentences;
  return { asked: t("asked", { when: showWhen(asked) }), gone: gone.filter((id) => cited.has(id)), changed: own };
}
