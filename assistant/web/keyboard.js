/* Keys: single letters that can be switched off, and Escape. What they do in an answer is told by the part that shows it. */

import { byId } from "./dom.js";
import { memory } from "./memory.js";
import { part } from "./parts.js";

/** Listens to the keys; `ask` shows the view for asking. */
export function listenToKeys(ask) {
  const keysOn = byId("keys-on");
  keysOn.checked = memory.get("localStorage", "keys") !== "off";
  keysOn.addEventListener("change", () => memory.set("localStorage", "keys", keysOn.checked ? "on" : "off"));
  byId("keys-open").addEventListener("click", () => byId("keys").showModal());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      if (part("source")?.sourceIsOpen()) part("source").closeSource();
      else part("steps")?.leave();
      return;
    }
    if (event.key === "Enter" && event.target.classList?.contains("claim")) event.target.querySelector(".cite")?.click();
    if (!keysOn.checked || event.target.closest?.("input, textarea, select")) return;
    const act = actOf(event.key, ask);
    if (act) { event.preventDefault(); act(); }
  });
}

function actOf(key, ask) {
  const source = part("source"), by = { "[": -1, "]": 1 }[key];
  if (key === "/") return () => { source?.closeSource(); ask(); byId("question").focus(); };
  if (key === "?") return () => byId("keys").showModal();
  if (by && source?.sourceIsOpen()) return () => source.stepSource(by);
  return part("steps")?.acts[key];
}
