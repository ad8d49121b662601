// The network as squares and lines: where they stand, how they are drawn, what lies under the pointer.

import { css, paint } from "./colour.js";
import { SMALL } from "./worlds.js";

/** @typedef {{layer: number, unit: number, source: number | null, at: {x: number, y: number}}} Spot a weight, or a bias */

const UNIT = 38;
const PITCH = 55;
const TOP = 76;
const NAMES = 72;

export class Network {
  /** @param {HTMLElement} box @param {{hover: (unit: number | null) => void, feature: (name: string) => void, resize: (layer: number, change: number) => void, bias: (unit: {layer: number, unit: number, at: {x: number, y: number}}) => void}} to */
  constructor(box, to) {
    this.box = box;
    this.to = to;
    this.edges = /** @type {HTMLCanvasElement} */ (box.querySelector("#edges"));
    /** @type {HTMLCanvasElement[]} */
    this.maps = [];
    /** @type {HTMLElement[]} */
    this.biases = [];
    /** @type {{x: number, y: number}[][]} middle of every unit, layer by layer; the features first, the answer last */
    this.places = [];
    /** @type {Float32Array} */
    this.weights = new Float32Array();
    /** @type {Float32Array} */
    this.biasValues = new Float32Array();
  }

  /** @param {import("./link.js").Lesson} lesson @param {Map<string, {label: string, map: Uint8Array}>} features @param {Set<string>} hidden @param {Uint32Array} colours */
  build(lesson, features, hidden, colours) {
    this.box.querySelectorAll(":scope > :not(#edges)").forEach((each) => each.remove());
    const width = this.box.clientWidth;
    const shown = [...features].filter(([name]) => !hidden.has(name) || lesson.features.includes(name));
    const height = TOP + PITCH * Math.max(shown.length, ...lesson.shape) + 8;
    this.box.style.height = `${height}px`;
    this.maps = [];
    this.biases = [];
    const gap = (width - NAMES - UNIT) / (lesson.shape.length + 1);
    /** @type {{x: number, y: number}[]} */
    const told = [];
    shown.forEach(([name, { label, map }], row) => {
      const at = { x: NAMES + UNIT / 2, y: TOP + PITCH * row + UNIT / 2 };
      const used = lesson.features.includes(name);
      const { canvas } = this.square(at, `Feature ${label}${used ? "" : ", not used"}`, () => this.to.feature(name), used ? "on" : "off");
      paint(canvas, map, SMALL, colours);
      const text = document.createElement("span");
      text.className = "feature-name";
      text.textContent = label;
      Object.assign(text.style, { left: "0px", top: `${at.y - 10}px` });
      this.box.append(text);
      if (used) told[lesson.features.indexOf(name)] = at;
    });
    this.places = [told];
    let unit = 0;
    lesson.shape.forEach((units, layer) => {
      const x = NAMES + UNIT / 2 + gap * (layer + 1);
      this.steppers(x, layer, units);
      this.places.push(
        Array.from({ length: units }, (_, row) => {
          const at = { x, y: TOP + PITCH * row + UNIT / 2 };
          const number = unit++;
          const { canvas, button } = this.square(at, `Unit ${row + 1} of hidden layer ${layer + 1}`, () => {}, "");
          button.onpointerenter = button.onfocus = () => this.to.hover(number);
          button.onpointerleave = button.onblur = () => this.to.hover(null);
          this.maps.push(canvas);
          const bias = document.createElement("button");
          bias.className = "bias";
          bias.setAttribute("aria-label", `Bias of unit ${row + 1} of hidden layer ${layer + 1}`);
          bias.onclick = () => {
            const box = bias.getBoundingClientRect();
            this.to.bias({ layer, unit: row, at: { x: box.x, y: box.y } });
          };
          Object.assign(bias.style, { left: `${x - UNIT / 2 - 4}px`, top: `${at.y + UNIT / 2 - 4}px` });
          this.box.append(bias);
          this.biases.push(bias);
          return at;
        }),
      );
    });
    this.places.push([{ x: width, y: TOP + 150 > height ? height / 2 : TOP + 150 }]);
  }

