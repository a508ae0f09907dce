/* For whoever runs the server: what works, the keys, the settings in force. A secret is never shown; a new key is shown once. */

import * as api from "./api.js";
import { button, callout, confirming, facts, failure, h, icon, link, say, words } from "./dom.js";
import { anotherKey } from "./key.js";
import { count, has, heard, showDate, showWhen, t } from "./language.js";

const SCOPES = ["ask", "edit", "operate"], SIGNS = { ok: "v-supported", failed: "v-contradicted", note: "v-unchecked" };

/** Builds the view once; returns what loads it. */
export function operatorView(root) {
  const parts = { heading: h("h1", { tabindex: "-1" }, t("view.operator")), version: h("p", { class: "meta" }, t("reading")), problem: h("div"), checks: h("section"), keys: h("section"), settings: h("section") };
  root.replaceChildren(parts.heading, parts.version, parts.problem, parts.checks, parts.keys, parts.settings);

  async function load() {
    parts.problem.replaceChildren();
    for (const place of [parts.checks, parts.keys, parts.settings]) place.replaceChildren();
    try {
      const [told, held] = await Promise.all([api.settings(), api.keys()]);
      parts.version.textContent = t("operator.about", { version: told.version });
      settingsOf(parts.settings, told.settings);
      keysOf(parts.keys, held, told.keys_asked, load);
      examine(parts.checks);
    } catch (error) {
      parts.version.textContent = "";
      parts.problem.replaceChildren(failure(error, load), ...([401, 403].includes(error.status) && error.code !== "operator_only" ? [h("p", {}, button(t("key.another"), async () => { if (await anotherKey()) load(); }))] : []));
    }
  }

  return load;
}

/* ---------- what works ---------- */

async function examine(place) {
  place.replaceChildren(h("h2", {}, t("checks")), h("p", { class: "meta" }, t("checks.running")));
  try {
    const { checks } = await api.examine(), failed = checks.filter(({ state }) => state === "failed").length;
    const told = failed ? t("checks.failed", { parts: count(failed, "part") }) : t("checks.fine");
    place.replaceChildren(h("h2", {}, t("checks")), h("p", { class: "row" }, h("b", {}, told), link(t("checks.again"), () => examine(place))),
      h("ul", { class: "checks" }, checks.map((each) => h("li", { class: `is-${each.state}` }, h("span", { class: SIGNS[each.state] }, icon(SIGNS[each.state]), ` ${t(`check.${each.state}`)}`),
        h("b", {}, has(`part.${each.name}`) ? t(`part.${each.name}`) : each.name), h("span", {}, words("span", heard(each.told)), each.hint && words("span", each.hint, { class: "sub" }))))));
    say(told);
  } catch (error) {
    place.replaceChildren(h("h2", {}, t("checks")), failure(error, () => examine(place)));
  }
}

/* ---------- keys ---------- */

function keysOf(place, { keys, own }, asked, reload) {
  const problem = h("div"), made = h("div", { class: "made", role: "status" });
  const revoke = (key) => confirming([t("revoke.ask"), words("span", key.name), t("delete.ask.end")], h("p", {}, t("revoke.about")), t("revoke"), async () => {
    try {
      await api.revokeKey(key.id);
      say(t("revoked", { name: key.name }));
      reload();
    } catch (error) {
      problem.replaceChildren(failure(error));
    }
  });
  place.replaceChildren(...[h("h2", {}, t("keys.title")), h("p", { class: "prose small" }, t(asked ? "keys.asked" : "keys.none")),
    !asked && h("pre", { class: "commands", tabindex: "0" }, "caveat keys add NAME --scope operate"),
    own && h("p", { class: "meta" }, t("keys.own")), problem, made,
    asked && form(problem, async (key) => { await reload(); shownOnce(place.querySelector(".made"), key); }),
    keys.length > 0 && h("table", { class: "keys-table" }, h("caption", { class: "sr" }, t("keys.title")), h("thead", {}, h("tr", {}, ["key.name", "key.scope", "key.created", "key.used"].map((name) => h("th", { scope: "col" }, t(name))), h("th", { scope: "col" }, h("span", { class: "sr" }, t("revoke"))))),
      h("tbody", {}, keys.map((key) => h("tr", {}, h("th", { scope: "row" }, words("span", key.name), h("span", { class: "sub" }, key.id)),
        h("td", { "data-label": t("key.scope") }, t(`scope.is.${key.scope}`)), h("td", { "data-label": t("key.created") }, showWhen(key.created)),
        h("td", { "data-label": t("key.used"), class: key.used ? null : "none" }, showDate(key.used) ?? t("never")),
        h("td", {}, link(t("revoke"), () => revoke(key), { class: "linkish danger", "aria-label": t("revoke.one", { name: key.name }) }))))))].filter(Boolean));
}

function form(problem, done) {
  const name = h("input", { id: "key-name", class: "field", required: true, maxlength: 100, pattern: ".*\\S.*", title: t("title.form"), autocomplete: "off" });
  const scope = h("select", { id: "key-scope" }, SCOPES.map((each) => h("option", { value: each }, t(`scope.is.${each}`))));
  return h("form", { class: "key-form", onsubmit: async (event) => {
    event.preventDefault();
    try {
      await done(await api.makeKey(name.value.trim(), scope.value));
    } catch (error) {
      problem.replaceChildren(failure(error));   // what was typed stays in the form
    }
  } }, h("label", { class: "sel grow" }, h("span", {}, t("key.name")), name), h("label", { class: "sel" }, h("span", {}, t("key.scope")), scope), h("button", { type: "submit", class: "primary" }, t("key.make")));
}

/** The key itself, this once; it is gone from the page as soon as it is put away. */
function shownOnce(place, key) {
  const field = h("input", { id: "key-made", class: "field mono", readonly: true, value: key.key, "aria-describedby": "key-once" });
  place.replaceChildren(callout(false, h("p", {}, h("label", { for: "key-made" }, h("b", {}, t("key.made", { name: key.name })))), field,
    h("p", { id: "key-once" }, t("key.once")), h("p", { class: "row" }, button(t("copy"), () => navigator.clipboard.writeText(key.key).then(() => say(t("copied", { what: t("key") })))), button(t("key.noted"), () => place.replaceChildren()))));
  field.focus();
  field.select();
}

/* ---------- settings ---------- */

function settingsOf(place, settings) {
  const value = (each) => (each.secret ? t(each.given ? "secret.set" : "secret.unset") : each.value === "" || each.value === null ? t("setting.empty") : String(each.value));
  place.replaceChildren(h("h2", {}, t("settings.title")), h("p", { class: "prose small" }, t("settings.about")),
    h("table", { class: "settings" }, h("caption", { class: "sr" }, t("settings.title")), h("thead", {}, h("tr", {}, ["setting.name", "setting.value", "setting.about"].map((name) => h("th", { scope: "col" }, t(name))))),
      h("tbody", {}, settings.map((each) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, each.name), each.given && facts("span", "sub", [t("setting.given")])),
        h("td", { "data-label": t("setting.value"), class: each.value === "" || each.value === null ? "none" : "mono" }, value(each)),
        h("td", { class: "meta" }, words("span", heard(each.about))))))));
}
