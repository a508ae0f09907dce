/* The source beside the answer: the stored text with the cited characters highlighted, exactly or not at all.
   An item of the list is {document_id, title, span | null, quote, locator}; spans count code points. */

import { openDocument, original } from "./api.js";
import { besidePane } from "./beside.js";
import { saveFile } from "./carry.js";
import { button, byId, callout, facts, failure, h, langOf, link, say, words } from "./dom.js";
import { statusTag } from "./kinds.js";
import { count, has, number, showDate, t } from "./language.js";
import { now as page } from "./now.js";
import { pageView } from "./pages.js";

/** Longer texts are shown as a window around the cited place. */
const WINDOW = 100_000;

const narrow = matchMedia("(max-width: 62rem)");
const now = { items: [], at: 0, noun: "citation", opener: null, turn: 0, from: null, trail: [] };
const ELSEWHERE = "elsewhere.one", BY_ANSWER = ["citation", "passage.one"];
const outside = () => [byId("top"), byId("page"), byId("foot")];

export const sourceIsOpen = () => !byId("source").hidden;

/** Opens item `at` of a list; closing returns the focus to `opener`. `trail` are the lists that led there, the last one behind. */
export async function openSource(items, at, noun, opener, { trail = [], back } = {}) {
  Object.assign(now, { items, at, noun, trail, opener: opener ?? now.opener, turn: now.turn + 1, from: null });
  const pane = byId("source"), turn = now.turn, item = items[at], held = pane.querySelector(".src-bar")?.contains(document.activeElement) && document.activeElement.dataset.step;
  pane.hidden = false;
  document.body.classList.add("with-source");
  keepInside();
  markActive(true);
  if (noun === "citation") history.replaceState(null, "", `#cite-${at + 1}`);
  pane.replaceChildren(...[bar(item), trail.length > 0 && backLine(), h("div", { class: "src-scroll", tabindex: "0", role: "group", "aria-label": item.title, "aria-busy": "true" }, h("p", { class: "meta" }, t("source.opening")))].filter(Boolean));
  (held ? pane.querySelector(`[data-step="${held}"]`) : scrolled()).focus({ preventScroll: true });
  await show(turn, item, back);
}

/** Scrolls to the highlighted words, where there are any. */
function toHit() {
  const scroll = scrolled(), hit = scroll?.querySelector(".hit");
  if (hit) scroll.scrollTop += hit.getBoundingClientRect().top - scroll.getBoundingClientRect().top - scroll.clientHeight / 3;
}

/** The same until nothing moves any more for some frames: blocks of a long text get their height when they are first seen. */
function toHitTillStill(turn, still = 0, frames = 60) {
  if (turn !== now.turn || !scrolled() || still > 3 || !frames) return;
  const before = scrolled().scrollTop;
  toHit();
  requestAnimationFrame(() => toHitTillStill(turn, scrolled()?.scrollTop === before ? still + 1 : 0, frames - 1));
}

const scrolled = () => byId("source").querySelector(".src-scroll");

/** The way back from a statement elsewhere to what was open before. */
function backLine() {
  const { items, at, noun, from } = now.trail.at(-1);
  return h("p", { class: "src-back" }, button(["‹ ", t("source.back", { what: t("item.of", { noun: t(noun), number: at + 1, total: items.length }) })], () => openSource(items, at, noun, null, { trail: now.trail.slice(0, -1), back: from }), { class: "quiet" }));
}

async function show(turn, item, back) {
  const pane = byId("source");
  let content, word, placed, identity;
  try {
    const { document: about, points } = await openDocument(item.document_id), data = about.metadata ?? {};
    ({ content, word, placed } = sourceText(item, about, points));
    identity = facts("p", "src-id", [words("b", about.title), data.issuer || data.outlet, showDate(data.issued), statusTag(data.status)]);
  } catch (error) {
    ({ content, word } = notOpened(item, error));
  }
  if (turn !== now.turn || pane.hidden) return;
  if (placed === false) for (const numeral of numerals()) numeral.classList.add("unplaced");
  const scroll = scrolled();
  scroll.removeAttribute("aria-busy");
  pane.querySelector(".src-id")?.remove();
  if (identity) scroll.before(identity);
  scroll.replaceChildren(...content.filter(Boolean));
  scroll.scrollTop = 0;
  toHitTillStill(turn);
  say(`${now.items.length > 1 ? `${position()}${t("colon")}` : ""}${item.title}. ${word}`);
  if (identity && !pane.querySelector(".beside")) scroll.after(besidePane(item, {
    asOf: BY_ANSWER.includes((now.trail[0] ?? now).noun) && page.scope?.as_of,
    back,
    followed: now.trail.length > 0,
    moved: toHit,
    told: (text) => turn === now.turn && say(text),
    open: (items, at) => openSource(items, at, ELSEWHERE, null, { trail: [...now.trail, { items: now.items, at: now.at, noun: now.noun, from: at }] }),
  }));
}

