/* The key of a server that asks for one: held for this tab, sent with every request, asked for in a dialog. */

import { button, byId, h } from "./dom.js";
import { t } from "./language.js";
import { memory } from "./memory.js";

let key = memory.get("sessionStorage", "key") ?? "";
let asking = null;

/** The headers of a request with the key, where there is one. */
export const keyed = (headers) => (key ? { ...headers, Authorization: `Bearer ${key}` } : { ...headers });

/** Asks for the key once for all that wait for it; false where the reader gives none.
    `sent` are the headers that were refused: where another key was given meanwhile, nothing is asked. */
export function askForKey(sent) {
  const refused = sent.Authorization ?? "";
  if (refused !== (keyed().Authorization ?? "")) return Promise.resolve(true);
  asking ??= dialog(Boolean(refused)).finally(() => { asking = null; });
  return asking;
}

/** Asks for another key than the one that is used; false where the reader gives none. */
export const anotherKey = () => (asking ??= dialog(false).finally(() => { asking = null; }));

function dialog(refused) {
  const sheet = byId("key"), input = h("input", { type: "password", id: "key-given", required: true, pattern: "[!-~]+", autocomplete: "off", spellcheck: "false",
    title: t("key.form"), "aria-describedby": "key-about" });
  sheet.replaceChildren(h("form", { method: "dialog" },
    h("h2", { id: "key-title" }, t("key.asked")),
    refused && h("p", { role: "alert" }, h("b", {}, t("key.refused"))),
    h("label", { for: "key-given" }, t("key")), input,
    h("p", { class: "hint", id: "key-about" }, t("key.about")),
    h("p", { class: "row" }, h("button", { type: "submit", class: "primary", value: "given" }, t("key.use")), button(t("cancel"), () => sheet.close("")))));
  sheet.returnValue = "";
  sheet.showModal();
  input.focus();
  return new Promise((resolve) => {
    sheet.addEventListener("close", () => {
      const given = sheet.returnValue === "given";
      if (given) {
        key = input.value.trim();
        memory.set("sessionStorage", "key", key);
      }
      sheet.replaceChildren();
      resolve(given);
    }, { once: true });
  });
}
