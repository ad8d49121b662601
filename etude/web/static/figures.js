// The seven kinds of figure, drawn: this is all that a page knows of what a training shows.

import { axes, band, clip, line } from "./axes.js";
import { ink, MARKS } from "./ink.js";

/** @typedef {{data: Uint8Array | Float32Array | Int32Array, shape: number[]}} Numbers */
/** @typedef {Record<string, any> & {figure: string, title: string}} Figure */
/** @typedef {{context: CanvasRenderingContext2D, width: number, height: number}} Sheet */

const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3], [1, 1], [10, 2], [3, 5], [8, 2, 1, 2], [2, 1], [5, 1]];
const PARTS = ["training", "validation", "test"];
const PRINTED = 20;
const [LETTER, WIDEST] = [5.5, 200];
const LIMIT = { matrix: 420, ridges: 6 };

/**
 * Draw a figure into a box; what stood there before is replaced, and a canvas of the same kind is used again.
 * @param {HTMLElement} box @param {Figure} figure @param {Figure[]} before earlier states, the latest first
 */
export function draw(box, figure, before = []) {
  if (figure.figure === "Text") return words(box, figure);
  if (figure.figure === "Network") return layers(box, figure);
  const canvas = canvasOf(box);
  canvas.setAttribute("aria-label", summary(figure));
  const width = box.clientWidth;
  const height = heightOf(figure, width);
  const scale = devicePixelRatio;
  canvas.style.height = `${height}px`;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = '12px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif';
  DRAWERS[/** @type {keyof typeof DRAWERS} */ (figure.figure)]({ context, width, height }, figure, before);
}

/** @param {HTMLElement} box @returns {HTMLCanvasElement} */
function canvasOf(box) {
  const found = box.querySelector("canvas");
  if (found) return found;
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  box.replaceChildren(canvas);
  return canvas;
}

/** A sentence for those who do not see the drawing. @param {Figure} figure @returns {string} */
export function summary(figure) {
  if (figure.figure === "Curve") {
    const ends = Object.entries(named(figure.lines)).map(([name, each]) => `${name} ${short(/** @type {number} */ (each.y.data.at(-1)))}`);
    return `${figure.title}: ${ends.join(", ")} at ${figure.x_label} ${short(last(figure))}`;
  }
  if (figure.figure === "Points") return `${figure.title}: ${figure.x.data.length} points, ${figure.y_label} over ${figure.x_label}`;
  if (figure.figure === "Images") return `${figure.title}: ${figure.captions.join(", ")}`;
  if (figure.figure === "Matrix") return `${figure.title}: ${figure.rows.length} by ${figure.columns.length}`;
  return figure.title;
}

/** @param {Figure} figure @returns {number} */
function last(figure) {
  return Math.max(...Object.values(named(figure.lines)).map((each) => /** @type {number} */ (each.x.data.at(-1))));
}

/** @param {{names: string[], values: any[]}} pairs @returns {Record<string, any>} */
function named(pairs) {
  return Object.fromEntries(pairs.names.map((name, k) => [name, pairs.values[k]]));
}

