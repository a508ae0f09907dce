/* The page before anything is asked: what the library holds, what was asked lately. */

import * as api from "./api.js";
import { addressOf } from "./conversation.js";
import { byId, callout, failure, h, words } from "./dom.js";
import { countSigns } from "./kinds.js";
import { count, has, showDate, t } from "./language.js";

const named = (list, label) => list.slice(0, 5).map(({ value, count: held }) =>
  `${has(`${label}.${value}`) ? t(`${label}.${value}`) : value} ${held}`).join(" · ");

/** The library's facts beside what was asked lately. */
export async function showHome() {
  const place = byId("library-state");
  try {
    const [held, asked] = await Promise.all([api.library(), api.listConversations({ limit: 5 })]);
    if (!held.documents) {
      place.replaceChildren(callout(false, h("p", {}, h("b", {}, t("empty")), ` ${t("empty.do")}`), h("a", { class: "btn", href: "/?view=library", "data-route": "library" }, t("add.documents"))));
      return;
    }
    place.replaceChildren(h("div", { class: "two" }, facts(held), lately(asked.conversations)));
  } catch (error) {
    place.replaceChildren(failure(error, () => showHome(), t("library.unread")));
  }
}

function facts(held) {
  const row = (name, value) => value && [h("dt", {}, t(name)), h("dd", {}, value)];
  const issuers = held.issuers.filter(({ value }) => value), first = issuers.slice(0, 2).map(({ value }, index) => [index > 0 && t("comma"), words("span", value)]);
  return h("section", {}, h("h2", {}, t("in.library")),
    h("dl", { class: "facts" },
      row("documents", String(held.documents)), row("passages", String(held.passages)), row("field.language", named(held.languages, "language")), row("types", named(held.kinds, "type")),
      issuers.length > 0 && row("issuers", [first, issuers.length > 2 && ` ${t("and.more", { number: issuers.length - 2 })}`]),
      row("issued", held.issued_from && `${showDate(held.issued_from)} – ${showDate(held.issued_to)}`),
      row("status", named(held.statuses, "status")), row("last.change", showDate(held.changed))),
    h("p", {}, h("a", { href: "/?view=library", "data-route": "library" }, t("open.library"))));
}

function lately(conversations) {
  return h("section", {}, h("h2", {}, t("lately")),
    conversations.length ? h("ul", { class: "tries" }, conversations.map((each) => h("li", {},
      words("a", each.title, { href: addressOf(each.id), "data-route": true }),
      h("span", { class: "meta" }, each.tally?.standing === "refusal" ? t("standing.refusal") : each.tally && countSigns(each.tally)))))
      : h("p", { class: "none" }, t("nothing.asked")));
}
