/* The parts of the page that are fetched when they are first wanted, so that the page itself is there at once. */

import { Away } from "./api.js";

const SOURCES = {
  asking: () => import("./asking.js"), steps: () => import("./steps.js"), source: () => import("./source.js"), answer: () => import("./answer.js"),
  library: () => import("./library.js"), disagreements: () => import("./disagreements.js"), check: () => import("./check.js"),
  conversations: () => import("./conversations.js"), evaluation: () => import("./evaluation.js"), operator: () => import("./operator.js"),
};
const here = {};

/** A part that has come already; undefined for one that has not. */
export const part = (name) => here[name];

/** Fetches parts that have not come yet; they are in the order of their names. Away where the server gives none. */
export function need(...names) {
  return Promise.all(names.map(async (name) => {
    try {
      return (here[name] ??= await SOURCES[name]());
    } catch (error) {
      throw error instanceof TypeError ? new Away() : error;
    }
  }));
}
