/* Checking a draft: each sentence of a text compared with the library; a verdict per sentence, nothing is rewritten. */

import * as api from "./api.js";
import { saveFile } from "./carry.js";
import { cites, marksOf, underlined } from "./claims.js";
import { button, callout, confirming, failure, h, icon, langOf, link, say, words } from "./dom.js";
import { kindOf, kindTag, shown, tally, tallyLine, verdictTag, verdictWords } from "./kinds.js";
import { count, heard, number, t } from "./language.js";
import { memory } from "./memory.js";
import { openSource } from "./source.js";

const LONGEST = 200_000;
/** Files whose characters are the words themselves; the server reads the words of others. */
const TEXT = { name: /\.(txt|md)$/i, type: /^text\/(?!html|rtf)/ };
const WORD = /\.docx$/i;

/** Builds the view once; the text is kept in this browser until it is changed. */
export function checkView(root) {
  const state = { checking: null, word: null };
  const text = h("textarea", { id: "draft", rows: 12, "aria-describedby": "draft-count" }), size = h("span", { class: "meta", id: "draft-count" });
  const submit = h("button", { type: "submit", class: "primary" }, t("check")), stop = button(t("stop"), () => state.checking?.abort(), { hidden: true });
  const file = h("input", { type: "file", class: "sr", accept: ".txt,.md,.docx,.pdf,.html,.htm" }), results = h("section", { class: "finds", "aria-label": t("check.results") }), unread = h("div");
  const form = h("form", { class: "draft", onsubmit: check },
    h("label", { class: "composer-label", for: "draft" }, t("draft")), text,
    h("p", { class: "row" }, submit, stop, size), unread, h("label", { class: "drop small" }, file, h("span", {}, h("b", {}, t("drop.text")), ` ${t("or.choose")} `, h("u", {}, t("choose.file")))));
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
    const claims = [], list = h("ol"), counts = h("div");
    results.onclick = (event) => {
      const numeral = event.target.closest("[data-cite]");
      if (numeral) openSource(marksOf({ claims }).citations, numeral.dataset.cite - 1, "evidence.one", numeral);
    };
    try {
      for await (const event of api.check(given, checking.signal)) {
        if (event.type === "claim") {
          claims.push(event);
          if (claims.length === 1) results.replaceChildren(counts, list);
          list.append(found(event, claims.length, marksOf({ claims })));
          counts.replaceChildren(tally(claims, "sentence", "sentence"));
        } else show(given, event, claims, counts, list);
      }
    } catch (error) {
      const told = error.name === "AbortError" ? callout(false, h("p", {}, h("b", {}, t("stopped")), ` ${t("draft.kept")}`))
        : error.status === 404 || error.status === 405 ? callout(true, h("p", {}, h("b", {}, t("check.none"))), h("p", {}, t("draft.kept")))
          : failure(error, () => form.requestSubmit(), null, t("draft.kept"));
      results.replaceChildren(told, ...(claims.length ? [counts, list] : []));   // what has been checked stays
      say(told.textContent);
    } finally {
      results.removeAttribute("aria-busy");
      stop.hidden = true;
      counted();
    }
  }

  async function saveCommented(checked) {
    try {
      saveFile(await api.commented(checked, state.word), state.word?.name.replace(WORD, `-${t("file.checked")}.docx`) ?? "caveat-check.docx");
      say(t("saved", { what: "Word" }));
    } catch (error) {
      unread.replaceChildren(failure(error, null, null, t("draft.kept")));
      say(unread.textContent);
    }
  }

  function show(given, { left = [], notices = [] }, claims, counts, list) {
    say(tallyLine(claims, "sentence"));
    results.replaceChildren(...notices.map((text) => callout(false, words("p", heard(text)))),
      counts, claims.length ? h("p", { class: "row" }, link(t("copy.report"), () => navigator.clipboard.writeText(report(claims)).then(() => say(t("copied", { what: t("report") })))),
        link(t("save.report"), () => saveFile(new Blob([report(claims)], { type: "text/plain" }), "caveat-check.txt")),
        link(t("save.word"), () => saveCommented({ title: state.word?.name ?? "", text: given, claims, left, notices }))) : h("p", { class: "none" }, t("check.nothing")),
      list, ...(left.length ? [h("details", { class: "after" }, h("summary", {}, t("check.left", { sentences: count(left.length, "sentence") })), h("ul", { class: "plain" }, left.map(({ text: each }) => words("li", each))))] : []));
  }

  text.addEventListener("input", (event) => { if (event.isTrusted) unread.replaceChildren(); memory.set("localStorage", "check", text.value); counted(); });
  const take = async ([given]) => {
    if (!given) return;
    const { name } = given;
    let content, warnings;
    try {
      ({ text: content, warnings = [] } = await draftOf(given));
    } catch (error) {
      unread.replaceChildren(failure(error, null, t("draft.unread", { name }), t("draft.kept")));
      say(unread.textContent);
      return;
    }
    const put = () => {
      unread.replaceChildren(...warnings.map((each) => callout(false, words("p", each))));
      text.value = content;
      state.word = WORD.test(name) ? given : null;
      text.dispatchEvent(new Event("input"));
      text.focus();
      say(t("taken", { name }));
    };
    if (!text.value.trim()) { put(); return; }
    confirming(t("draft.ask"), h("p", {}, t("draft.replace", { name })), t("replace"), put).addEventListener("close", () => text.focus(), { once: true });
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

/** The words of a file: its own where it is text that this browser can read, else as the server reads them. */
async function draftOf(file) {
  if (TEXT.name.test(file.name) || TEXT.type.test(file.type)) {
    const text = await file.text().catch(() => "");
    if (text && !/[\0\ufffd]/.test(text)) return { text };
  }
  return api.draftOf(file);
}

function found(claim, number, marks) {
  return h("li", { class: `find v-is-${claim.verdict}`, id: `sentence-${number}`, tabindex: "-1" },
    h("div", { class: `gut v-${shown(claim)}` }, icon(`v-${shown(claim)}`)),
    h("div", {}, h("p", { class: "prose", lang: langOf(claim.text) }, underlined(claim, Array.from(claim.text))[0]),
      h("p", { class: "find-line" }, verdictTag(claim), claim.citations.length > 0 && h("span", { class: "place" }, words("span", [claim.citations[0].title, claim.citations[0].locator].filter(Boolean).join(", ")), " ", cites(claim.citations, marks))),
      claim.citations.length > 0 && claim.verdict !== "supported" && words("blockquote", claim.citations[0].quote, { class: "clamp quote" }),
      claim.doubts.map((doubt) => h("p", { class: "find-line doubt" }, kindTag(doubt.kind), h("span", {}, words("span", doubt.reason), " ", cites(doubt.evidence, marks))))));
}

/** The findings as text, sentence by sentence. */
function report(claims) {
  return [tallyLine(claims, "sentence"), "", ...claims.flatMap((claim, index) => [
    `${index + 1}. ${claim.text}`, `   ${verdictWords(claim)}`,
    ...claim.doubts.map((doubt) => `   ${kindOf(doubt.kind).label}${t("colon")}${doubt.reason}`),
    ...claim.citations.map((citation) => `   “${citation.quote}” (${[citation.title, citation.locator].filter(Boolean).join(", ")})`), ""])].join("\n");
}
