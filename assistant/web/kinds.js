/* The words of the page for verdicts, doubts and the status of documents. */

import { h, icon, plural } from "./dom.js";

/** From the gravest to the mildest: where doubts of several families meet on the same words, the gravest gives the line. */
const FAMILIES = ["strays", "conflict", "record", "cautious"];

const KINDS = {
  overstated: ["Overstated", "strays"],
  unsupported: ["Unsupported", "strays"],
  misquoted: ["Misquoted", "strays"],
  questioned: ["Questioned", "conflict"],
  disputed: ["Disputed", "conflict"],
  outdated: ["Superseded", "record"],
  cut_off: ["Text cut off", "record"],
  unchecked: ["Not checked", "record"],
  hedged: ["Hedged", "cautious"],
  attributed: ["Attributed", "cautious"],
  vague_source: ["Vague source", "cautious"],
  self_reported: ["Self-reported", "cautious"],
  single_voice: ["Single voice", "cautious"],
};

const VERDICTS = {
  supported: "supported",
  doubted: "supported, with doubts",
  contradicted: "contradicted",
  not_found: "not found as stated",
  unchecked: "not checked",
};

const STATUSES = { draft: "Draft", trial: "Trial", in_force: "In force", amended: "Amended", repealed: "Repealed" };

/** Label and family; a kind that this page does not know is still shown, by its name. */
export function kindOf(kind) {
  const [label, family] = KINDS[kind] ?? [kind.replaceAll("_", " "), "record"];
  return { label, family };
}

export const worst = (doubts) => FAMILIES.find((family) => doubts.some((doubt) => kindOf(doubt.kind).family === family));

/** The state a reader sees: the verdict, where "supported" is split by whether something is in doubt. */
export function shown(claim) {
  if (claim.verdict === "supported") return claim.doubts.length ? "doubted" : "supported";
  return claim.verdict in VERDICTS ? claim.verdict : "unchecked";
}

export const verdictWords = (claim) => VERDICTS[shown(claim)];

/** How many claims are in each state, by claims or by the tally that the server keeps; each claim is counted once. */
export function counts(claims) {
  const count = Object.fromEntries(Object.keys(VERDICTS).map((state) => [state, 0]));
  if (Array.isArray(claims)) for (const claim of claims) count[shown(claim)] += 1;
  else Object.assign(count, claims, { doubted: claims.supported_with_doubts });
  return Object.keys(VERDICTS).filter((state) => count[state]).map((state) => [state, count[state]]);
}

/** "2 independent voices: the notice MDI IT [2020] 14; Northgate Wire (2 copies)"; nothing for one that nobody repeats. */
export function voices(claim) {
  const told = claim.voices ?? [];
  if (told.length < 2 && !told.some((voice) => voice.copies)) return "";
  const copies = (count) => (count ? ` (${count} ${count === 1 ? "copy" : "copies"})` : "");
  const count = told.length === 1 ? "1 voice" : `${told.length} independent voices`;
  return `${count}: ${told.map((voice) => voice.name + copies(voice.copies)).join("; ")}`;
}

/** "3 claims: 1 supported, 2 supported, with doubts" */
export function tallyLine(claims) {
  const parts = counts(claims).map(([state, number]) => `${number} ${VERDICTS[state]}`);
  return plural(claims.length, "claim") + (parts.length ? `: ${parts.join(", ")}` : "");
}

/** The same with signs, for one line. */
export const countSigns = (claims) =>
  counts(claims).map(([state, number]) => h("span", { class: "count" }, icon(`v-${state}`), ` ${number} ${VERDICTS[state]} `));

/** The tally in words, then one sign per claim, each a link to its claim. */
export function tally(claims) {
  return h("div", { class: "tally" },
    h("p", { class: "tally-words" }, h("b", {}, `${plural(claims.length, "claim")}${claims.length ? ": " : ""}`), countSigns(claims)),
    h("ol", { class: "strip", "aria-label": "Every claim, in order" }, claims.map((claim, index) => {
      const label = `Claim ${index + 1}: ${verdictWords(claim)}`;
      return h("li", {}, h("a", { href: `#claim-${index + 1}`, "aria-label": label, title: label }, icon(`v-${shown(claim)}`)));
    })));
}

/** Status of a document; an unknown status is said, never left blank. */
export function statusTag(status) {
  const known = STATUSES[status];
  return h("span", { class: `status s-${known ? status : "unknown"}` }, known ?? "Status unknown");
}
