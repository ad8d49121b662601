// The network as squares and lines: how they are drawn, and what a person does there.

import { css, paint } from "./colour.js";
import { UNIT, WORDS, along, callouts, layout, lines, stroke, under } from "./layout.js";
import { SMALL } from "./worlds.js";

/** @typedef {import("./layout.js").Place} Place */
/** @typedef {import("./layout.js").Spot} Spot */
/** @typedef {import("./link.js").Lesson} Lesson */
/** @typedef {{name: string, glyph: string, colour: string, tint: Uint32Array}} Output */
/**
 * What is done when something is done to the network.
 * @typedef {{
 *   hover: (unit: number | null) => void, feature: (name: string) => void, resize: (layer: number, change: number) => void,
 *   edit: (spot: Spot) => void, choose: (spot: Spot | null) => void, nudge: (sign: 1 | -1) => void,
 * }} Acts
 */

/** columns and rows that a key moves the focus by @type {Map<string, [number, number]>} */
const MOVES = new Map([["ArrowLeft", [-1, 0]], ["ArrowRight", [1, 0]], ["ArrowUp", [0, -1]], ["ArrowDown", [0, 1]]]);

export class Network {
  /** @param {HTMLElement} box @param {Acts} to */
  constructor(box, to) {
    this.box = box;
    this.to = to;
    this.edges = /** @type {HTMLCanvasElement} */ (box.querySelector("#edges"));
    /** @type {HTMLCanvasElement[]} */
    this.maps = [];
    /** @type {Uint32Array[]} colours of each of them */
    this.tints = [];
    /** @type {HTMLElement[]} */
    this.biases = [];
    /** @type {Place[][]} middle of every unit, layer by layer; the features first, the answer last */
    this.places = [];
    /** the squares, column by column: all features that are shown, then the hidden layers @type {HTMLElement[][]} */
    this.squares = [];
    /** the features that are used, among those that are shown @type {number[]} */
    this.used = [];
    /** @type {string[]} */
    this.names = [];
    /** what is drawn with a rim @type {Spot | null} */
    this.marked = null;
    box.onkeydown = (event) => this.key(event);
    box.addEventListener("focusin", (event) => this.entered(/** @type {HTMLElement} */ (event.target)));
    /** @type {Float32Array} */
    this.weights = new Float32Array();
    /** @type {Float32Array} */
    this.biasValues = new Float32Array();
  }

  /** @param {Lesson} lesson @param {Map<string, {label: string, map: Uint8Array}>} features @param {Set<string>} hidden @param {Uint32Array} colours @param {boolean} words whether it is explained @param {Output[]} outputs one for each class, if there are several */
  build(lesson, features, hidden, colours, words, outputs) {
    const focused = this.box.contains(document.activeElement) ? document.activeElement?.getAttribute("data-key") : null;
    this.box.querySelectorAll(":scope > :not(#edges)").forEach((each) => each.remove());
    const shown = [...features].filter(([name]) => !hidden.has(name) || lesson.features.includes(name));
    const plan = layout(this.box.clientWidth, shown.length, lesson.shape, outputs.length);
    this.box.style.height = `${plan.height}px`;
    this.maps = [];
    this.biases = [];
    this.marked = null;
    this.names = lesson.features.map((name) => features.get(name)?.label ?? name);
    this.used = lesson.features.map((name) => shown.findIndex(([each]) => each === name));
    this.squares = [shown.map(([name, { label, map }], row) => this.feature(name, label, map, plan.features[row], lesson.features.includes(name), colours))];
    plan.hidden.forEach((column, layer) => {
      this.steppers(column[0].x, layer, column.length);
      this.squares.push(column.map((at, unit) => this.unit(at, layer, unit)));
    });
    this.places = [this.used.map((row) => plan.features[row]), ...plan.hidden, plan.outputs];
    this.tints = plan.hidden.flat().map(() => colours);
    if (outputs.length) this.squares.push(outputs.map((output, k) => this.output(plan.outputs[k], output)));
    if (plan.hidden.length) this.bracket(plan.hidden);
    if (words) this.explain(plan);
    this.entered(this.squares[0][0]);
    if (focused) /** @type {HTMLElement | null} */ (this.box.querySelector(`[data-key="${focused}"]`))?.focus();
  }

  /** What belongs to the hidden layers, as a line above them. @param {Place[][]} columns */
  bracket(columns) {
    const line = document.createElement("div");
    line.className = "bracket";
    const [first, last] = [columns[0][0].x, columns[columns.length - 1][0].x];
    Object.assign(line.style, { left: `${first - UNIT}px`, width: `${last - first + 2 * UNIT}px` });
    this.box.append(line);
  }

  /** The two call-outs. @param {import("./layout.js").Layout} plan */
  explain(plan) {
    const { unit, weight } = callouts(plan, this.places[this.places.length - 2]);
    if (unit) this.callout(unit, "This is the output from one neuron. Hover to see it larger.");
    if (plan.outputs.length === 1) this.callout(weight, "The outputs are mixed with weights: the thicker the line, the larger the weight.");
    const low = Math.max(plan.height, weight.top + WORDS.height, (unit?.top ?? 0) + WORDS.height);
    this.box.style.height = `${low}px`;
  }

