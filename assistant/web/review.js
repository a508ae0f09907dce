/* A reader's judgement of a doubt: confirmed or dismissed, with the reason; kept by the server and shown again. */

import * as api from "./api.js";
import { button, byId, facts, failure, h, link, say, words } from "./dom.js";
import { has, showWhen, t } from "./language.js";

const REASONS = { confirm: ["right", "grave", "other"], dismiss: ["not_in_source", "kept", "trivial", "other"] };

export const reviewButton = (name, label) =>
  button(t("review"), null, { class: "linkish review", "data-review": name, "aria-label": t("review.of", { name, label }), "aria-expanded": "false" });

const reasonWords = (reason) => (has(`reason.${reason}`) ? t(`reason.${reason}`) : reason);

/** The line for a judgement that is kept. */
export function judged(record, name) {
  return h("div", { class: "judged" },
    h("p", {}, h("b", {}, t(`judged.${record.decision}`)), " ", reasonWords(record.reason), record.note && [t("colon"), words("q", record.note)]),
    facts("p", "sub", [showWhen(record.decided), link(t("undo"), null, { "data-unjudge": name, "aria-label": t("undo.review", { name }) })]));
}

/** Opens the form in the note of a doubt; `save` is given the record once the server keeps it. */
export function openReview(aside, { answer, claim, doubt, save, close }) {
  aside.querySelector(".review-form")?.remove();
  const group = `reason-${doubt.id}`, reasons = h("fieldset", { class: "reasons" }), problem = h("div");
  const text = h("textarea", { rows: 2, class: "field", maxlength: 2000 });
  const choice = (type, name, value, label, props) => h("label", { class: "choice" }, h("input", { type, name, value, ...props }), h("span", {}, label));
  const decided = (decision) => {
    reasons.replaceChildren(h("legend", {}, t(`why.${decision}`)),
      ...REASONS[decision].map((reason, index) => choice("radio", group, reason, reasonWords(reason), { checked: index === 0 })));
  };
  const form = h("form", { class: "review-form", "aria-label": t("review"), onsubmit: submit },
    h("fieldset", { class: "seg" }, h("legend", { class: "sr" }, t("review.ask")),
      ["confirm", "dismiss"].map((decision) => h("label", {},
        h("input", { type: "radio", name: `decision-${doubt.id}`, value: decision, checked: decision === "confirm", onchange: () => decided(decision) }), h("span", {}, t(decision))))),
    reasons, h("label", {}, t("note.for"), text),
    h("p", { class: "hint" }, t("review.case")), problem,
    h("p", { class: "row" }, h("button", { type: "submit", class: "primary" }, t("save")), button(t("cancel"), done)));

  function done() {
    form.remove();
    close();
  }

  async function submit(event) {
    event.preventDefault();
    const data = new FormData(form);
    const given = { answer_id: answer.id, claim_id: claim.id, doubt_id: doubt.id, decision: data.get(`decision-${doubt.id}`), reason: data.get(group), note: text.value.trim() || null };
    try {
      const record = await api.judge(given);
      say(t("review.saved"));
      save(record);
    } catch (error) {
      problem.replaceChildren(failure(error, null, t("review.unsaved")));   // what was typed stays in the form
    }
  }

  decided("confirm");
  aside.append(form);
  form.querySelector("input").focus();
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.stopPropagation(); done(); }
  });
}

/** Takes a judgement back; true where it is gone. */
export async function takeBack(record) {
  try {
    await api.unjudge(record.id);
  } catch (error) {
    if (error.status !== 404) {
      byId("banner").replaceChildren(failure(error, null, t("undo.failed")));
      return false;
    }
  }
  say(t("review.undone"));
  return true;
}
