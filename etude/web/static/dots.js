// The points on the plane, in the colours of their labels.

import { colourOf, outline } from "./classes.js";
import { css } from "./colour.js";
import { SIDE } from "./worlds.js";

/** @typedef {{colours: Uint32Array, classes: number, dark: boolean, test: boolean}} Look `classes` is 1 for two classes or a quantity */

/** @param {HTMLCanvasElement} canvas @param {import("./link.js").Points} points @param {Look} look */
export function drawDots(canvas, points, look) {
  const side = Math.round(canvas.clientWidth * devicePixelRatio);
  canvas.width = canvas.height = side;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  if (look.test) dots(context, points.test, side, look, true);
  dots(context, points.train, side, look, false);
}

/** Train points have a pale rim, test points a dark one; they are circles and squares, or of the shape of their class. @param {CanvasRenderingContext2D} context @param {Float32Array} rows @param {number} side @param {Look} look @param {boolean} test */
function dots(context, rows, side, { colours, classes, dark }, test) {
  const radius = 3 * devicePixelRatio;
  context.lineWidth = devicePixelRatio;
  context.strokeStyle = test ? (dark ? "#e6e8ea" : "#1b1f24") : dark ? "#14171a" : "#ffffff";
  for (let i = 0; i < rows.length; i += 3) {
    const [x, y] = [((rows[i] + SIDE) / (2 * SIDE)) * side, ((SIDE - rows[i + 1]) / (2 * SIDE)) * side];
    if (x < 0 || y < 0 || x > side || y > side) continue;
    context.fillStyle = classes > 1 ? colourOf(rows[i + 2], dark) : css(colours, rows[i + 2]);
    context.beginPath();
    if (classes > 1) outline(context, rows[i + 2], x, y, radius);
    else if (test) context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
    else context.arc(x, y, radius, 0, 7);
    context.fill();
    context.stroke();
  }
}
