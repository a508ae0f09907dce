/* The stored text of a document by code points, however it is kept in memory. */

/** Texts without characters outside the basic plane are cut as they are: an array of millions of characters takes long to make. */
export function pointsOf(text) {
  if (!/[\ud800-\udfff]/.test(text)) return { length: text.length, cut: (start, end) => text.slice(start, end) };
  const points = Array.from(text);
  return { length: points.length, cut: (start, end) => points.slice(start, end).join("") };
}