const position = () => t("item.of", { noun: t(now.noun), number: now.at + 1, total: now.items.length });

export function stepSource(by) {
  if (now.items.length) openSource(now.items, (now.at + by + now.items.length) % now.items.length, now.noun, null, { trail: now.trail });
}

export function closeSource() {
  if (!sourceIsOpen()) return;
  Object.assign(now, { turn: now.turn + 1, trail: [] });
  byId("source").hidden = true;
  byId("source").replaceChildren();
  document.body.classList.remove("with-source");
  keepInside();
  markActive(false);
  if (location.hash.startsWith("#cite-")) history.replaceState(null, "", location.pathname + location.search);
  (now.opener?.isConnected ? now.opener : numerals()[0])?.focus();
  now.opener = null;
}

/** Goes on with the citations of the answer that is whole now; closes where the open one is not among them. */
export function renewSource(items) {
  if (!sourceIsOpen() || now.noun !== "citation") return;
  const open = now.items[now.at], at = items.findIndex((item) =>
    item.document_id === open.document_id && item.span.start === open.span.start && item.span.end === open.span.end);
  if (at < 0) { closeSource(); return; }
  Object.assign(now, { items, at });
  const pane = byId("source"), held = pane.firstChild.contains(document.activeElement);
  pane.firstChild.replaceWith(bar(items[at]));
  if (held) scrolled().focus({ preventScroll: true });
  markActive(true);
}

/** On a narrow screen the source is the whole page, so nothing behind it may be reached. */
function keepInside() {
  for (const part of outside()) part.inert = narrow.matches && sourceIsOpen();
}
narrow.addEventListener("change", keepInside);

/** The numerals of the open citation, in the answer and its notes. */
const numerals = () => (now.noun === "citation" ? byId("answer").querySelectorAll(`[data-cite="${now.at + 1}"]`) : []);

function markActive(on) {
  for (const numeral of document.querySelectorAll(".cite[aria-current]")) numeral.removeAttribute("aria-current");
  if (on) for (const numeral of numerals()) numeral.setAttribute("aria-current", "true");
}

function bar(item) {
  const many = now.items.length > 1, about = { noun: t(now.noun) };
  const step = (by, sign, key) => button(sign, () => stepSource(by), { class: "step", "data-step": by, "aria-label": t(key, about) });
  const copy = item.quote && button(t("copy.quote"), async () => {
    await navigator.clipboard.writeText(`“${item.quote}”\n${[item.title, item.locator].filter(Boolean).join(", ")}`);
    say(t("copied", { what: t("quote") }));
  }, { class: "quiet" });
  const save = button(t("original"), async () => {
    try {
      const { document: about } = await openDocument(item.document_id);
      saveFile(await original(item.document_id), about.source);
    } catch (error) {
      scrolled().prepend(failure(error));
    }
  }, { class: "quiet" });
  return h("div", { class: "src-bar" },
    many ? h("span", { class: "src-step" }, step(-1, "‹", "previous"), h("span", {}, `${t(now.noun)} `, h("b", {}, String(now.at + 1)), ` ${t("of")} ${now.items.length}`), step(1, "›", "next")) : now.trail.length ? h("b", {}, t(now.noun)) : words("b", item.title),
    h("span", { class: "src-acts" }, copy, save, button(t("close"), closeSource, { class: "quiet close", "aria-label": t("close.source") })));
}

function notOpened(item, error) {
  const gone = error.status === 404 && { message: t("source.gone") };
  return { word: (gone || error).message, content: [
    failure(gone || error, gone ? null : () => openSource(now.items, now.at, now.noun, null, { trail: now.trail })),
    item.quote && words("blockquote", item.quote, { class: "prose" })] };
}

const spells = (points, { span, quote }) =>
  Boolean(span) && span.start >= 0 && span.start < span.end && span.end <= points.length && points.cut(span.start, span.end) === quote;