/** Three significant digits. @param {number} value @returns {string} */
export function short(value) {
  if (value === null || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(2);
  return Number.isInteger(value) ? value.toLocaleString("en") : String(Number(value.toPrecision(3)));
}

/** @param {Figure} figure @param {number} width @returns {number} */
function heightOf(figure, width) {
  if (figure.figure === "Images") return picturesLayout(figure, width).height;
  if (figure.figure === "Matrix") return matrixLayout(figure, width).height;
  if (figure.figure === "Points") return Math.round(Math.min(400, Math.max(240, width * 0.9)));
  return Math.round(Math.min(320, Math.max(200, width * 0.62)));
}

/** @param {Sheet} sheet @param {Figure} figure */
function curve(sheet, figure) {
  const lines = Object.entries(named(figure.lines)).map(([name, each], number) => {
    const k = PARTS.includes(name) ? PARTS.indexOf(name) : number;
    return { name, x: each.x.data, y: each.y.data, low: each.low?.data, high: each.high?.data, colour: ink(`class-${k % 10}`), dash: DASHES[k % DASHES.length] };
  });
  const plot = axes(sheet, {
    x: lines.flatMap((each) => ends(each.x)), y: lines.flatMap((each) => robust(each.y)), xLabel: figure.x_label, yLabel: figure.y_label,
    logX: figure.log_x, logY: figure.log_y, above: lines.length > 1 ? legend(sheet, lines.map(({ name, colour, dash }) => ({ name, mark: stroke(colour, dash) }))) : 0,
  });
  if (figure.diagonal) line(plot, [0, 1], [0, 1], { colour: ink("muted"), dash: [2, 2] });
  for (const { x, y, low, high, colour, dash } of lines) {
    if (low && high) band(plot, x, low, high, colour);
    line(plot, x, y, { colour, dash });
  }
}

/** @param {ArrayLike<number>} values @returns {number[]} */
function ends(values) {
  let [low, high] = [Infinity, -Infinity];
  for (let k = 0; k < values.length; k++) if (Number.isFinite(values[k])) [low, high] = [Math.min(low, values[k]), Math.max(high, values[k])];
  return low > high ? [] : [low, high];
}

/** Without the outermost hundredth at each end once there are many. @param {Float32Array} values @returns {number[]} */
function robust(values) {
  const finite = values.filter(Number.isFinite).sort();
  if (finite.length < 50) return ends(finite);
  return [finite[Math.floor(finite.length / 100)], finite[Math.ceil((finite.length * 99) / 100) - 1]];
}

/** @typedef {{name: string, mark: (context: CanvasRenderingContext2D, x: number, y: number) => void}} Entry */

/** Names above the plot, from left to right; the height that they take. @param {Sheet} sheet @param {Entry[]} entries @returns {number} */
function legend({ context, width }, entries) {
  let [x, y] = [68, 9];
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const { name, mark } of entries) {
    const label = cut(name, 30);
    const wide = context.measureText(label).width + 44;
    if (x + wide > width && x > 68) [x, y] = [68, y + 18];
    context.save();
    mark(context, x, y);
    context.restore();
    context.fillStyle = ink("text");
    context.fillText(label, x + 26, y);
    x += wide;
  }
  return entries.length ? y + 12 : 0;
}

/** @param {string} colour @param {number[]} dash @returns {Entry["mark"]} */
const stroke = (colour, dash) => (context, x, y) => {
  context.setLineDash(dash);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + 20, y);
  context.stroke();
};

/** @param {Sheet} sheet @param {Figure} figure */
function points(sheet, figure) {
  const [x, y] = [figure.x.data, figure.y.data];
  const grid = figure.background;
  const above = legend(sheet, figure.names.map((/** @type {string} */ name, /** @type {number} */ k) => ({ name, mark: mark(k) })));
  const plot = axes(sheet, {
    above, x: grid ? grid.x : ends(x), y: grid ? grid.y : ends(y), xLabel: figure.x_label, yLabel: figure.y_label,
    exact: Boolean(grid), logX: false, logY: false,
  });
  if (grid) ground(plot, grid);
  if (figure.diagonal) line(plot, plot.xRange, plot.xRange, { colour: ink("muted"), dash: [2, 2] });
  const { context } = sheet;
  clip(plot, () => {
    for (let k = 0; k < x.length; k++) {
      const kind = figure.classes ? figure.classes.data[k] : 0;
      context.fillStyle = figure.classes ? ink(`class-${kind % 10}`) : ink("accent");
      context.globalAlpha = figure.classes ? 0.85 : 0.55;
      MARKS[kind % MARKS.length](context, plot.toX(x[k]), plot.toY(y[k]), 3.4);
    }
  });
  context.globalAlpha = 1;
}

/** @param {number} k @returns {Entry["mark"]} */
const mark = (k) => (context, x, y) => {
  context.fillStyle = ink(`class-${k % 10}`);
  MARKS[k % MARKS.length](context, x + 14, y, 4);
};

/** What a network answers behind the points; the first row is the lowest. @param {any} plot @param {any} grid */
function ground(plot, grid) {
  const [rows, columns] = grid.values.shape;
  const values = grid.values.data;
  const signed = values.every((/** @type {number} */ v) => v >= -1 && v <= 1);
  const scratch = new OffscreenCanvas(columns, rows);
  const on = /** @type {OffscreenCanvasRenderingContext2D} */ (scratch.getContext("2d"));
  values.forEach((/** @type {number} */ value, /** @type {number} */ k) => {
    on.globalAlpha = signed ? 0.45 * Math.abs(value) : 0.22;
    on.fillStyle = signed ? ink(value < 0 ? "negative" : "positive") : ink(`class-${Math.round(value) % 10}`);
    on.fillRect(k % columns, rows - 1 - Math.floor(k / columns), 1, 1);
  });
  const { context } = plot.sheet;
  context.imageSmoothingEnabled = signed;
  context.drawImage(scratch, plot.left, plot.top, plot.right - plot.left, plot.bottom - plot.top);
}

