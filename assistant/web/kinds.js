/* The words and signs of the page for verdicts, doubts and the status of documents. */

import { h, icon } from "./dom.js";
import { count, has, t } from "./language.js";

/** From the gravest to the mildest: where doubts of several families meet on the same words, the gravest gives the line. */
export const FAMILIES = ["strays", "conflict", "record", "cautious"];

const FAMILY = {
  overstated: "strays", unsupported: "strays", misquoted: "strays", questioned: "conflict", disputed: "conflict",
  outdated: "record", cut_off: "record", unchecked: "record",
  hedged: "cautious", attributed: "cautious", vague_source: "cautious", self_reported: "cautious", single_voice: "cautious",
};
const STATES = ["supported", "doubted", "contradicted", "not_found", "unchecked"];

/** Label and family; a kind that this page does not know is still shown, by its name. */
export const kindOf = (kind) => ({
  label: has(`kind.${kind}`) ? t(`kind.${kind}`) : kind.replaceAll("_", " "),
  family: Object.hasOwn(FAMILY, kind) ? FAMILY[kind] : "record",
});

export const worst = (doubts) => FAMILIES.find((family) => doubts.some((doubt) => kindOf(doubt.kind).family === family));

/** The state a reader sees: the verdict, where "supported" is split by whether something is in doubt. */
export function shown(claim) {
  if (claim.verdict === "supported") return claim.doubts.length ? "doubted" : "supported";
  return STATES.includes(claim.verdict) ? claim.verdict : "unchecked";
}

export const verdictWords = (claim) => t(`verdict.${shown(claim)}`);

export const verdictTag = (claim) => h("span", { class: `verdict v-${shown(claim)}` }, icon(`v-${shown(claim)}`), ` ${verdictWords(claim)}`);

export function kindTag(kind) {
  const { label, family } = kindOf(kind);
  return h("span", { class: `kind f-${family}` }, icon(`f-${family}`), ` ${label}`);
}

/** How many claims are in each state, by claims or by the tally that the server keeps; each claim is counted once. */
export function counts(claims) {
  const each = Object.fromEntries(STATES.map((state) => [state, 0]));
  if (Array.isArray(claims)) for (const claim of claims) each[shown(claim)] += 1;
  else Object.assign(each, claims, { doubted: claims.supported_with_doubts });
  return STATES.filter((state) => each[state]).map((state) => [state, each[state]]);
}

const counted = ([state, number]) => t("counted", { number, state: t(`verdict.${state}`) });

/** "3 claims: 1 supported, 2 supported, with doubts" */
export function tallyLine(claims, noun = "claim") {
  const parts = counts(claims).map(counted);
  return count(claims.length, noun) + (parts.length ? `${t("colon")}${parts.join(t("comma"))}` : "");
}

/** The same with signs, for one line. */
export const countSigns = (claims) =>
  counts(claims).map((each) => h("span", { class: "count" }, icon(`v-${each[0]}`), ` ${counted(each)} `));

/** The tally in words, then one sign per claim, each a link to its claim: to the element with the id `PREFIX-NUMBER`. */
export function tally(claims, noun = "claim", prefix = "claim") {
  return h("div", { class: "tally" },
    h("p", { class: "tally-words" }, h("b", {}, `${count(claims.length, noun)}${claims.length ? t("colon") : ""}`), countSigns(claims)),
    h("ol", { class: "strip", "aria-label": t(`every.${noun}`) }, claims.map((claim, index) => {
      const label = t(`${noun}.is`, { number: index + 1, state: verdictWords(claim) });
      return h("li", {}, h("a", { href: `#${prefix}-${index + 1}`, "aria-label": label, title: label }, icon(`v-${shown(claim)}`)));
    })));
}

/** Status of a document; an unknown status is said, never left blank. */
export function statusTag(status) {
  const known = status && status !== "unknown" && has(`status.${status}`);
  return h("span", { class: `status s-${known ? status : "unknown"}` }, t(known ? `status.${status}` : "status.unknown"));
}