function sourceText(item, about, points) {
  const placed = item.span ? spells(points, item) : null;
  const marks = now.items.map((other, index) => ({ ...other, number: index + 1 }))
    .filter((other) => now.noun === "citation" && other.document_id === item.document_id && other.number !== now.at + 1 && spells(points, other));
  const middle = item.span ? Math.min(item.span.start, points.length) : 0, last = Math.max(0, points.length - WINDOW);
  const from = Math.max(0, Math.min(now.from ?? middle - WINDOW / 2, last)), to = Math.min(points.length, from + WINDOW);
  const word = placed === null ? "" : t(placed ? "placed" : "unplaced"), values = { from: number(from), to: number(to), total: number(points.length) };
  const extent = placed ? t("extent", { from: number(item.span.start), to: number(item.span.end), total: number(points.length) }) : count(points.length, "character");
  const turn = (to, label) => link(t(label), () => { now.from = to; show(now.turn, item); });
  return { word, placed, content: [
    head(about),
    placed === false && callout(true, h("p", {}, h("b", {}, word)), h("p", {}, t("quote.reads"), words("q", item.quote))),
    placed && about.media_type === "application/pdf" && pageView(about.id, item),
    to - from < points.length && h("p", { class: "meta windowed" }, t("long.text", values), " ", from > 0 && turn(from - WINDOW, "earlier.part"), " ", to < points.length && turn(to, "later.part")),
    h("div", { class: to - from > 20_000 ? "src-text long" : "src-text", lang: langOf(points.cut(from, from + 2000)) }, blocks(about, points, { from, to, hit: placed ? item.span : null, marks })),
    h("p", { class: "proof meta" }, extent, placed && h("b", {}, ` ${t("equal")}`)),
  ] };
}

function head(about) {
  const data = about.metadata ?? {};
  const row = (name, value) => [h("dt", {}, t(name)), words("dd", value || t("not.stated"), { class: value ? null : "none" })];
  const relations = (data.relations ?? []).map((each) => [has(`relation.${each.kind}`) ? t(`relation.${each.kind}`) : each.kind, each.target]);
  return h("header", { class: "src-head" },
    words("h2", about.title), h("p", { class: "src-tags" }, statusTag(data.status), facts("span", "meta", [has(`type.${data.kind}`) && t(`type.${data.kind}`), has(`language.${data.language}`) && t(`language.${data.language}`), about.pages?.length > 0 && count(about.pages.length, "page")])),
    h("dl", { class: "facts" }, row("issuer", data.issuer), row("number", data.number), row("issued", showDate(data.issued)), row("effect", showDate(data.effective)),
      data.expires && row("expires", showDate(data.expires)), data.outlet && row("outlet", data.outlet),
      relations.length > 0 && [h("dt", {}, t("relations")), h("dd", {}, relations.map(([kind, target]) => h("div", {}, `${kind} `, words("span", target))))]),
    about.warnings?.length > 0 && callout(false, about.warnings.map((text) => words("p", text))));
}

/** The text between `from` and `to`, in blocks that the browser lays out when they come into view: a page or a section begins
    one, and so does a paragraph of a long one. The labels stand beside the text and cannot be copied with it. */
function blocks(about, points, view) {
  const labels = new Map([[view.from, []]]), text = points.cut(view.from, view.to);
  const add = (parts, show) => parts?.forEach((part) => {
    const at = Math.max(part.start, view.from);
    if (part.end > view.from && part.start < view.to) labels.set(at, [...(labels.get(at) ?? []), show(part.label)]);
  });
  add(about.pages, (label) => t("p.", { label }));
  add(about.sections, (label) => label.split(" › ").at(-1));
  if (text.length > 20_000) {
    let at = view.from, last = at;
    for (const part of text.split(/(?<=\n\n)/)) {
      if (labels.has(at)) last = at;
      else if (at - last > 2000) { labels.set(at, []); last = at; }
      at += /[\ud800-\udfff]/.test(part) ? Array.from(part).length : part.length;
    }
  }
  const starts = [...labels.keys()].sort((a, b) => a - b);
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? view.to, opening = points.cut(start, Math.min(end, start + 200)).trimStart();
    const names = labels.get(start).filter((label) => label && !opening.startsWith(label));
    return h("div", { class: "block" }, h("div", { class: "sec" }, names.map((label) => words("span", label))), h("div", { class: "words" }, pieces(points, start, end, view)));
  });
}

/** Cuts a block at every edge of a highlight, so that overlapping citations nest cleanly. */
function pieces(points, from, to, { hit, marks }) {
  const spans = [...(hit ? [hit] : []), ...marks.map((mark) => mark.span)];
  const edges = [...new Set([from, to, ...spans.flatMap(({ start, end }) => [start, end])])].filter((at) => at >= from && at <= to).sort((a, b) => a - b);
  return edges.slice(0, -1).map((start, index) => {
    const end = edges[index + 1], text = points.cut(start, end);
    const over = marks.filter((mark) => mark.span.start <= start && end <= mark.span.end);
    const ending = over.filter((mark) => mark.span.end === end).map((mark) =>
      button(mark.number, () => openSource(now.items, mark.number - 1, now.noun), { class: "cite", "aria-label": t("citation.number", { number: mark.number }) }));
    if (hit && hit.start <= start && end <= hit.end) return [h("mark", { class: "hit" }, text), ending];
    return over.length ? [h("span", { class: "other" }, text), ending] : text;
  });
}
