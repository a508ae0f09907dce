/* What this browser remembers; a browser that refuses storage simply remembers nothing. */

export const memory = {
  get(area, key) {
    try { return window[area].getItem(`caveat.${key}`); } catch { return null; }
  },
  set(area, key, value) {
    try {
      if (value) window[area].setItem(`caveat.${key}`, value);
      else window[area].removeItem(`caveat.${key}`);
    } catch { /* storage is switched off or full */ }
  },
};
