// What a line of the trace speaks of, lit up in the picture of the network, with the numbers beside it.

import { digits } from "./formula.js";
import { lines as all } from "./layout.js";

/** @typedef {import("./formula.js").Quantity} Quantity */
/** @typedef {{x: number, y: number}} Place */
/** @typedef {{kind: string, result: Quantity, operands: Quantity[], precision: number}} Lit */

const SVG = "http://www.w3.org/2000/svg";
/** of a unit's side */
const HALF = 19;
/** from one line of text to the next */
const PITCH = 15;

export class Spotlight {
  /** @param {import("./network.js").Network} network */
  constructor(network) {
    this.network = network;
    this.svg = /** @type {SVGSVGElement} */ (make("svg", { class: "spotlight", "aria-hidden": "true" }));
    /** @type {Lit | null} */
    this.shown = null;
  }

  /** Light up a line, or nothing. @param {Lit | null} line */
  show(line) {
    this.shown = line;
    this.svg.replaceChildren();
    if (line === null) return this.svg.remove();
    if (!this.svg.isConnected) this.network.box.append(this.svg);
    const every = [...line.operands, line.result];
    const [units, edges] = [this.units(every), this.edges(every)];
    this.svg.append(...shade(units.filter(({ last }) => !last).map(({ at }) => at)));
    const into = new Set(edges.map(({ line: { unit } }) => unit)).size === 1;
    const out = new Set(edges.map(({ line: { source } }) => source)).size === 1;
    const share = into === out ? 0.5 : into ? 0.3 : 0.65; // where lines that meet are still apart
    const said = (/** @type {Quantity} */ each) => `${each.symbol} ${each === line.result && line.kind === "step" ? "←" : "="} ${digits(each.value, line.precision)}`;
    const first = Math.min(...units.map(({ layer }) => layer));
    for (const { line: { from, to }, quantities } of edges) this.svg.append(...edge(from, to, quantities, share, said));
    for (const { at, quantities, layer, last } of units) {
      const result = quantities.includes(line.result);
      const side = last ? "answer" : layer === 0 || (layer === first && edges.length > 0) ? "left" : "right";
      const words = quantities.map(said).map((each) => (layer === 0 && this.isNarrow() ? each.replace(/.* = /, "") : each));
      this.svg.append(...unit(at, words, result, side));
    }
  }

  /** Whether what sticks out to the left is cut off; the names of the features stand there anyway. */
  isNarrow() {
    return matchMedia("(max-width: 700px)").matches;
  }

  /** Again, after the picture was built anew. */
  again() {
    if (this.shown !== null && !this.svg.isConnected) this.show(this.shown);
  }

  /** The units that these quantities belong to, each with its own. @param {Quantity[]} every */
  units(every) {
    /** @type {Map<Place, Quantity[]>} */
    const found = new Map();
    for (const each of every) {
      if (each.layer === null || each.unit === null || each.source !== null) continue;
      const at = this.network.places[each.layer][each.unit];
      gather(found, at, each);
    }
    return [...found].map(([at, quantities]) => {
      const layer = this.network.places.findIndex((places) => places.includes(at));
      return { at, quantities, layer, last: layer === this.network.places.length - 1 };
    });
  }

  /** The edges that these quantities belong to. @param {Quantity[]} every */
  edges(every) {
    const lines = [...all(this.network.places)];
    /** @type {Map<typeof lines[number], Quantity[]>} */
    const found = new Map();
    for (const each of every) {
      if (each.layer === null || each.source === null) continue;
      const line = lines.find(({ layer, unit, source }) => layer + 1 === each.layer && unit === each.unit && source === each.source);
      if (line) gather(found, line, each);
    }
    return [...found].map(([line, quantities]) => ({ line, quantities }));
  }
}

/** The same quantity of one place only once. @template K @param {Map<K, Quantity[]>} found @param {K} key @param {Quantity} quantity */
function gather(found, key, quantity) {
  const before = found.get(key) ?? [];
  if (!before.some((each) => each.symbol === quantity.symbol && each.value === quantity.value)) found.set(key, [...before, quantity]);
}

/** @param {string} kind @param {Record<string, string | number>} attributes @param {...(Node | string)} content */
function make(kind, attributes, ...content) {
  const made = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...content);
  return made;
}

/** Everything but these units is dimmed. @param {Place[]} units */
function shade(units) {
  const holes = units.map(({ x, y }) => make("rect", { x: x - HALF - 2, y: y - HALF - 2, width: 2 * HALF + 4, height: 2 * HALF + 4, rx: 5, fill: "black" }));
  const all = { x: 0, y: 0, width: "100%", height: "100%" };
  const mask = make("mask", { id: "spotlight-mask", maskUnits: "userSpaceOnUse", ...all }, make("rect", { ...all, fill: "white" }), ...holes);
  return [mask, make("rect", { ...all, class: "shade", mask: "url(#spotlight-mask)" })];
}

/**
 * A weight, and what the line says of it, at a share t of its way.
 * @param {Place} from @param {Place} to @param {Quantity[]} quantities @param {number} t @param {(quantity: Quantity) => string} said
 */
function edge(from, to, quantities, t, said) {
  const middle = (from.x + to.x) / 2;
  const d = `M${from.x} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`;
  const s = 1 - t;
  const x = s ** 3 * from.x + 1.5 * s * t * (from.x + to.x) + t ** 3 * to.x;
  const y = (s ** 3 + 3 * s * s * t) * from.y + (3 * s * t * t + t ** 3) * to.y;
  const words = quantities.length > 1 || quantities[0].symbol !== "w" ? quantities.map(said) : [digits(quantities[0].value)];
  return [make("path", { d, class: `edge ${quantities[0].value < 0 ? "below" : "above"}` }), text(x, y - 3 - (PITCH * (words.length - 1)) / 2, "middle", words)];
}

/** A ring around a unit, and beside it what the line says of it. @param {Place} at @param {string[]} words @param {boolean} result @param {string} side */
function unit(at, words, result, side) {
  const size = HALF + 2;
  const kind = result ? "ring result" : "ring";
  const ring = side === "answer"
    ? make("circle", { cx: at.x - 4, cy: at.y, r: 8, class: kind })
    : make("rect", { x: at.x - size, y: at.y - size, width: 2 * size, height: 2 * size, rx: 5, class: kind });
  const middle = at.y + 4 - (PITCH * (words.length - 1)) / 2;
  if (side === "left") return [ring, text(at.x - size - 8, middle, "end", words)];
  if (side === "right") return [ring, text(at.x + size + 8, middle, "start", words)];
  return [ring, text(at.x, at.y + 26, "end", words)];
}

/** @param {number} x @param {number} y @param {string} anchor @param {string[]} words */
function text(x, y, anchor, words) {
  return make("text", { "text-anchor": anchor }, ...words.map((each, row) => make("tspan", { x, y: y + PITCH * row }, each)));
}
