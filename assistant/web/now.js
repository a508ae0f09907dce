/* What is asked and shown now, shared by the modules that show it. */

import { byId } from "./dom.js";
import { memory } from "./memory.js";

/** `conversation` is the one that the next question goes on with, `turn` the question that is shown, `answer` what is shown for it. */
export const now = { question: "", conversation: null, turn: "", answer: null, citations: [], asking: null, retry: null, claim: 0, writes: true, context: null, view: "read", scope: {} };

/** What is being typed outlives the page. */
export const keepDraft = () => memory.set("localStorage", "draft", byId("question").value);

/** Shows something else for the same claims, so that the one being read stays where it is. */
export function keepingPlace(show) {
  const inView = () => [...byId("answer").querySelectorAll(".claim")].find((claim) => claim.getBoundingClientRect().bottom > 0);
  const read = window.scrollY > 0 && byId("answer").offsetParent ? inView() : null, top = read?.getBoundingClientRect().top;
  show();
  const again = read && byId(read.id);
  if (again) window.scrollBy(0, again.getBoundingClientRect().top - top);
}
