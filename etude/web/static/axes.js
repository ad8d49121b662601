// A pair of axes: ticks at round numbers, labels, lines and bands between them.

import { ink } from "./ink.js";

/** @typedef {{context: CanvasRenderingContext2D, width: number, height: number}} Sheet */
/** @typedef {{x: number[], y: number[], xLabel: string, yLabel: string, logX: boolean, logY: boolean, exact?: boolean, above: number}} Wanted the space above holds the legend */
/** @typedef {{sheet: Sheet, left: number, right: number, top: number, bottom: number, xRange: number[], toX: (v: number) => number, toY: (v: number) => number}} Plot */

const SPACE = { left: 68, right: 10, top: 8, bottom: 40 };
const NAME = 26; // that the name of the axis takes, with what stands between it and the longest number

/** Round numbers from low to high, about n of them. @param {number} low @param {number} high @param {number} n @returns {number[]} */
export function ticks(low, high, n) {
  const rough = (high - low) / Math.max(1, n);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.max(0, Math.floor(high / step + 1e-9) - first + 1) }, (_, k) => (first + k) * step);
}

/** Powers of ten. @param {number} low @param {number} high @returns {number[]} */
export function decades(low, high) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  return last < first ? [low, high] : Array.from({ length: last - first + 1 }, (_, k) => 10 ** (first + k));
}

/** @param {number} value @param {number} step between two ticks @param {number} largest of all ticks @returns {string} */
export function tickText(value, step, largest) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (largest >= 1e6 || largest < 1e-3) return value.toExponential(Math.max(0, Math.ceil(Math.log10(size / Math.abs(step || size)) - 1e-9))).replace("e+", "e");
  return value.toLocaleString("en", { maximumFractionDigits: Math.max(0, Math.min(8, Math.ceil(-Math.log10(step || 1) - 1e-9))) });
}

/** @param {number[]} values @param {boolean} log @param {boolean} exact @returns {number[]} */
function range(values, log, exact) {
  const shown = values.filter((v) => Number.isFinite(v) && (!log || v > 0));
  if (!shown.length) return log ? [0.1, 1] : [0, 1];
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  if (low === high) return log ? [low / 2, high * 2] : [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2];
  if (exact) return [low, high];
  const room = log ? (high / low) ** 0.03 : 0.03 * (high - low);
  return log ? [low / room, high * room] : [low - room, high + room];
}

