/* The interface in the reader's language: one dictionary for each, chosen by the reader or else by the browser. */

import { memory } from "./memory.js";

const LANGUAGES = { en: "English", zh: "中文" };
const chosen = memory.get("localStorage", "language");
export const language = Object.hasOwn(LANGUAGES, chosen) ? chosen : /^zh\b/i.test(navigator.language) ? "zh" : "en";
const { words, told } = (await (language === "zh" ? import("./zh.js") : import("./en.js"))).default;

/** A sentence of the interface, `{name}` filled from `values`. */
export const t = (key, values = {}) => (has(key) ? words[key] : key).replace(/\{(\w+)\}/g, (_, name) => (Object.hasOwn(values, name) ? values[name] : ""));

export const has = (key) => Object.hasOwn(words, key);

export const number = (value) => value.toLocaleString(language);

/** "1 claim", "2 claims"; a dictionary gives one form or two. */
export function count(value, noun) {
  const forms = t(noun).split("|");
  return (forms[value === 1 ? 0 : 1] ?? forms[0]).replace("#", number(value));
}

/** A fixed sentence of the server's in the reader's language, where the dictionary has it; else as it came. */
export const heard = (text) => (Object.hasOwn(told, text) ? told[text] : text);

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "2 Mar 2020" for an ISO date; what is not an ISO date is shown as it came. */
export function showDate(iso) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(iso ?? "");
  if (!parts) return iso || null;
  const [, year, month, day] = parts.map(Number);
  return language === "zh" ? `${year}年${month}月${day}日` : `${day}\u00a0${MONTHS[month - 1]}\u00a0${year}`;
}

/** "24 Nov 2026, 10:55" for a moment, in the reader's own time. */
export function showWhen(iso) {
  const when = new Date(iso ?? NaN), two = (value) => String(value).padStart(2, "0");
  if (Number.isNaN(when.getTime())) return null;
  const day = showDate(`${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`);
  return `${day}${language === "zh" ? " " : ", "}${two(when.getHours())}:${two(when.getMinutes())}`;
}

/** Puts the dictionary's words into the markup that names them, and lets the reader change the language. */
export function speak(root, toggle) {
  document.documentElement.lang = language;
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const name of ["aria-label", "placeholder"]) {
    for (const node of root.querySelectorAll(`[data-t-${name}]`)) node.setAttribute(name, t(node.getAttribute(`data-t-${name}`)));
  }
  const other = language === "zh" ? "en" : "zh";
  toggle.textContent = LANGUAGES[other];
  toggle.lang = other;
  toggle.addEventListener("click", () => {
    memory.set("localStorage", "language", other);
    location.reload();
  });
}
