/* An answer as it is made: server-sent events read with fetch, and taken up again where the line breaks. */

import { Away, Problem } from "./api.js";
import { parse } from "./events.js";
import { t } from "./language.js";

/** Milliseconds before each try to go on; the work on the server soon stops when nobody follows it, so the first is at once. */
const WAITS = [0, 500, 2000, 4000];
/** The server says every few seconds that it is still there; after so long without a byte the line counts as broken. */
const SILENCE = 20_000;

/** The line broke and could not be taken up again. */
export class Broken extends Error {
  constructor() { super(t("broken")); }
}

/** The events of an answer, each once, to its `done` or `error`.
    `open(last, signal)` gives the response: from the beginning, or where `last` is the id of an event, from behind it.
    `onlost` is told when going on at once did not help. */
export async function* follow(open, signal, onlost) {
  let last = "", tries = 0;
  for (;;) {
    const line = new AbortController();
    let silence = 0;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => line.abort(), SILENCE);
    };
    try {
      const response = await open(last, AbortSignal.any([signal, line.signal]));
      heard();
      for await (const { id, data } of parse(response.body, heard)) {
        const event = read(data);
        if (last && numberOf(id) <= numberOf(last)) continue;
        [last, tries] = [id, 0];
        yield event;
        if (event.type === "done" || event.type === "error") return;
      }
    } catch (error) {
      if (signal.aborted || !last) throw error instanceof TypeError || line.signal.aborted ? new Away() : error;
      if (error instanceof Problem) throw new Broken();   // what was begun is not kept
    } finally {
      clearTimeout(silence);
      line.abort();
    }
    if (!last) throw new Away();
    if (tries >= WAITS.length) throw new Broken();
    if (tries) onlost();
    await pause(WAITS[tries], signal);
    tries += 1;
  }
}

const numberOf = (id) => Number(id.slice(id.lastIndexOf("-") + 1));

function read(data) {
  try {
    return JSON.parse(data);
  } catch {
    throw new Problem({ title: t("unreadable"), hint: t("unreadable.hint") }, 200);
  }
}

/** Waits, or throws at once where the signal says to stop. */
function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
  });
}
