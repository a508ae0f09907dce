/* The source beside the answer: the stored text with the cited characters highlighted, exactly or not at all.
   An item of the list is {document_id, title, span | null, quote, locator}; spans count code points. */

import { openDocument } from "./api.js";
import { button, byId, callout, failure, h, langOf, say, showDate, words } from "./dom.js";
import { statusTag } from "./kinds.js";

/** Longer texts are shown as a window around the cited place. */
const WINDOW = 200_000;

const narrow = matchMedia("(max-width: 62rem)");
const now = { items: [], at: 0, noun: "Citation", opener: null, turn: 0 };
const outside = () => [byId("top"), byId("page"), byId("foot")];

export const sourceIsOpen = () => !byId("source").hidden;

/** Opens item `at` of a list; closing returns the focus to `opener`. */
export async function openSource(items, at, noun, opener) {
  Object.assign(now, { items, at, noun, opener: opener ?? now.opener, turn: now.turn + 1 });
  const pane = byId("source"), turn = now.turn, item = items[at];
  pane.hidden = false;
  document.body.classList.add("with-source");
  keepInside();
  markActive(true);
  pane.replaceChildren(bar(item), h("div", { class: "src-scroll", tabindex: "0", "aria-busy": "true" }, h("p", { class: "meta" }, "Opening the source …")));
  pane.lastChild.focus({ preventScroll: true });
  let content, word, placed;
  try {
    const { document: about, points } = await openDocument(item.document_id);
    ({ content, word, placed } = sourceText(item, about, points));
  } catch (error) {
    ({ content, word } = notOpened(item, error));
  }
  if (turn !== now.turn || pane.hidden) return;
  if (placed === false) for (const numeral of numerals()) numeral.classList.add("unplaced");
  const scroll = pane.lastChild;
  scroll.removeAttribute("aria-busy");
  scroll.replaceChildren(...content.filter(Boolean));
  const hit = scroll.querySelector(".hit");
  scroll.scrollTop = hit ? hit.getBoundingClientRect().top - scroll.getBoundingClientRect().top - scroll.clientHeight / 3 : 0;
  say(`${items.length > 1 ? `${noun} ${at + 1} of ${items.length}: ` : ""}${item.title}. ${word}`);
}

export function stepSource(by) {
  if (now.items.length) openSource(now.items, (now.at + by + now.items.length) % now.items.length, now.noun);
}

export function closeSource() {
  if (!sourceIsOpen()) return;
  now.turn += 1;
  byId("source").hidden = true;
  byId("source").replaceChildren();
  document.body.classList.remove("with-source");
  keepInside();
  markActive(false);
  (now.opener?.isConnected ? now.opener : numerals()[0])?.focus();
  now.opener = null;
}

/** Goes on with the citations of the answer that is whole now; closes where the open one is not among them. */
export function renewSource(items) {
  if (!sourceIsOpen() || now.noun !== "Citation") return;
  const open = now.items[now.at], at = items.findIndex((item) =>
    item.document_id === open.document_id && item.span.start === open.span.start && item.span.end === open.span.end);
  if (at < 0) { closeSource(); return; }
  Object.assign(now, { items, at });
  const pane = byId("source"), held = pane.firstChild.contains(document.activeElement);
  pane.firstChild.replaceWith(bar(items[at]));
  if (held) pane.lastChild.focus({ preventScroll: true });
  markActive(true);
}

/** On a narrow screen the source is the whole page, so nothing behind it may be reached. */
function keepInside() {
  for (const part of outside()) part.inert = narrow.matches && sourceIsOpen();
}
narrow.addEventListener("change", keepInside);

/** The numerals of the open citation, in the answer and its notes. */
const numerals = () => (now.noun === "Citation" ? byId("answer").querySelectorAll(`[data-cite="${now.at + 1}"]`) : []);

function markActive(on) {
  for (const numeral of document.querySelectorAll(".cite[aria-current]")) numeral.removeAttribute("aria-current");
  if (on) for (const numeral of numerals()) numeral.setAttribute("aria-current", "true");
}

function bar(item) {
  const many = now.items.length > 1;
  const step = (by, sign, word) => button(sign, () => stepSource(by), { "aria-label": `${word} ${now.noun.toLowerCase()}` });
  return h("div", { class: "src-bar" },
    many ? [step(-1, "‹", "Previous"), h("span", {}, `${now.noun} `, h("b", {}, String(now.at + 1)), ` of ${now.items.length}`), step(1, "›", "Next")] : words("b", item.title),
    button("Close", closeSource, { class: "quiet close", "aria-label": "Close the source" }));
}

