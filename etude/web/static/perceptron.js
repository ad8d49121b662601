// Rosenblatt's rule: the line that moves, what the latest point does to it as arrows, and how many mistakes there can be.

import { el, within } from "./page.js";
import { FEATURES, SIDE } from "./worlds.js";

/** @typedef {import("./link.js").About} About */
/** @typedef {import("./link.js").Live} Live */
/** @typedef {[number, number]} Vector */
/**
 * An update on one point; weights have the bias last, and so has what the unit is told, a 1.
 * @typedef {{point: number, many: number, place: Vector, label: number, told: number[], before: number[], after: number[], score: number, wrong: boolean}} Seen
 */

const SVG = "http://www.w3.org/2000/svg";
/** how long the longest arrow is */
const LONGEST = 4.6;
/** of the head of an arrow */
const HEAD = 0.36;
/** between two names that would cover each other */
const CLOSE = 0.9;
/** controls that the rule knows nothing of */
const WITHOUT = ["schedule", "weightDecay", "dropout", "regularization", "regularizationRate", "batchSize"];

export class Perceptron {
  constructor() {
    /** over the left plot and the right one @type {SVGElement[]} */
    this.sheets = [...document.querySelectorAll(".plot svg")].map((each) => /** @type {SVGElement} */ (each));
    this.svg = this.sheets[0];
    /** what the unit is told, if the rule learns @type {string[] | null} */
    this.features = null;
  }

  /** @param {About} about */
  show({ lesson, pair }) {
    const on = lesson.optimizer === "perceptron";
    const [grain, option] = [el("grain", HTMLSelectElement), /** @type {HTMLOptionElement} */ (within(el("grain"), "[value=mistake]"))];
    if (on && this.features === null) grain.value = "mistake";
    if (!on && grain.value === "mistake") grain.value = "epoch";
    option.hidden = option.disabled = !on;
    for (const id of WITHOUT) /** @type {HTMLInputElement} */ (el(id)).disabled = on;
    if (on) el("engine").textContent = "Learnt by Rosenblatt’s rule of 1958: one point at a time, and a change only after a mistake.";
    el("mistakes").hidden = el("mistake-said").hidden = !on;
    this.features = on ? lesson.features : null;
    this.sheets.forEach((sheet) => sheet.replaceChildren());
    this.svg = this.sheets[pair?.edited ?? 0];
  }

  /** @param {Live} live @param {Float32Array} points that are learnt from @param {boolean} playing */
  draw(live, points, playing) {
    const features = this.features;
    if (features === null || !live.mistakes || !live.before) return;
    const [before, after] = [[...live.before], [...live.weights, ...live.biases]];
    const seen = playing || live.place[3] < 0 ? null : update(features, points, live.place[3], before, after);
    const [old, now] = [before, after].map((weights) => flat(features, weights));
    const arrows = old && now ? arrowsOf(old, now, seen) : [];
    const longest = Math.max(...arrows.map(({ to }) => Math.hypot(...to)));
    const scale = LONGEST / longest;
    this.svg.replaceChildren(...(old && now ? [border(old, "before", seen?.wrong ?? false), border(now, "now", true)].flat() : []), ...named(arrows, scale).flatMap((each) => drawn(each, scale)));
    write(el("mistakes"), counted(live.mistakes));
    write(el("mistake-said"), seen ? [...inWords(seen, live.rate[0], live.accuracy[0] === 1), ...(arrows.length ? [`\nArrows are drawn ${joined(`× ${short(scale)}`)}.`] : [])] : []);
  }
}

/** What the latest point did. @param {string[]} features @param {Float32Array} points @param {number} point @param {number[]} before @param {number[]} after @returns {Seen} */
function update(features, points, point, before, after) {
  const [x, y, label] = points.subarray(3 * point, 3 * point + 3);
  const told = [...features.map((name) => FEATURES[name].of(x, y)), 1];
  const score = told.reduce((sum, each, i) => sum + each * before[i], 0);
  return { point, many: points.length / 3, place: [x, y], label: Math.sign(label), told, before, after, score, wrong: before.some((each, i) => each !== after[i]) };
}

/** The weights of the two coordinates and the bias; nothing where the unit is told more than where a place lies. @param {string[]} features @param {number[]} weights @returns {[number, number, number] | null} */
function flat(features, weights) {
  const of = (/** @type {string} */ name) => weights[features.indexOf(name)] ?? 0;
  return features.every((name) => name === "x" || name === "y") ? [of("x"), of("y"), weights[weights.length - 1]] : null;
}

/** @typedef {{name: string, from: Vector, to: Vector, kind: string}} Arrow */

/** w, what a mistake adds to it, and their sum. @param {number[]} old @param {number[]} now @param {Seen | null} seen @returns {Arrow[]} */
function arrowsOf(old, now, seen) {
  if (seen === null) return [];
  /** @type {[Vector, Vector]} */
  const [w, sum] = [[old[0], old[1]], [now[0], now[1]]];
  if (!seen.wrong) return Math.hypot(...w) ? [{ name: "w", from: [0, 0], to: w, kind: "sum" }] : [];
  if (!Math.hypot(...w)) return [{ name: "new w = ηyx", from: [0, 0], to: sum, kind: "sum" }];
  /** @type {Vector} */
  const added = [sum[0] - w[0], sum[1] - w[1]];
  /** @type {Arrow[]} */
  const every = [
    { name: "", from: w, to: sum, kind: "shifted" },
    { name: "w", from: [0, 0], to: w, kind: "w" },
    { name: "ηyx", from: [0, 0], to: added, kind: "added" },
    { name: "new w", from: [0, 0], to: sum, kind: "sum" },
  ];
  return every.filter(({ from, to }) => Math.hypot(to[0] - from[0], to[1] - from[1]) > 0);
}

