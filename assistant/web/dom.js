/* Building blocks of the page. Text always enters as text: there is no markup from strings anywhere. */

import { has, heard, t } from "./language.js";

const SVG = "http://www.w3.org/2000/svg", DRAWN = new Set(["svg", "use"]);

export const byId = (id) => document.getElementById(id);

/** An element with attributes, listeners (`onclick: f`) and children; what is empty is left out. */
export function h(tag, props, ...children) {
  const element = DRAWN.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return element;
}

/** An element whose whole content is one text, in its own language. */
export const words = (tag, text, props) => h(tag, { ...props, lang: langOf(text) }, text);

export const button = (label, onclick, props) => h("button", { type: "button", onclick, ...props }, label);

export const link = (label, onclick, props) => button(label, onclick, { class: "linkish", ...props });

/** A box for what went wrong or what degraded. */
export const callout = (bad, ...content) => h("div", { class: bad ? "callout bad" : "callout" }, content);

/** What happened in words of the reader's language, and what can be done. */
export function explained(error) {
  const known = has(`error.${error.code}`);
  return { message: known ? t(`error.${error.code}`) : heard(error.message), hint: known ? t(`error.${error.code}.hint`) : heard(error.hint ?? "") };
}

/** An error with what can be done about it. */
export function failure(error, again, lead, more) {
  const about = [error.code, error.requestId && t("request", { id: error.requestId })].filter(Boolean), { message, hint } = explained(error);
  return callout(true, h("p", {}, h("b", {}, [lead, message].filter(Boolean).join(" "))),
    more && h("p", {}, more), hint && h("p", {}, hint),
    about.length > 0 && h("p", { class: "meta" }, about.map((text) => h("span", {}, text))), again && button(t("again"), again));
}

/** A sign from the sprite in index.html; the word always stands beside it. */
export const icon = (name) => h("svg", { class: `ico ${name}`, viewBox: "0 0 16 16", "aria-hidden": "true" }, h("use", { href: `#${name}` }));

/** Short facts in a line; the style sheet puts the dots between them. */
export const facts = (tag, name, texts) => h(tag, { class: name }, texts.filter(Boolean).map((text) => (text.nodeType ? h("span", {}, text) : words("span", text))));

/** Speaks through the page's single live region. */
export function say(text) {
  byId("status").textContent = text;
}

/** "zh" for text that is mainly Chinese, "en" for other text, so that the right glyphs and voice are chosen; null where it is the page's own. */
export function langOf(text) {
  const sample = (text ?? "").slice(0, 2000);
  const han = sample.match(/\p{Script=Han}/gu)?.length ?? 0;
  const kana = sample.match(/[\u3040-\u30ff]/g)?.length ?? 0;
  const latin = sample.match(/[A-Za-z]/g)?.length ?? 0;
  const lang = han > 0 && kana === 0 && han * 3 > latin ? "zh" : latin > 3 ? "en" : null;
  return lang === document.documentElement.lang ? null : lang;
}

/** A dialog that asks before it does something; `act` does it. */
export function confirming(title, content, verb, act, grave = true) {
  const dialog = byId("confirm");
  dialog.replaceChildren(h("form", { method: "dialog", onsubmit: () => act() }, h("h2", { id: "confirm-title" }, title), content,
    h("p", { class: "row" }, h("button", { type: "submit", class: grave ? "primary danger" : "primary" }, verb),
      button(t(grave ? "keep" : "cancel"), () => dialog.close(), { autofocus: grave }))));
  dialog.showModal();
  return dialog;
}

/** Calls `act` once the typing has paused. */
export function whenPaused(input, act) {
  let waiting;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => act(input.value.trim()), 250);
  });
}

/** Does something with each item: with the first ones at once, with the others piece by piece, so that the page never stands still. */
export function gradually(items, work, atOnce, done = () => {}) {
  const go = (from) => {
    items.slice(from, from + atOnce).forEach((item, index) => work(item, from + index));
    if (from + atOnce < items.length) setTimeout(() => go(from + atOnce));
    else if (from) done();
  };
  go(0);
}