/** Counts as steps; earlier states stand behind, paler and higher. @param {Sheet} sheet @param {Figure} figure @param {Figure[]} before */
function histogram(sheet, figure, before) {
  const series = Object.entries(named(figure.counts));
  const ridges = before.filter((each) => each.figure === "Histogram").slice(0, LIMIT.ridges);
  const greatest = Math.max(1, ...[figure, ...ridges].flatMap((each) => Object.values(named(each.counts)).flatMap((counts) => ends(counts.data))));
  const edges = figure.edges.data;
  const above = series.length > 1 ? legend(sheet, series.map(([name], k) => ({ name, mark: mark(k) }))) : 0;
  const plot = axes(sheet, { above, x: ends(edges), y: [0, greatest * (1 + 0.12 * ridges.length)], xLabel: figure.x_label, yLabel: figure.y_label, exact: true, logX: false, logY: false });
  clip(plot, () => {
    [...ridges.entries()].reverse().forEach(([age, each]) => {
      Object.values(named(each.counts)).forEach((counts, k) => stairs(plot, each.edges.data, counts.data, ink(`class-${k % 10}`), 0.12 * (age + 1) * greatest, 0.5 - 0.07 * age));
    });
    series.forEach(([, counts], k) => stairs(plot, edges, counts.data, ink(`class-${k % 10}`), 0, 1));
  });
}

/** @param {any} plot @param {Float32Array} edges @param {Int32Array} counts @param {string} colour @param {number} lift @param {number} strength */
function stairs(plot, edges, counts, colour, lift, strength) {
  const { context } = plot.sheet;
  context.beginPath();
  context.moveTo(plot.toX(edges[0]), plot.toY(lift));
  counts.forEach((count, k) => {
    context.lineTo(plot.toX(edges[k]), plot.toY(count + lift));
    context.lineTo(plot.toX(edges[k + 1]), plot.toY(count + lift));
  });
  context.lineTo(plot.toX(edges[counts.length]), plot.toY(lift));
  context.fillStyle = lift ? ink("bg") : colour;
  context.globalAlpha = lift ? 1 : 0.22;
  context.fill();
  context.globalAlpha = strength;
  context.strokeStyle = colour;
  context.lineWidth = lift ? 1 : 1.6;
  context.stroke();
  context.globalAlpha = 1;
}

/** @param {Figure} figure @param {number} width */
function matrixLayout(figure, width) {
  const [rows, columns] = figure.values.shape;
  const longest = Math.max(...figure.rows.map((/** @type {string} */ name) => name.length), 1);
  const left = 28 + Math.min(110, longest * 7);
  const cell = Math.min(44, (width - left - 8) / columns, LIMIT.matrix / rows);
  return { left, top: 8, cell, height: Math.round(8 + cell * rows + 44) };
}

/** @param {Sheet} sheet @param {Figure} figure */
function matrix({ context, width }, figure) {
  const [rows, columns] = figure.values.shape;
  const values = figure.values.data;
  const { left, top, cell } = matrixLayout(figure, width);
  const signed = values.some((/** @type {number} */ v) => v < 0);
  const most = Math.max(...ends(values).map(Math.abs), 1e-12);
  context.font = `${cell < 24 ? 10 : 12}px ui-monospace, Menlo, monospace`;
  const printed = Math.max(rows, columns) <= PRINTED && values.every((/** @type {number} */ v) => !v || context.measureText(short(v)).width < cell - 2);
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let row = 0; row < rows; row++) {
    const part = values.subarray(row * columns, (row + 1) * columns);
    const whole = figure.share_of_row ? part.reduce((/** @type {number} */ sum, /** @type {number} */ v) => sum + v, 0) || 1 : most;
    part.forEach((/** @type {number} */ value, /** @type {number} */ column) => {
      const strength = value ? 0.06 + 0.94 * Math.min(1, Math.abs(value) / whole) : 0;
      const [x, y, right, bottom] = [left + column * cell, top + row * cell, left + (column + 1) * cell, top + (row + 1) * cell].map(Math.round);
      context.globalAlpha = strength;
      context.fillStyle = ink(signed ? (value < 0 ? "negative" : "positive") : "accent");
      context.fillRect(x, y, right - x, bottom - y);
      context.globalAlpha = 1;
      if (!printed || !value) return;
      context.fillStyle = strength > 0.6 ? ink("bg") : ink("text");
      context.fillText(short(value), x + cell / 2, y + cell / 2);
    });
  }
  context.strokeStyle = ink("border");
  context.strokeRect(left, top, cell * columns, cell * rows);
  matrixNames(context, figure, { left, top, cell });
}