  /** Words with an arrow. @param {import("./layout.js").Callout} place @param {string} words */
  callout({ left, top, from, to }, words) {
    const text = document.createElement("p");
    text.className = "callout";
    text.textContent = words;
    Object.assign(text.style, { left: `${left}px`, top: `${top}px`, width: `${WORDS.width}px` });
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "arrow");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", `M${from.x} ${from.y}L${to.x} ${to.y}m-4 6l4 -6l4 6`);
    svg.append(path);
    this.box.append(text, svg);
  }

  /** @param {string} name @param {string} label @param {Uint8Array} map @param {Place} at @param {boolean} used @param {Uint32Array} colours @returns {HTMLElement} */
  feature(name, label, map, at, used, colours) {
    const { canvas, button } = this.square(at, `Feature ${label}${used ? "" : ", not used"}`, () => this.to.feature(name), used ? "on" : "off");
    button.setAttribute("data-key", name);
    paint(canvas, map, SMALL, colours);
    const text = document.createElement("span");
    text.className = "feature-name";
    text.textContent = label;
    Object.assign(text.style, { left: "0px", top: `${at.y - 10}px` });
    this.box.append(text);
    return button;
  }

  /** A hidden unit and its bias. @param {Place} at @param {number} layer @param {number} unit @returns {HTMLElement} */
  unit(at, layer, unit) {
    const number = this.maps.length;
    const { canvas, button } = this.square(at, `Unit ${unit + 1} of hidden layer ${layer + 1}`, () => {}, "");
    button.setAttribute("data-key", `unit ${layer} ${unit}`);
    button.onpointerenter = button.onfocus = () => this.to.hover(number);
    button.onpointerleave = button.onblur = () => this.to.hover(null);
    this.maps.push(canvas);
    const bias = document.createElement("button");
    bias.className = "bias";
    bias.setAttribute("aria-label", `Bias of unit ${unit + 1} of hidden layer ${layer + 1}`);
    const corner = { x: at.x - UNIT / 2, y: at.y + UNIT / 2 };
    bias.onclick = () => this.to.edit({ layer, unit, source: null, at: corner });
    bias.tabIndex = -1; // Enter on the unit does the same
    Object.assign(bias.style, { left: `${corner.x - 16}px`, top: `${corner.y - 10}px` });
    this.box.append(bias);
    this.biases.push(bias);
    return button;
  }

  /** A class: how likely it is at every place. @param {Place} at @param {Output} output @returns {HTMLElement} */
  output(at, { name, glyph, colour, tint }) {
    const number = this.maps.length;
    const { canvas, button } = this.square(at, name, () => {}, "class");
    button.removeAttribute("aria-pressed");
    button.onpointerenter = button.onfocus = () => this.to.hover(number);
    button.onpointerleave = button.onblur = () => this.to.hover(null);
    button.dataset.glyph = glyph;
    button.dataset.key = name;
    button.style.setProperty("--class", colour);
    this.maps.push(canvas);
    this.tints.push(tint);
    return button;
  }

  /** Tab comes back to the square that had the focus last. @param {HTMLElement | undefined} target */
  entered(target) {
    const every = this.squares.flat();
    if (target !== undefined && every.includes(target)) for (const each of every) each.tabIndex = each === target ? 0 : -1;
  }

  /** Arrows move among the squares, W goes through the weights that leave one, Enter changes what is chosen. @param {KeyboardEvent} event */
  key(event) {
    const column = this.squares.findIndex((each) => each.includes(/** @type {HTMLElement} */ (event.target)));
    if (column < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = this.squares[column].indexOf(/** @type {HTMLElement} */ (event.target));
    const [across, down] = MOVES.get(event.key) ?? [0, 0];
    if (across || down) this.move(column + across, row + down);
    else if (event.key.toLowerCase() === "w") this.to.choose(this.next(column, row, event.key === "w" ? 1 : -1));
    else if (this.marked !== null && /^[+=-]$/.test(event.key)) this.to.nudge(event.key === "-" ? -1 : 1);
    else if (event.key === "Escape") this.to.choose(null);
    else if (event.key === "Enter" && this.marked !== null) this.to.edit(this.marked);
    else if (event.key === "Enter" && column > 0) this.biases[this.before(column) + row]?.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {number} column @param {number} row */
  move(column, row) {
    const squares = this.squares[Math.min(this.squares.length - 1, Math.max(0, column))];
    this.to.choose(null);
    squares[Math.min(squares.length - 1, Math.max(0, row))].focus();
  }

  /** The weight after the marked one among those that leave a square. @param {number} column @param {number} row @param {1 | -1} step @returns {Spot | null} */
  next(column, row, step) {
    const source = column > 0 ? row : this.used.indexOf(row);
    const leaving = [...lines(this.places)].filter((line) => line.layer === column && line.source === source);
    const now = leaving.findIndex((line) => this.marked?.source === source && this.marked.layer === column && line.unit === this.marked.unit);
    const chosen = leaving.at(now < 0 ? (step > 0 ? 0 : -1) : (now + step) % leaving.length);
    return chosen === undefined ? null : { layer: column, unit: chosen.unit, source, at: along(chosen, 0.5) };
  }

  /** Hidden units before a column. @param {number} column */
  before(column) {
    return this.squares.slice(1, column).reduce((sum, each) => sum + each.length, 0);
  }

  /** @param {Spot} spot @returns {string} */
  nameOf({ layer, unit, source }) {
    /** @param {number} column @param {number} row */
    const square = (column, row) =>
      column > this.places.length - 2 ? (this.places[column].length > 1 ? `class ${row + 1}` : "the answer") : column > 0 ? `unit ${row + 1} of hidden layer ${column}` : this.names[row];
    const target = square(layer + 1, unit);
    return source === null ? `bias of ${target}` : `weight from ${square(layer, source)} to ${target}`;
  }

  /** @param {Place} at @param {string} name @param {() => void} click @param {string} kind */
  square(at, name, click, kind) {
    const button = document.createElement("button");
    const canvas = document.createElement("canvas");
    button.className = `unit ${kind}`;
    button.setAttribute("aria-label", name);
    if (kind) button.setAttribute("aria-pressed", String(kind === "on"));
    Object.assign(button.style, { left: `${at.x - UNIT / 2}px`, top: `${at.y - UNIT / 2}px` });
    button.onclick = click;
    button.append(canvas);
    this.box.append(button);
    return { button, canvas };
  }

  /** @param {number} x @param {number} layer @param {number} units */
  steppers(x, layer, units) {
    const box = document.createElement("div");
    box.className = "per-layer";
    Object.assign(box.style, { left: `${x - 30}px`, top: "16px" });
    for (const [sign, change, word] of /** @type {const} */ ([["−", -1, "fewer"], ["+", 1, "more"]])) {
      const button = document.createElement("button");
      button.textContent = sign;
      button.setAttribute("aria-label", `One unit ${word} in hidden layer ${layer + 1}`);
      button.setAttribute("data-key", `${word} ${layer}`);
      button.onclick = () => this.to.resize(layer, change);
      box.append(button);
    }
    const text = document.createElement("span");
    text.textContent = `${units} unit${units === 1 ? "" : "s"}`;
    box.append(text);
    this.box.append(box);
  }

  /** @param {import("./link.js").Live} arrays @param {Uint32Array} colours @param {number} flow how far the dashes have run */
  draw(arrays, colours, flow) {
    const context = this.cleared();
    this.weights = arrays.weights;
    this.biasValues = arrays.biases;
    this.maps.forEach((canvas, i) => paint(canvas, arrays.units.subarray(i * SMALL * SMALL, (i + 1) * SMALL * SMALL), SMALL, this.tints[i]));
    this.biases.forEach((button, i) => (button.style.color = css(colours, arrays.biases[i])));
    for (const line of [...lines(this.places)].sort((a, b) => Math.abs(this.weights[a.number]) - Math.abs(this.weights[b.number]))) {
      const weight = this.weights[line.number];
      const { width, dash } = stroke(weight);
      context.lineDashOffset = -flow;
      const middle = (line.from.x + line.to.x) / 2;
      context.beginPath();
      context.moveTo(line.from.x, line.from.y);
      context.bezierCurveTo(middle, line.from.y, middle, line.to.y, line.to.x, line.to.y);
      if (this.marked?.layer === line.layer && this.marked.unit === line.unit && this.marked.source === line.source) this.rim(context, width);
      context.strokeStyle = css(colours, weight);
      context.lineWidth = width;
      context.setLineDash(dash);
      context.stroke();
    }
  }

  /** What is pointed at has a rim in the colour of the text. @param {CanvasRenderingContext2D} context @param {number} width of the line */
  rim(context, width) {
    context.strokeStyle = getComputedStyle(this.box).color;
    context.lineWidth = width + 4;
    context.setLineDash([]);
    context.stroke();
  }

  /** The canvas of the lines, empty and as large as the network. @returns {CanvasRenderingContext2D} */
  cleared() {
    const scale = devicePixelRatio;
    const [width, height] = [this.box.clientWidth, this.box.clientHeight];
    if (this.edges.width !== width * scale || this.edges.height !== height * scale) {
      this.edges.width = width * scale;
      this.edges.height = height * scale;
    }
    const context = /** @type {CanvasRenderingContext2D} */ (this.edges.getContext("2d"));
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
  }

  /** What lies at a place of the page. @param {number} x @param {number} y @returns {Spot | null} */
  under(x, y) {
    const box = this.box.getBoundingClientRect();
    return under(this.places, x - box.x, y - box.y);
  }

  /** @param {Spot} spot @returns {number} */
  value(spot) {
    if (spot.source === null) {
      const before = this.places.slice(1, spot.layer + 1).reduce((sum, layer) => sum + layer.length, 0);
      return this.biasValues[before + spot.unit];
    }
    for (const line of lines(this.places)) {
      if (line.layer === spot.layer && line.unit === spot.unit && line.source === spot.source) return this.weights[line.number];
    }
    return NaN;
  }
}
