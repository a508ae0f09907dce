/* Carrying an answer away: copied as text, Markdown or JSON, saved as Markdown, Word or JSON. */

import * as api from "./api.js";
import { button, byId, failure, h, say } from "./dom.js";
import { kindOf, tallyLine, verdictWords } from "./kinds.js";
import { count, showDate, t } from "./language.js";
import { marksOf, metadataOf } from "./claims.js";

/** What is known of the documents that are cited: from the answer's passages, else from the library. One that is gone stays unknown. */
async function known(answer, citations) {
  const data = metadataOf(answer.passages), others = new Set(citations.map((each) => each.document_id).filter((id) => !data.has(id)));
  await Promise.all([...others].map(async (id) => {
    try {
      data.set(id, (await api.about(id)).metadata ?? {});
    } catch (error) {
      if (error.status !== 404) throw error;
    }
  }));
  return data;
}

/** "2 independent voices: …", where that is more than the claim's own source. */
function voiced({ voices = [] }) {
  if (voices.length < 2 && !voices.some((voice) => voice.copies)) return "";
  const named = voices.map(({ name, copies }) => (copies ? `${name} ${t("copies", { copies: count(copies, "copy.count") })}` : name));
  return `   ${count(voices.length, "voice")}${t("colon")}${named.join(t("semicolon"))}`;
}

/** The answer as plain text: claims with numerals, voices, doubts with reasons, the quotes with where they stand. */
async function asText(answer) {
  const { citations, numberOf } = marksOf(answer), data = await known(answer, citations);
  const numerals = (list) => list.map((citation) => `[${numberOf(citation)}]`).join("");
  const lines = [answer.question, ""];
  if (answer.claims.length) lines.push(`${tallyLine(answer.claims)}`, "");
  else lines.push(answer.text, "");
  answer.claims.forEach((claim) => {
    lines.push([claim.text, numerals(claim.citations), claim.verdict === "supported" ? "" : `(${verdictWords(claim)})`].filter(Boolean).join(" "));
    if (voiced(claim)) lines.push(voiced(claim));
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