/** One name for both ends of w where two would cover each other. @param {Arrow[]} arrows @param {number} scale @returns {Arrow[]} */
function named(arrows, scale) {
  const shift = arrows.find(({ kind }) => kind === "shifted");
  if (!shift || Math.hypot(shift.to[0] - shift.from[0], shift.to[1] - shift.from[1]) * scale > CLOSE) return arrows;
  return arrows.map((each) => ({ ...each, name: { w: "", "new w": "w, new w" }[each.name] ?? each.name }));
}

/** Where the answer changes, if that is anywhere. @param {number[]} weights @param {string} kind @param {boolean} shown */
function border([a, b, c], kind, shown) {
  const length = Math.hypot(a, b);
  if (!shown || length === 0) return [];
  const [x, y] = [(-c * a) / length ** 2, (-c * b) / length ** 2];
  const [dx, dy] = [(-b / length) * 4 * SIDE, (a / length) * 4 * SIDE];
  const ends = { x1: x - dx, y1: dy - y, x2: x + dx, y2: -y - dy };
  return [make("line", { ...ends, class: "halo" }), make("line", { ...ends, class: `border ${kind}` })];
}

/** @param {Arrow} arrow @param {number} scale */
function drawn({ name, from, to, kind }, scale) {
  const [[x1, y1], [x2, y2]] = [from, to].map(([x, y]) => [x * scale, -y * scale]);
  const [length, angle] = [Math.hypot(x2 - x1, y2 - y1), Math.atan2(y2 - y1, x2 - x1)];
  const corner = (/** @type {number} */ turn) => `${x2 - HEAD * Math.cos(angle + turn)},${y2 - HEAD * Math.sin(angle + turn)}`;
  const ends = { x1, y1, x2: x2 - (0.8 * HEAD * (x2 - x1)) / length, y2: y2 - (0.8 * HEAD * (y2 - y1)) / length };
  if (kind === "shifted") return [make("line", { x1, y1, x2, y2, class: kind })];
  const head = make("polygon", { points: `${x2},${y2} ${corner(0.4)} ${corner(-0.4)}`, class: `head ${kind}` });
  const off = name.includes("x") ? 0.75 : 0.45; // that arrow ends near the point, which has a ring
  const away = [x2 + off * Math.cos(angle), y2 + off * Math.sin(angle)];
  const words = make("text", { x: away[0], y: away[1], class: kind, "text-anchor": away[0] < -4 ? "start" : away[0] > 4 ? "end" : "middle" });
  words.textContent = name;
  return [make("line", { ...ends, class: "halo" }), make("line", { ...ends, class: `arrow ${kind}` }), head, words];
}

/** @param {string} kind @param {Record<string, string | number>} attributes */
function make(kind, attributes) {
  const made = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

/** @param {Float32Array} mistakes as etude/web/perceptron.py counts them @returns {string[]} */
function counted([made, bound, radius, margin, fromZero]) {
  const many = ["", `Mistakes: ${whole(made)}`];
  if (!Number.isFinite(bound)) return [...many, " (no bound: not separable)"];
  const most = fromZero ? `bound R²/γ² = ${whole(bound)}` : `bound from these first weights: ${whole(bound)}`;
  return [...many, ` (${most}) `, joined(`R = ${short(radius)}, γ = ${short(margin)}`)];
}

/** @param {Seen} seen @param {number} rate @param {boolean} rests @returns {string[]} */
function inWords({ point, many, place, label, told, before, after, score, wrong }, rate, rests) {
  const which = `Point ${point + 1} of ${many} at ${vector(place)}: ${joined(`w·x + b = ${short(score)}`)}, ${joined(`y = ${short(label)}`)}: `;
  if (!wrong) return [which, "right", `, nothing changes.${rests ? " Every point is on its side: the line rests." : ""}`];
  const [w, sum, x] = [before, after, told].map((each) => vector(each.slice(0, -1)));
  const [b, c] = [before, after].map((each) => short(each[each.length - 1]));
  return [which, "a mistake", `.\nw ← w + ηyx = ${w} + ${short(rate)} · ${label < 0 ? "(−1)" : "1"} · ${x} = ${sum}\nb ← b + ηy = ${b} ${label < 0 ? "−" : "+"} ${short(rate)} = ${c}`];
}

/** @param {number[]} numbers */
function vector(numbers) {
  return `(${numbers.map(short).join(", ")})`;
}

/** Words that stay in one line. @param {string} words */
function joined(words) {
  return words.replaceAll(" ", "\u00a0");
}

/** To three digits. @param {number} value */
function short(value) {
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

/** @param {number} value at most so many */
function whole(value) {
  return Math.floor(value + 1e-4).toLocaleString("en");
}

/** Text whose second piece is strong; it is left alone where nothing changes. @param {HTMLElement} where @param {string[]} pieces */
function write(where, pieces) {
  if (where.textContent === pieces.join("")) return;
  const [first = "", strong = "", ...rest] = pieces;
  const bold = document.createElement("b");
  bold.textContent = strong;
  where.replaceChildren(first, bold, ...rest);
}