function notOpened(item, error) {
  const gone = error.status === 404 && { message: "This source is no longer in the library. The quote is kept; the document is not." };
  return { word: (gone || error).message, content: [
    failure(gone || error, gone ? null : () => openSource(now.items, now.at, now.noun)),
    item.quote && words("blockquote", item.quote, { class: "prose" })] };
}

const spells = (points, { span, quote }) =>
  Boolean(span) && span.start >= 0 && span.start < span.end && span.end <= points.length && points.slice(span.start, span.end).join("") === quote;

function sourceText(item, about, points) {
  const placed = item.span ? spells(points, item) : null;
  const marks = now.items.map((other, index) => ({ ...other, number: index + 1 }))
    .filter((other) => now.noun === "Citation" && other.document_id === item.document_id && other.number !== now.at + 1 && spells(points, other));
  const middle = item.span ? Math.min(item.span.start, points.length) : 0;
  const from = points.length > WINDOW ? Math.max(0, Math.min(middle - WINDOW / 2, points.length - WINDOW)) : 0;
  const to = Math.min(points.length, from + WINDOW);
  const count = (number) => number.toLocaleString("en");
  const word = placed === null ? "" : placed ? "The cited words are highlighted." : "The text at this place differs from the quote, so nothing is highlighted.";
  const extent = placed ? `Characters ${count(item.span.start)}–${count(item.span.end)} of ${count(points.length)}.` : `${count(points.length)} characters.`;
  return { word, placed, content: [
    head(about),
    placed === false && callout(true, h("p", {}, h("b", {}, word)), h("p", {}, "The quote reads: ", words("q", item.quote))),
    to - from < points.length && h("p", { class: "meta" }, `A long text: characters ${count(from)}–${count(to)} are shown.`),
    h("div", { class: "src-text", lang: langOf(points.slice(from, from + 2000).join("")) }, blocks(about, points, { from, to, hit: placed ? item.span : null, marks })),
    h("p", { class: "proof meta" }, extent, placed && h("b", {}, " The highlighted words equal the quote, to the character.")),
  ] };
}

function head(about) {
  const data = about.metadata ?? {};
  const row = (name, value) => [h("dt", {}, name), words("dd", value || "Not stated in the source", { class: value ? null : "none" })];
  return h("header", { class: "src-head" },
    words("h2", about.title), h("p", {}, statusTag(data.status)),
    h("dl", { class: "facts" }, row("Issuer", data.issuer), row("Number", data.number), row("Issued", showDate(data.issued)), row("In effect", showDate(data.effective)),
      data.expires && row("Expires", showDate(data.expires)), data.outlet && row("Outlet", data.outlet)),
    about.warnings?.length > 0 && callout(false, about.warnings.map((text) => h("p", {}, text))));
}

/** The text between `from` and `to`, one block per page or section, whose label stands beside it and cannot be copied with it. */
function blocks(about, points, view) {
  const labels = new Map([[view.from, []]]);
  const add = (parts, show) => parts?.forEach((part) => {
    const at = Math.max(part.start, view.from);
    if (part.end > view.from && part.start < view.to) labels.set(at, [...(labels.get(at) ?? []), show(part.label)]);
  });
  add(about.pages, (label) => `p. ${label}`);
  add(about.sections, (label) => label);
  const starts = [...labels.keys()].sort((a, b) => a - b);
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? view.to, opening = points.slice(start, start + 200).join("").trimStart();
    const names = labels.get(start).filter((label) => label && !opening.startsWith(label));
    return h("div", { class: "block" }, h("div", { class: "sec" }, names.map((label) => words("span", label))), h("div", { class: "words" }, pieces(points, start, end, view)));
  });
}

/** Cuts a block at every edge of a highlight, so that overlapping citations nest cleanly. */
function pieces(points, from, to, { hit, marks }) {
  const spans = [...(hit ? [hit] : []), ...marks.map((mark) => mark.span)];
  const edges = [...new Set([from, to, ...spans.flatMap(({ start, end }) => [start, end])])].filter((at) => at >= from && at <= to).sort((a, b) => a - b);
  return edges.slice(0, -1).map((start, index) => {
    const end = edges[index + 1], text = points.slice(start, end).join("");
    const over = marks.filter((mark) => mark.span.start <= start && end <= mark.span.end);
    const ending = over.filter((mark) => mark.span.end === end).map((mark) =>
      button(mark.number, () => openSource(now.items, mark.number - 1, now.noun), { class: "cite", "aria-label": `Citation ${mark.number}` }));
    if (hit && hit.start <= start && end <= hit.end) return [h("mark", { class: "hit" }, text), ending];
    return over.length ? [h("span", { class: "other" }, text), ending] : text;
  });
}