/** @param {CanvasRenderingContext2D} context @param {Figure} figure @param {{left: number, top: number, cell: number}} at */
function matrixNames(context, figure, { left, top, cell }) {
  const every = Math.max(1, Math.ceil(14 / cell));
  const wide = Math.max(1, Math.ceil((8 + 7 * Math.max(...figure.columns.map((/** @type {string} */ name) => Math.min(8, name.length)))) / cell));
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = ink("muted");
  context.textAlign = "right";
  figure.rows.forEach((/** @type {string} */ name, /** @type {number} */ k) => k % every || context.fillText(cut(name, 15), left - 6, top + (k + 0.5) * cell));
  context.textAlign = "center";
  const bottom = top + figure.rows.length * cell;
  figure.columns.forEach((/** @type {string} */ name, /** @type {number} */ k) => k % wide || context.fillText(cut(name, 8), left + (k + 0.5) * cell, bottom + 10));
  context.fillStyle = ink("text");
  context.fillText(figure.column_label, left + (figure.columns.length * cell) / 2, bottom + 28);
  context.save();
  context.translate(10, top + (figure.rows.length * cell) / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(figure.row_label, 0, 0);
  context.restore();
}

/** @param {string} name @param {number} most */
const cut = (name, most) => (name.length > most ? `${name.slice(0, most - 1)}…` : name);

/** @param {Figure} figure @param {number} width */
function picturesLayout(figure, width) {
  const [n, , rows, columns] = figure.pixels.shape;
  const named = figure.captions.some(Boolean) ? 16 : 0;
  const whole = Math.max(1, Math.floor(72 / Math.min(rows, columns)));
  const cell = Math.max(36, Math.min(columns > rows ? 160 : 96, columns * whole));
  const letters = figure.captions.reduce((/** @type {number} */ most, /** @type {string} */ each) => Math.max(most, each.length), 0);
  const pitch = Math.min(Math.max(cell, letters * LETTER + 4), Math.max(cell, WIDEST)) + 6;
  const across = Math.max(1, Math.min(n, Math.floor((width + 6) / pitch)));
  const high = (cell * rows) / columns;
  return { cell, high, across, named, pitch, height: Math.round(Math.ceil(n / across) * (high + named + 6)) || 1 };
}

/** @param {Sheet} sheet @param {Figure} figure */
function images({ context, width }, figure) {
  const [n, channels, rows, columns] = figure.pixels.shape;
  const { cell, high, across, named, pitch } = picturesLayout(figure, width);
  const scratch = new OffscreenCanvas(columns, rows);
  const on = /** @type {OffscreenCanvasRenderingContext2D} */ (scratch.getContext("2d"));
  const image = on.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const size = rows * columns;
  context.imageSmoothingEnabled = columns > cell;
  context.font = "11px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "top";
  context.fillStyle = ink("muted");
  for (let k = 0; k < n; k++) {
    const bytes = figure.pixels.data.subarray(k * channels * size, (k + 1) * channels * size);
    for (let i = 0; i < size; i++) {
      const [r, g, b] = channels === 3 ? [bytes[i], bytes[i + size], bytes[i + 2 * size]] : [bytes[i], bytes[i], bytes[i]];
      pixels[i] = (255 << 24) | (b << 16) | (g << 8) | r;
    }
    on.putImageData(image, 0, 0);
    const [middle, y] = [(k % across) * pitch + (pitch - 6) / 2, Math.floor(k / across) * (high + named + 6)];
    context.drawImage(scratch, middle - cell / 2, y, cell, high);
    if (named) context.fillText(cut(figure.captions[k], Math.floor((pitch - 6) / LETTER)), middle, y + high + 2);
  }
}

/** @param {HTMLElement} box @param {Figure} figure */
function words(box, figure) {
  const pre = document.createElement("pre");
  pre.textContent = figure.body;
  pre.tabIndex = 0;
  box.replaceChildren(pre);
}

/** @param {HTMLElement} box @param {Figure} figure */
function layers(box, figure) {
  const table = document.createElement("table");
  for (const layer of figure.layers) {
    const row = table.insertRow();
    row.insertCell().textContent = layer.name;
    row.insertCell().textContent = layer.shape.join(" × ");
    row.insertCell().textContent = layer.parameters ? `${layer.parameters.toLocaleString("en")} parameters` : "";
  }
  box.replaceChildren(table);
}

const DRAWERS = { Curve: curve, Points: points, Histogram: histogram, Matrix: matrix, Images: images };
