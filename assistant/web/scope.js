/* Which documents a question is about: the filters under the question box, in words and in the address. */

import * as api from "./api.js";
import { byId, failure, h, words } from "./dom.js";
import { count, has, showDate, t } from "./language.js";

const LISTS = ["issuer", "kind", "status", "language"], DAYS = ["issued_from", "issued_to", "as_of"];
const NAMES = [...LISTS, ...DAYS];
const FACETS = { issuer: "issuers", kind: "kinds", status: "statuses", language: "languages" };
const LABELS = { kind: "type", status: "status", language: "language" };

/** Filters as the API takes them; what is not given is left out. */
let chosen = {};
export const filters = () => ({ ...chosen });

const valueWords = (name, value) => {
  if (DAYS.includes(name)) return showDate(value);
  return LABELS[name] && has(`${LABELS[name]}.${value}`) ? t(`${LABELS[name]}.${value}`) : value;
};

/** Filters in words, "" where there are none. */
export function scopeLine(given) {
  const parts = NAMES.filter((name) => given?.[name]?.length).map((name) =>
    t(`scope.${name}`, { value: [given[name]].flat().map((value) => valueWords(name, value)).join(t("or")) }));
  return parts.join(t("comma"));
}

/** The filters of an address. */
export const filtersOf = (search) => Object.fromEntries(NAMES.filter((name) => search.get(name)).map((name) => [name, search.get(name)]));

export const addressParts = (given) => Object.entries(given ?? {}).filter(([name, value]) => NAMES.includes(name) && value?.length);

export function setFilters(given) {
  chosen = Object.fromEntries(addressParts(given));
  for (const name of NAMES) {
    const control = byId(`scope-${name}`);
    if (control) choose(control, name, [chosen[name] ?? ""].flat()[0]);
  }
  tell();
}

/** Sets the field of a filter; a value that no document has stays chosen, and is seen to be. */
export function choose(control, name, value) {
  if (control.tagName === "SELECT" && value && ![...control.options].some((option) => option.value === value)) control.append(words("option", valueWords(name, value), { value }));
  control.value = value;
}

let documents = 0;

function tell() {
  const line = scopeLine(chosen), all = t("scope.all", { documents: count(documents, "document") });
  byId("scope-line").textContent = line ? t("scope.some", { filters: line }) : all;
  byId("scope-clear").hidden = !line;
}

/** A field for a filter. */
export function field(prefix, name, facets, onpick) {
  const id = `${prefix}-${name}`, options = facets[FACETS[name]] ?? [];
  const control = DAYS.includes(name) ? h("input", { id, type: "date", onchange: onpick })
    : h("select", { id, onchange: onpick }, h("option", { value: "" }, t("any")),
      options.filter(({ value }) => value).map(({ value, count: held }) => words("option", `${valueWords(name, value)} (${held})`, { value })));
  return h("label", { class: "sel" }, h("span", {}, t(`field.${name}`)), control);
}

/** The panel under the question box; what there is to choose from is asked for when it is first opened. */
export function scopePanel() {
  const panel = byId("scope"), pick = () => {
    chosen = Object.fromEntries(NAMES.map((name) => [name, byId(`scope-${name}`).value]).filter(([, value]) => value));
    tell();
  };
  byId("scope-clear").addEventListener("click", clearScope);
  panel.addEventListener("toggle", async () => {
    if (!panel.open || byId("scope-fields").children.length) return;
    try {
      const facets = await api.library();
      byId("scope-fields").replaceChildren(...NAMES.map((name) => field("scope", name, facets, pick)));
      setFilters(chosen);
    } catch (error) {
      byId("scope-fields").replaceChildren(failure(error));
    }
  });
}

export function scopeCount(number) {
  documents = number;
  tell();
}

export const clearScope = () => setFilters({});
