/* Checking a draft: each sentence of a text compared with the library; a verdict per sentence, nothing is rewritten. */

import * as api from "./api.js";
import { saveFile } from "./carry.js";
import { cites, marksOf, underlined } from "./claims.js";
import { button, callout, failure, h, icon, langOf, link, say, words } from "./dom.js";
import { kindOf, kindTag, shown, tally, tallyLine, verdictTag, verdictWords } from "./kinds.js";
import { number, t } from "./language.js";
import { memory } from "./memory.js";
import { openSource } from "./source.js";

const LONGEST = 20_000;

/** Builds the view once; the text is kept in this browser until it is changed. */
export function checkView(root) {
  const state = { claims: [], checking: null };
  const text = h("textarea", { id: "draft", rows: 12, "aria-describedby": "draft-count" }), size = h("span", { class: "meta", id: "draft-count" });
  const submit = h("button", { type: "submit", class: "primary" }, t("check")), stop = button(t("stop"), () => state.checking?.abort(), { hidden: true });
  const file = h("input", { type: "file", class: "sr", accept: ".txt,.md,text/plain,text/markdown" }), results = h("section", { class: "finds", "aria-label": t("check.results") });
  const form = h("form", { class: "draft", onsubmit: check },
    h("label", { class: "composer-label", for: "draft" }, t("draft")), text,
    h("p", { class: "row" }, submit, stop, size), h("label", { class: "drop small" }, file, h("span", {}, h("b", {}, t("drop.text")), ` ${t("or.choose")} `, h("u", {}, t("choose.file")))));
  root.replaceChildren(h("h1", { tabindex: "-1" }, t("view.check")), h("p", { class: "meta" }, t("check.about")), h("div", { class: "check" }, form, results));
  text.value = memory.get("localStorage", "check") ?? "";
  idle();
  counted();

  function idle() {
    results.replaceChildren(h("p", { class: "none" }, t("check.idle")),
      h("dl", { class: "verdicts" }, ["supported", "contradicted", "not_found", "unchecked"].map((verdict) => [h("dt", {}, verdictTag({ verdict, doubts: [] })), h("dd", {}, t(`verdict.${verdict}.means`))])));
  }

  function counted() {
    const { length } = Array.from(text.value);
    size.textContent = t("of.characters", { length: number(length), longest: number(LONGEST) });
    size.classList.toggle("over", length > LONGEST);
    submit.disabled = length > LONGEST || !text.value.trim();
  }

  async function check(event) {
    event.preventDefault();
    const given = text.value, checking = state.checking = new AbortController();
    results.setAttribute("aria-busy", "true");
    results.replaceChildren(h("p", { class: "meta" }, t("checking.draft")));
    [submit.disabled, stop.hidden] = [true, false];
    say(t("checking.draft"));
    try {
      const { claims } = await api.check(given, checking.signal);
      show(claims);
    } catch (error) {
      if (error.name === "AbortError") results.replaceChildren(callout(false, h("p", {}, h("b", {}, t("stopped")), ` ${t("draft.kept")}`)));
      else if (error.status === 404 || error.status === 405) results.replaceChildren(callout(true, h("p", {}, h("b", {}, t("check.none"))), h("p", {}, t("draft.kept"))));
      else results.replaceChildren(failure(error, () => form.requestSubmit(), null, t("draft.kept")));
    } finally {
      results.removeAttribute("aria-busy");
      stop.hidden = true;
      counted();
    }
  }

  function show(claims) {
    const marks = marksOf({ claims });
    state.claims = claims;
    say(tallyLine(claims, "sentence"));
    results.replaceChildren(tally(claims, "sentence"),
      h("p", { class: "row" }, link(t("copy.report"), () => navigator.clipboard.writeText(report(claims)).then(() => say(t("copied", { what: t("report") })))),
        link(t("save.report"), () => saveFile(new Blob([report(claims)], { type: "text/plain" }), "caveat-check.txt"))),
      h("ol", {}, claims.map((claim, index) => found(claim, index + 1, marks))));
    results.onclick = (event) => {
      const numeral = event.target.closest("[data-cite]");
      if (numeral) openSource(marks.citations, numeral.dataset.cite - 1, "evidence.one", numeral);
    };
  }

  text.addEventListener("input", () => { memory.set("localStorage", "check", text.value); counted(); });
  const take = async (files) => {
    if (!files.length) return;
    text.value = await files[0].text();
    text.dispatchEvent(new Event("input"));
    text.focus();
    say(t("taken", { name: files[0].name }));
  };
  file.addEventListener("change", () => { take(file.files); file.value = ""; });
  for (const type of ["dragover", "drop"]) {
    form.addEventListener(type, (event) => {
      event.preventDefault();
      if (type === "drop") take(event.dataTransfer.files);
    });
  }
  return () => {};
}

function found(claim, number, marks) {
  return h("li", { class: `find v-is-${claim.verdict}`, id: `claim-${number}`, tabindex: "-1" },
    h("div", { class: `gut v-${shown(claim)}` }, icon(`v-${shown(claim)}`)),
    h("div", {}, h("p", { class: "prose", lang: langOf(claim.text) }, underlined(claim, Array.from(claim.text))[0]),
      h("p", { class: "find-line" }, verdictTag(claim), claim.citations.length > 0 && h("span", { class: "meta" }, words("span", [claim.citations[0].title, claim.citations[0].locator].filter(Boolean).join(", ")), " ", cites(claim.citations, marks))),
      claim.citations.length > 0 && claim.verdict !== "supported" && words("blockquote", claim.citations[0].quote, { class: "clamp quote" }),
      claim.doubts.map((doubt) => h("p", { class: "find-line" }, kindTag(doubt.kind), h("span", {}, words("span", doubt.reason), " ", cites(doubt.evidence, marks))))));
}

/** The findings as text, sentence by sentence. */
function report(claims) {
  return [tallyLine(claims, "sentence"), "", ...claims.flatMap((claim, index) => [
    `${index + 1}. ${claim.text}`, `   ${verdictWords(claim)}`,
    ...claim.doubts.map((doubt) => `   ${kindOf(doubt.kind).label}${t("colon")}${doubt.reason}`),
    ...claim.citations.map((citation) => `   “${citation.quote}” (${[citation.title, citation.locator].filter(Boolean).join(", ")})`), ""])].join("\n");
}