  /** @param {{x: number, y: number}} at @param {string} name @param {() => void} click @param {string} kind */
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
    Object.assign(box.style, { left: `${x - 30}px`, top: "0px" });
    for (const [sign, change, word] of /** @type {const} */ ([["−", -1, "fewer"], ["+", 1, "more"]])) {
      const button = document.createElement("button");
      button.textContent = sign;
      button.setAttribute("aria-label", `One unit ${word} in hidden layer ${layer + 1}`);
      button.onclick = () => this.to.resize(layer, change);
      box.append(button);
    }
    const text = document.createElement("span");
    text.textContent = `${units} unit${units === 1 ? "" : "s"}`;
    box.append(text);
    this.box.append(box);
  }

  /** @returns {Generator<{layer: number, unit: number, source: number, from: {x: number, y: number}, to: {x: number, y: number}, number: number}>} */
  *lines() {
    let number = 0;
    for (let layer = 1; layer < this.places.length; layer++) {
      for (let unit = 0; unit < this.places[layer].length; unit++) {
        for (let source = 0; source < this.places[layer - 1].length; source++) {
          const fan = (source - (this.places[layer - 1].length - 1) / 2) * Math.min(6, 30 / this.places[layer - 1].length);
          const [from, to] = [this.places[layer - 1][source], this.places[layer][unit]];
          yield {
            layer: layer - 1, unit, source, number: number++,
            from: { x: from.x + UNIT / 2, y: from.y },
            to: { x: to.x - (layer === this.places.length - 1 ? 0 : UNIT / 2), y: to.y + fan },
          };
        }
      }
    }
  }

  /** @param {import("./link.js").Live} arrays @param {Uint32Array} colours @param {number} flow how far the dashes have run */
  draw(arrays, colours, flow) {
    this.weights = arrays.weights;
    this.biasValues = arrays.biases;
    this.maps.forEach((canvas, i) => paint(canvas, arrays.units.subarray(i * SMALL * SMALL, (i + 1) * SMALL * SMALL), SMALL, colours));
    this.biases.forEach((button, i) => (button.style.background = css(colours, arrays.biases[i])));
    const scale = devicePixelRatio;
    const [width, height] = [this.box.clientWidth, this.box.clientHeight];
    if (this.edges.width !== width * scale || this.edges.height !== height * scale) {
      this.edges.width = width * scale;
      this.edges.height = height * scale;
    }
    const context = /** @type {CanvasRenderingContext2D} */ (this.edges.getContext("2d"));
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    for (const line of [...this.lines()].sort((a, b) => Math.abs(this.weights[a.number]) - Math.abs(this.weights[b.number]))) {
      const weight = this.weights[line.number];
      context.strokeStyle = css(colours, weight);
      context.lineWidth = 1 + 9 * Math.min(1, Math.abs(weight) / 5);
      context.setLineDash(weight < 0 ? [6, 3] : [30, 1]);
      context.lineDashOffset = -flow;
      const middle = (line.from.x + line.to.x) / 2;
      context.beginPath();
      context.moveTo(line.from.x, line.from.y);
      context.bezierCurveTo(middle, line.from.y, middle, line.to.y, line.to.x, line.to.y);
      context.stroke();
    }
  }

  /** The weight or bias within 8 pixels. @param {number} x @param {number} y @returns {Spot | null} */
  under(x, y) {
    let nearest = 64;
    /** @type {Spot | null} */
    let found = null;
    for (const { layer, unit, source, from, to } of this.lines()) {
      for (let t = 0; t <= 1; t += 0.05) {
        const s = 1 - t;
        const bx = s ** 3 * from.x + 1.5 * s * t * (from.x + to.x) + t ** 3 * to.x;
        const by = (s ** 3 + 3 * s * s * t) * from.y + (3 * s * t * t + t ** 3) * to.y;
        const distance = (bx - x) ** 2 + (by - y) ** 2;
        if (distance < nearest) [nearest, found] = [distance, { layer, unit, source, at: { x: bx, y: by } }];
      }
    }
    return found;
  }

  /** @param {Spot} spot @returns {number} */
  value(spot) {
    if (spot.source === null) {
      const before = this.places.slice(1, spot.layer + 1).reduce((sum, layer) => sum + layer.length, 0);
      return this.biasValues[before + spot.unit];
    }
    for (const line of this.lines()) {
      if (line.layer === spot.layer && line.unit === spot.unit && line.source === spot.source) return this.weights[line.number];
    }
    return NaN;
  }
}
