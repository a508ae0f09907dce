/* A conversation around the answer that is shown: its other questions as links, and what has changed since. */

import { h, showWhen, words } from "./dom.js";
import { countSigns } from "./kinds.js";

const UNANSWERED = { running: "Being answered", stopped: "Stopped before it was finished", failed: "Could not be answered" };

export const addressOf = (conversation, turn) => `/?c=${encodeURIComponent(conversation)}${turn ? `&t=${encodeURIComponent(turn)}` : ""}`;

/** What came of a question, in a line. */
function outcome({ state, answer }) {
  if (!answer) return UNANSWERED[state] ?? UNANSWERED.failed;
  if (answer.refused) return "Not answered by the library";
  return answer.choices?.length ? "Asked back" : countSigns(answer.claims);
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
  return {
    before: list("Earlier in this conversation", conversation, earlier),
    behind: list("Later in this conversation", conversation, turns.slice(at + 1)),
  };
}

/** What is to be said of a turn that is opened again; `changed_since` has a sentence for each document of `gone`. */
export function since(conversation, { answer, asked }) {
  const cited = new Set(answer.claims.flatMap((claim) => [claim.citations, claim.doubts.map((doubt) => doubt.evidence)].flat(2)).map((citation) => citation.document_id));
  const gone = conversation.gone ?? [], facts = conversation.changed_since ?? [];
  const own = facts.length === gone.length ? facts.filter((_, index) => cited.has(gone[index])) : facts;
  return { asked: showWhen(asked), gone: gone.filter((id) => cited.has(id)), changed: own };
}
