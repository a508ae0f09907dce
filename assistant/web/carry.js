/* Carrying an answer away: copied as text, Markdown or JSON, saved as Markdown, Word or JSON. */

import * as api from "./api.js";
import { button, byId, failure, h, say } from "./dom.js";
import { kindOf, tallyLine, verdictWords } from "./kinds.js";
import { showDate, t } from "./language.js";
import { marksOf } from "./claims.js";

/** The answer as plain text: claims with numerals, doubts with reasons, the quotes with where they stand. */
function asText(answer) {
  const { citations, numberOf } = marksOf(answer), data = new Map(answer.passages.map((each) => [each.document_id, each.metadata ?? {}]));
  const numerals = (list) => list.map((citation) => `[${numberOf(citation)}]`).join("");
  const lines = [answer.question, ""];
  if (answer.claims.length) lines.push(`${tallyLine(answer.claims)}`, "");
  else lines.push(answer.text, "");
  answer.claims.forEach((claim) => {
    lines.push([claim.text, numerals(claim.citations), claim.verdict === "supported" ? "" : `(${verdictWords(claim)})`].filter(Boolean).join(" "));
    for (const doubt of claim.doubts) lines.push(`   ${kindOf(doubt.kind).label}${t("colon")}${doubt.reason} ${numerals(doubt.evidence)}`.trimEnd());
  });
  if (answer.missing.length) lines.push("", t("missing"), ...answer.missing.map((text) => `- ${text}`));
  if (citations.length) lines.push("", t("sources"));
  citations.forEach((citation, index) => {
    const { issuer, outlet, number, issued } = data.get(citation.document_id) ?? {};
    lines.push(`[${index + 1}] ${[citation.title, issuer || outlet, number, showDate(issued), citation.locator].filter(Boolean).join(", ")}: “${citation.quote}”`);
  });
  return lines.join("\n");
}

/** Hands a file to the browser to save. */
export function saveFile(content, name) {
  const url = URL.createObjectURL(content), anchor = h("a", { href: url, download: name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

async function trying(work) {
  try {
    await work();
  } catch (error) {
    byId("banner").replaceChildren(failure(error, null, t("not.carried")));
  }
}

/** The buttons for an answer that the server keeps. */
export function carryTools(answer) {
  const copied = (node, label) => {
    say(t("copied", { what: label }));
    node.classList.add("done");
    setTimeout(() => node.classList.remove("done"), 1800);
  };
  const copy = (label, text) => button(label, (event) => {
    const node = event.currentTarget;
    trying(async () => { await navigator.clipboard.writeText(await text()); copied(node, label); });
  }, { class: "quiet", "aria-label": t("copy.as", { what: label }), "data-copy": label });
  const save = (label, format) => button(label, () => trying(async () => saveFile(await api.exported(answer.id, format), `caveat-${answer.id.slice(0, 8)}.${format}`)),
    { class: "quiet", "aria-label": t("save.as", { what: label }), "data-save": format });
  const kept = (format) => async () => (await api.exported(answer.id, format)).text();
  return h("div", { class: "carry" },
    h("span", { class: "group" }, h("span", { class: "lbl" }, t("copy")), copy(t("text"), () => asText(answer)), copy("Markdown", kept("md")), copy("JSON", kept("json"))),
    h("span", { class: "group" }, h("span", { class: "lbl" }, t("save.group")), save("Word", "docx"), save("Markdown", "md"), save("JSON", "json")));
}