/** Draw the axes. @param {Sheet} sheet @param {Wanted} wanted @returns {Plot} */
export function axes(sheet, wanted) {
  const { context } = sheet;
  const [right, top, bottom] = [sheet.width - SPACE.right, SPACE.top + wanted.above, sheet.height - SPACE.bottom];
  const xRange = range(wanted.x, wanted.logX, true);
  const yRange = range(wanted.y, wanted.logY, wanted.exact ?? false);
  const heights = marks(yRange, wanted.logY, (bottom - top) / 44);
  const left = Math.max(SPACE.left, NAME + Math.max(0, ...heights.map(([, text]) => context.measureText(text).width)));
  const toX = scale(xRange, [left, right], wanted.logX);
  const toY = scale(yRange, [bottom, top], wanted.logY);
  context.lineWidth = 1;
  context.textBaseline = "middle";
  heights.forEach(([value, text]) => {
    rule(context, [left, toY(value)], [right, toY(value)]);
    context.textAlign = "right";
    context.fillText(text, left - 6, toY(value));
  });
  marks(xRange, wanted.logX, Math.max(4, (right - left) / 80)).forEach(([value, text]) => {
    rule(context, [toX(value), top], [toX(value), bottom]);
    context.textAlign = "center";
    context.fillText(text, Math.min(right - 14, toX(value)), bottom + 12);
  });
  context.fillStyle = ink("text");
  context.fillText(wanted.xLabel, (left + right) / 2, sheet.height - 10);
  context.save();
  context.translate(8, (top + bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(fitted(context, wanted.yLabel, bottom - top), 0, 0);
  context.restore();
  return { sheet, left, right, top, bottom, xRange, toX, toY };
}

/** @param {CanvasRenderingContext2D} context @param {string} text @param {number} room @returns {string} */
function fitted(context, text, room) {
  let words = text;
  while (words.length > 4 && context.measureText(words).width > room) words = `${words.slice(0, -2)}…`;
  return words;
}

/** @param {number[]} from @param {number[]} to @param {boolean} log @returns {(v: number) => number} */
function scale([low, high], [start, end], log) {
  const place = log ? Math.log : (/** @type {number} */ v) => v;
  const [from, to] = [place(low), place(high)];
  return (v) => start + ((place(v) - from) / (to - from)) * (end - start);
}

/** @param {number[]} range @param {boolean} log @param {number} n @returns {[number, string][]} */
function marks([low, high], log, n) {
  const found = log ? decades(low, high) : ticks(low, high, n);
  const step = found.length > 1 ? found[1] - found[0] : high - low;
  const largest = Math.max(...found.map(Math.abs));
  return found.map((value) => [value, tickText(value, log ? value : step, log ? Math.abs(value) : largest)]);
}

/** @param {CanvasRenderingContext2D} context @param {number[]} from @param {number[]} to */
function rule(context, from, to) {
  context.strokeStyle = ink("border");
  context.beginPath();
  context.moveTo(from[0], from[1]);
  context.lineTo(to[0], to[1]);
  context.stroke();
  context.fillStyle = ink("muted");
}

/** Draw only between the axes. @param {Plot} plot @param {() => void} drawing */
export function clip(plot, drawing) {
  const { context } = plot.sheet;
  context.save();
  context.beginPath();
  context.rect(plot.left - 1, plot.top - 4, plot.right - plot.left + 2, plot.bottom - plot.top + 5);
  context.clip();
  drawing();
  context.restore();
}

/**
 * A line; where more points than pixels lie, each column keeps its first, least, greatest and last.
 * @param {Plot} plot @param {ArrayLike<number>} x @param {ArrayLike<number>} y @param {{colour: string, dash: number[]}} style
 */
export function line(plot, x, y, { colour, dash }) {
  const { context } = plot.sheet;
  clip(plot, () => {
    context.strokeStyle = colour;
    context.fillStyle = colour;
    context.lineWidth = 1.8;
    context.lineJoin = "round";
    context.setLineDash(dash);
    context.beginPath();
    let open = false;
    for (const k of kept(plot, x, y)) {
      if (!Number.isFinite(y[k])) { open = false; continue; }
      if (open) context.lineTo(plot.toX(x[k]), plot.toY(y[k]));
      else context.moveTo(plot.toX(x[k]), plot.toY(y[k]));
      open = true;
    }
    context.stroke();
    if (x.length === 1) { context.beginPath(); context.arc(plot.toX(x[0]), plot.toY(y[0]), 3, 0, 7); context.fill(); }
  });
}

/** @param {Plot} plot @param {ArrayLike<number>} x @param {ArrayLike<number>} y @returns {number[]} the points that are drawn */
export function kept(plot, x, y) {
  if (x.length <= 4 * (plot.right - plot.left)) return Array.from({ length: x.length }, (_, k) => k);
  /** @type {number[]} */
  const found = [];
  let start = 0;
  while (start < x.length) {
    const column = Math.floor(plot.toX(x[start]));
    let [end, low, high] = [start, start, start];
    while (end + 1 < x.length && Math.floor(plot.toX(x[end + 1])) === column) {
      end++;
      if (!(y[end] >= y[low])) low = end;
      if (!(y[end] <= y[high])) high = end;
    }
    found.push(...[...new Set([start, low, high, end])].sort((a, b) => a - b));
    start = end + 1;
  }
  return found;
}

/** The area between two lines. @param {Plot} plot @param {ArrayLike<number>} x @param {ArrayLike<number>} low @param {ArrayLike<number>} high @param {string} colour */
export function band(plot, x, low, high, colour) {
  const { context } = plot.sheet;
  clip(plot, () => {
    context.beginPath();
    for (let k = 0; k < x.length; k++) context.lineTo(plot.toX(x[k]), plot.toY(high[k]));
    for (let k = x.length - 1; k >= 0; k--) context.lineTo(plot.toX(x[k]), plot.toY(low[k]));
    context.closePath();
    context.globalAlpha = 0.18;
    context.fillStyle = colour;
    context.fill();
    context.globalAlpha = 1;
  });
}
