/* Building blocks of the page. Text always enters as text: there is no markup from strings anywhere. */

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

/** An element with attributes, listeners (`onclick: f`) and children; what is empty is left out. */
export function h(tag, props, ...children) {
  const element = tag === "svg" || tag === "use" ? document.createElementNS(SVG, tag) : document.createElement(tag);
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

/** A box for what went wrong or what degraded. */
export const callout = (bad, ...content) => h("div", { class: bad ? "callout bad" : "callout" }, content);

/** An error with what can be done about it. */
export function failure(error, again, lead, more) {
  const about = [error.code, error.requestId && `request ${error.requestId}`].filter(Boolean);
  return callout(true, h("p", {}, h("b", {}, [lead, error.message].filter(Boolean).join(" "))),
    more && h("p", {}, more), error.hint && h("p", {}, error.hint),
    about.length > 0 && h("p", { class: "meta" }, about.map((text) => h("span", {}, text))), again && button("Try again", again));
}

/** A sign from the sprite in index.html; the word always stands beside it. */
export const icon = (name) => h("svg", { class: `ico ${name}`, viewBox: "0 0 16 16", "aria-hidden": "true" }, h("use", { href: `#${name}` }));

/** Speaks through the page's single live region. */
export function say(text) {
  byId("status").textContent = text;
}

export const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** "zh" for text that is mainly Chinese, so that the right glyphs and voice are chosen; else null. */
export function langOf(text) {
  const sample = (text ?? "").slice(0, 2000);
  const han = sample.match(/\p{Script=Han}/gu)?.length ?? 0;
  const kana = sample.match(/[\u3040-\u30ff]/g)?.length ?? 0;
  const latin = sample.match(/[A-Za-z]/g)?.length ?? 0;
  return han > 0 && kana === 0 && han * 3 > latin ? "zh" : null;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "2 Mar 2020" for an ISO date; what is not an ISO date is shown as it came. */
export function showDate(iso) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(iso ?? "");
  return parts ? `${Number(parts[3])}\u00a0${MONTHS[parts[2] - 1]}\u00a0${parts[1]}` : iso || null;
}

/** "24 Nov 2026, 10:55" for a moment, in the reader's own time. */
export function showWhen(iso) {
  const when = new Date(iso ?? NaN), two = (number) => String(number).padStart(2, "0");
  if (Number.isNaN(when.getTime())) return null;
  return `${showDate(`${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`)}, ${two(when.getHours())}:${two(when.getMinutes())}`;
}

/** What this browser remembers; a browser that refuses storage simply remembers nothing. */
export const memory = {
  get(area, key) {
    try { return window[area].getItem(`caveat.${key}`); } catch { return null; }
  },
  set(area, key, value) {
    try { window[area].setItem(`caveat.${key}`, value); } catch { /* storage is switched off */ }
  },
};
