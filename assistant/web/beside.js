/* What the library holds beside the open words: who else says so, who says otherwise, which documents are copies. No winner.
   It stands below the source's text; every statement in it opens at its own place. */

import { related } from "./api.js";
import { whoWhen } from "./claims.js";
import { button, facts, failure, h, icon, langOf, words } from "./dom.js";
import { count, number, t } from "./language.js";
import { memory } from "./memory.js";

const roomy = matchMedia("(min-width: 62rem) and (min-height: 40rem)");
const folded = () => (memory.get("localStorage", "beside") ?? (roomy.matches ? "open" : "shut")) === "shut";

/** Three of the parts of a statement are lists of statements elsewhere. */
const LISTS = ["disagreeing", "agreeing", "undecided"];
const sum = (found, name) => found.statements.reduce((all, each) => all + each[name].length, 0);
const itemOf = ({ document_id, title, span, quote, locator }) => ({ document_id, title, span, quote, locator });

/** The fold for an item; `open(items, at)` opens one of the statements in it, `told(summary)` hears what was found, `moved()`
    that the fold takes more or less room. `back` is the number of the statement that the reader comes back from: it gets the
    focus. On a narrow screen a statement that was opened from a fold is shown first, and its own fold stays shut. */
export function besidePane(item, { asOf, open, told, moved, back, followed }) {
  const short = h("span", { class: "beside-short meta" }, t("beside.looking")), body = h("div", { class: "beside-body" });
  const fold = h("details", { class: "beside", open: !folded() && (roomy.matches || !followed), "aria-busy": "true", ontoggle: () => moved() },
    h("summary", { onclick: () => memory.set("localStorage", "beside", fold.open ? "shut" : "open") }, h("b", {}, t("beside")), " ", short), body);
  look();
  return fold;

  async function look() {
    fold.setAttribute("aria-busy", "true");
    short.replaceChildren(t("beside.looking"));
    body.replaceChildren();
    try {
      const found = await related(item.document_id, item.span, asOf), shown = content(found);
      const parts = summary(found, item);
      short.replaceChildren(...parts.flatMap((each) => [each, " "]));
      body.replaceChildren(...shown.filter(Boolean));
      if (back !== undefined) { fold.open = true; body.querySelector(`[data-other="${back}"]`)?.focus(); }
      if (fold.isConnected) told(`${t("beside")}${t("colon")}${parts.map((each) => (each.textContent ?? each).trim()).join(t("semicolon"))}`);
    } catch (error) {
      short.replaceChildren(t("beside.unread"));
      body.replaceChildren(failure(error, look));
      fold.open = true;
      if (fold.isConnected) told(`${t("beside")}${t("colon")}${t("beside.unread")}`);
    }
    fold.removeAttribute("aria-busy");
  }

  /** All statements elsewhere are one list to step through, in the order in which they are shown. */
  function content(found) {
    const items = [], place = (other) => {
      const at = items.push(itemOf(other)) - 1;
      return words("button", other.title, { type: "button", class: "linkish", "data-other": at, onclick: () => open(items, at) });
    };
    const many = found.statements.length > 1;
    return [
      !found.complete && h("p", {}, t("beside.unready")),
      item.span && found.complete && !found.statements.length && h("p", {}, t("beside.nothing.said")),
      found.statements.map((statement) => h("section", { class: "beside-one" }, many && words("h3", statement.quote, { class: "prose small clamp" }), beside(statement, place))),
      found.unread > 0 && h("p", { class: "meta" }, t("beside.unread.rest", { sentences: count(found.unread, "statement") })),
      copies(found, place),
    ].flat();
  }

  function beside(statement, place) {
    const none = LISTS.every((name) => !statement[name].length) && !statement.lapsed;
    return [
      statement.lapsed && part("record", t("beside.lapsed"), words("p", statement.lapsed.reason), list(statement.lapsed.evidence, place)),
      statement.disagreeing.length > 0 && part("conflict", t("beside.otherwise"), h("p", { class: "meta" }, t("beside.order")), list(statement.disagreeing, place)),
      h("section", {}, h("h4", {}, count(statement.voices.length, "voice")), h("ul", {}, statement.voices.map((voice) => voiceRow(voice, statement, place)))),
      statement.undecided.length > 0 && part("record", t("beside.undecided"), h("p", { class: "meta" }, t("beside.undecided.why")), list(statement.undecided, place)),
      none && h("p", { class: "meta" }, t("beside.alone")),
    ].filter(Boolean);
  }

  function voiceRow(voice, statement, place) {
    const here = voice.documents.includes(item.document_id), said = statement.agreeing.filter((other) => other.voice === voice.name);
    return h("li", { class: "voice" }, h("p", { class: "who" }, words("span", voice.name), voice.copies > 0 && ` ${t("copies", { copies: count(voice.copies, "copy.count") })}`, here && h("span", { class: "sub" }, t("beside.here"))),
      said.length > 0 && list(said, place));
  }

  function copies(found, place) {
    if (!found.copied) return item.span ? null : h("p", { class: "meta" }, t("beside.no.copies"));
    return h("section", {}, h("h3", {}, count(found.copied, "beside.copies")),
      h("ul", { class: "plain" }, found.copies.map((copy) => h("li", {}, place({ ...copy, span: null, quote: "" }), " ", facts("span", "meta", whoWhen(copy.metadata, copy.title))))),
      found.copied > found.copies.length && h("p", { class: "meta" }, t("beside.more", { number: number(found.copied - found.copies.length) })));
  }
}

const part = (family, title, ...content) => h("section", { class: `f-${family}` }, h("h4", {}, icon(`f-${family}`), ` ${title}`), content);

const list = (others, place) => h("ul", { class: "others" }, others.map((other) => h("li", {},
  other.reason && words("p", other.reason),
  h("p", { class: "by" }, h("b", {}, whoWhen(other.metadata, other.title).join(t("comma"))), other.copied && h("span", { class: "status" }, t("beside.copied"))),
  words("blockquote", other.quote, { class: "prose clamp" }),
  h("p", { class: "meta" }, h("span", {}, place(other)), [other.metadata?.number, !other.title.startsWith(other.locator) && other.locator].filter(Boolean).map((text) => words("span", text))))));

/** What was found, in a line. */
function summary(found, { span }) {
  if (!found.complete) return [t("beside.unready.short")];
  const [only, ...more] = found.statements, against = found.statements.flatMap((each) => each.disagreeing).filter((other) => !other.copied).length, open = sum(found, "undecided"), agreeing = sum(found, "agreeing");
  const parts = [
    only && !more.length && h("span", {}, count(only.voices.length, "voice")),
    only && !more.length && agreeing + against + open === 0 && !only.lapsed && h("span", {}, t("beside.none")),
    more.length > 0 && agreeing > 0 && h("span", {}, count(agreeing, "beside.agree")),
    against > 0 && h("span", { class: "kind f-conflict" }, icon("f-conflict"), ` ${count(against, "beside.against")}`),
    found.statements.some((each) => each.lapsed) && h("span", { class: "kind f-record" }, icon("f-record"), ` ${t("beside.lapsed")}`),
    open > 0 && h("span", {}, count(open, "beside.open")),
    found.copied > 0 && h("span", {}, count(found.copied, "beside.copies")),
  ].filter(Boolean);
  return parts.length ? parts : [t(span ? "beside.none" : "beside.no.copies")];
}
