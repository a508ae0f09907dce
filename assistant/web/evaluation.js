/* Evaluation runs: what each came to, and two of them side by side. Nothing is measured here; the server reads what was kept. */

import * as api from "./api.js";
import { callout, facts, failure, h, icon, words } from "./dom.js";
import { count, number, showWhen, t } from "./language.js";

/** Builds the view once; returns what loads it. */
export function evaluationView(root) {
  const state = { runs: [], chosen: [] }, parts = { total: h("p", { class: "meta" }, t("reading")), body: h("div") };
  root.replaceChildren(h("h1", { tabindex: "-1" }, t("view.evaluation")), parts.total, parts.body);

  async function load() {
    parts.body.replaceChildren();
    try {
      const { configured, runs, unreadable } = await api.evaluations();
      state.runs = runs;
      state.chosen = runs.filter((run) => run.measured).slice(0, 2).map((run) => run.id);
      parts.total.textContent = runs.length ? t("runs.all", { runs: count(runs.length, "run") }) : t("runs.none");
      show(configured, unreadable);
    } catch (error) {
      parts.total.textContent = "";
      parts.body.replaceChildren(failure(error, load));
    }
  }

  function show(configured, unreadable) {
    const place = h("section", { class: "figures-view", "aria-live": "off" });
    const choose = () => place.replaceChildren(...compared(state.chosen.map((id) => state.runs.find((run) => run.id === id))));
    choose();
    parts.body.replaceChildren(...[
      unreadable.length > 0 && callout(true, h("p", {}, t("runs.unreadable", { names: unreadable.join(t("comma")) }))),
      state.runs.length > 0 ? runTable(state, choose) : how(configured), state.runs.some((run) => run.measured) && place].filter(Boolean));
  }

  return load;
}

/** How a run is made and shown. */
const how = (configured) => callout(false, h("p", {}, t(configured ? "runs.make" : "runs.configure")),
  h("pre", { class: "commands", tabindex: "0" }, `${configured ? "" : "export CAVEAT_RUNS=eval-runs\n"}python -m evals run sample --gate`));

function runTable(state, onchoose) {
  const pick = (run, place) => h("label", {}, h("input", { type: "radio", name: `run-${place}`, value: run.id, checked: state.chosen[place] === run.id, disabled: !run.measured,
    onchange: () => { state.chosen[place] = run.id; if (state.chosen[0] === undefined) state.chosen[0] = run.id; onchoose(); } }), h("span", { class: "sr" }, t(place ? "run.base" : "run.new", { run: run.id })));
  return h("table", { class: "runs" }, h("caption", { class: "sr" }, t("view.evaluation")), h("thead", {}, h("tr", {},
    ["run.head", "run.ended", "run.gates", "run.model", "run.show", "run.against"].map((name) => h("th", { scope: "col" }, t(name))))),
  h("tbody", {}, state.runs.map((run) => h("tr", {},
    h("th", { scope: "row" }, h("span", { class: "run-name" }, run.id), facts("span", "sub", [count(run.cases, "case"), run.subject])),
    h("td", { "data-label": t("run.ended") }, showWhen(run.ended)), h("td", { "data-label": t("run.gates") }, gateWords(run)),
    h("td", { "data-label": t("run.model") }, run.fingerprint.model === "none" ? t("run.quoted") : words("span", run.fingerprint.model ?? "")),
    h("td", { "data-label": t("run.show") }, pick(run, 0)), h("td", { "data-label": t("run.against") }, pick(run, 1))))));
}

function gateWords(run) {
  if (!run.measured) return h("span", { class: "none" }, t("run.unmeasured"));
  const failed = run.gates.filter((gate) => gate.passed === false).length, passed = run.gates.filter((gate) => gate.passed).length;
  if (!failed && !passed) return h("span", { class: "none" }, t("run.ungated"));
  return h("span", { class: failed ? "v-contradicted" : "v-supported" }, icon(failed ? "v-contradicted" : "v-supported"), ` ${failed ? t("gates.failed", { failed: number(failed), all: number(failed + passed) }) : t("gates.passed", { all: number(passed) })}`);
}

const figure = (value) => (value === null || value === undefined ? "–" : value.toLocaleString(undefined, { minimumFractionDigits: 3, maximumFractionDigits: 3 }));

const folded = (parts) => parts && h("details", {}, h("summary", {}, parts[0].textContent), parts[1]);

/** The figures of a run, beside those of another where one is chosen. */
function compared([run, base]) {
  if (!run) return [];
  const before = base && base !== run ? new Map(base.figures.map((each) => [each.name, each])) : null, failed = run.gates.filter((gate) => gate.passed === false);
  const other = before && (base.set !== run.set || base.fingerprint.library !== run.fingerprint.library);
  const table = (name, list) => list.length > 0 && [h("h2", {}, t(name)), h("table", { class: "figures" }, h("caption", { class: "sr" }, t(name)), h("thead", {}, h("tr", {},
    h("th", { scope: "col" }, t("figure")), h("th", { scope: "col", class: "num" }, run.id), before && [h("th", { scope: "col", class: "num" }, base.id), h("th", { scope: "col", class: "num" }, t("change"))], h("th", { scope: "col", class: "num" }, t("cases")))),
  h("tbody", {}, list.map((each) => row(each, run, base, before))))];
  return [h("p", { class: "verdict-line" }, before ? t("runs.beside", { run: run.id, base: base.id }) : t("runs.alone", { run: run.id })),
    ...(other ? [callout(false, h("p", {}, t("runs.unlike")))] : []),
    ...(failed.length ? [callout(true, h("p", {}, h("b", {}, t("gates.failing"))), failed.map((gate) => words("p", `${gate.name}: ${gate.told}`)))] : []),
    before && h("p", { class: "hint" }, t("runs.chance"), " ", h("code", {}, "python -m evals compare")),
    table("figures.main", run.figures.filter((each) => each.main)),
    folded(table("figures.more", run.figures.filter((each) => !each.main)))].flat().filter(Boolean);
}

function row(each, run, base, before) {
  const then = before?.get(each.name)?.value, known = [each.value, then].every((value) => typeof value === "number"), change = known ? each.value - then : null;
  const still = change === null || Math.abs(change) < 5e-4, better = !still && (change > 0) === (each.better === "higher");
  return h("tr", {}, h("th", { scope: "row" }, h("code", {}, each.name), words("span", each.about, { class: "sub" })),
    h("td", { class: "num", "data-label": run.id }, figure(each.value)),
    before && [h("td", { class: "num", "data-label": base.id }, figure(then)),
      h("td", { class: "num", "data-label": t("change") }, change === null ? "–" : still ? t("same") : h("span", { class: better ? "better" : "worse" }, `${better ? "▲" : "▼"} ${change > 0 ? "+" : "−"}${figure(Math.abs(change))} `, h("span", {}, t(better ? "better" : "worse"))))],
    h("td", { class: "num", "data-label": t("cases") }, number(each.cases)));
}
