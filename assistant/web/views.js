/* The views of an answer: as prose, as a ledger, two sources of a dispute; and the reviews of its flags. */

import * as api from "./api.js";
import { layNotes, readView } from "./answer.js";
import { comparison } from "./compare.js";
import { byId, failure } from "./dom.js";
import { t } from "./language.js";
import { ledger } from "./ledger.js";
import { keepingPlace, now } from "./now.js";
import { openReview, takeBack } from "./review.js";
import { renewSource } from "./source.js";

const page = byId("answer");

/** Reviews that were kept for this answer. */
export async function showReviews(answer) {
  let kept = [];
  try {
    kept = (await api.feedback(answer.id)).feedback;
  } catch (error) {
    byId("banner").replaceChildren(failure(error, null, t("reviews.unread")));
  }
  if (now.answer !== answer || !kept.length) return;
  for (const record of kept) if (record.doubt_id) now.context.reviews.set(record.doubt_id, record);
  keepingPlace(() => showView(now.view));
}

/** Shows a view of the answer: as prose, as a ledger, or two sources of a dispute (`letter` names the doubt). */
export function showView(view, letter = "") {
  const place = byId("view"), { answer, context } = now;
  if (!place || !context || answer.refused || answer.choices?.length) return;
  let shown;
  if (view === "compare") {
    const [claim, doubt, number] = doubtNamed(letter);
    shown = comparison(claim, doubt, number, context);
  } else shown = view === "ledger" ? ledger(answer, context) : readView(answer, context);
  now.view = view;
  place.replaceChildren(shown);
  page.classList.toggle("wide", view === "ledger");
  for (const tab of page.querySelectorAll("[data-view]")) tab.setAttribute("aria-pressed", tab.dataset.view === view ? "true" : "false");
  layNotes();
  renewSource(now.citations);
}

/** The claim and the doubt that a letter stands for, and the number of the claim. */
function doubtNamed(letter) {
  const { answer, context } = now;
  for (const [index, claim] of answer.claims.entries()) {
    const doubt = claim.doubts.find((each) => context.marks.letterOf(each) === letter);
    if (doubt) return [claim, doubt, index + 1];
  }
  return [];
}

/** Opens the form for a doubt's review in its note. */
export function review(letter) {
  const [claim, doubt] = doubtNamed(letter), aside = byId(`doubt-${letter}`), opener = aside?.querySelector("[data-review]");
  if (!doubt || !opener) return;
  opener.setAttribute("aria-expanded", "true");
  openReview(aside, {
    answer: now.answer, claim, doubt,
    save(record) {
      now.context.reviews.set(doubt.id, record);
      redraw(letter);
    },
    close() {
      opener.setAttribute("aria-expanded", "false");
      opener.focus();
      layNotes();
    },
  });
  layNotes();
}

export async function unreview(letter) {
  const [, doubt] = doubtNamed(letter);
  if (!await takeBack(now.context.reviews.get(doubt.id))) return;
  now.context.reviews.delete(doubt.id);
  redraw(letter);
}

function redraw(letter) {
  keepingPlace(() => showView(now.view));
  byId(`doubt-${letter}`)?.focus({ preventScroll: true });
}
