/* The cited page of a PDF as it looks, with boxes around the cited words. Where they cannot be placed exactly, nothing is drawn. */

import { boxes, pageImage } from "./api.js";
import { failure, h, words } from "./dom.js";
import { t } from "./language.js";

/** A fold with the page; the picture is asked for when it is opened. Boxes are shares of the page's width and height. */
export function pageView(id, item) {
  const place = h("div", { class: "page-pictures" }, h("p", { class: "meta" }, t("page.drawing")));
  return h("details", { class: "page-fold", ontoggle: (event) => event.target.open && !place.dataset.drawn && draw() }, h("summary", {}, t("as.printed")), place);

  async function draw() {
    place.dataset.drawn = "yes";
    try {
      const { pages } = await boxes(id, item.span);
      const shown = await Promise.all(pages.map(async (page) => picture(page, await createImageBitmap(await pageImage(id, page.number)))));
      place.replaceChildren(...(shown.length ? shown : [h("p", {}, t("page.unplaced"))]));
    } catch (error) {
      place.replaceChildren(failure(error, () => { place.replaceChildren(); draw(); }));
    }
  }

  function picture(page, bitmap) {
    const canvas = h("canvas", { width: bitmap.width, height: bitmap.height, role: "img", "aria-label": t("page.picture", { number: page.number, title: item.title, quote: item.quote }) });
    const pen = canvas.getContext("2d");
    pen.drawImage(bitmap, 0, 0);
    pen.globalCompositeOperation = "multiply";   // the words stay black under the colour
    pen.fillStyle = "#ffe58f";
    for (const [left, top, right, bottom] of page.boxes) pen.fillRect(left * canvas.width, top * canvas.height, (right - left) * canvas.width, (bottom - top) * canvas.height);
    pen.globalCompositeOperation = "source-over";
    pen.strokeStyle = "#94690a";
    pen.lineWidth = 2;
    for (const [left, , right, bottom] of page.boxes) {
      pen.beginPath();
      pen.moveTo(left * canvas.width, bottom * canvas.height);
      pen.lineTo(right * canvas.width, bottom * canvas.height);
      pen.stroke();
    }
    return h("figure", {}, canvas, words("figcaption", t("p.", { label: page.label }), { class: "meta" }));
  }
}
