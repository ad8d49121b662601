// Where the units and the weights of a network stand, in pixels, and what lies near a place; nothing is drawn here.

/** @typedef {{x: number, y: number}} Place */
/** @typedef {{features: Place[], hidden: Place[][], answer: Place, height: number}} Layout middles of units, from the top left */
/** @typedef {{layer: number, unit: number, source: number, number: number, from: Place, to: Place}} Line a weight */
/** @typedef {{layer: number, unit: number, source: number | null, at: Place}} Spot a weight, or a bias */
/** @typedef {{left: number, top: number, from: Place, to: Place}} Callout where words stand, and their arrow */

/** side of a unit */
export const UNIT = 38;
/** from a unit to the next one below */
const PITCH = 55;
/** above the first unit */
const TOP = 76;
/** left of the features */
const NAMES = 72;
/** from the top to the answer, if there is room */
const ANSWER = TOP + 150;
/** of the words of a call-out, in width and height, and above them */
export const WORDS = { width: 118, height: 90, above: 36 };
/** within which a line is under the pointer */
const NEAR = 8;
/** straight pieces that a curve is taken for */
const STEPS = 20;

/**
 * Layers stand beside one another, the features left, the answer at the right edge.
 * @param {number} width @param {number} features how many are shown @param {number[]} shape units of each hidden layer
 * @returns {Layout}
 */
export function layout(width, features, shape) {
  const height = TOP + PITCH * Math.max(features, ...shape) + 8;
  const gap = (width - NAMES - UNIT) / (shape.length + 1);
  /** @param {number} layer @param {number} units @returns {Place[]} */
  const column = (layer, units) =>
    Array.from({ length: units }, (_, row) => ({ x: NAMES + UNIT / 2 + gap * layer, y: TOP + PITCH * row + UNIT / 2 }));
  return {
    features: column(0, features),
    hidden: shape.map((units, layer) => column(layer + 1, units)),
    answer: { x: width, y: ANSWER > height ? height / 2 : ANSWER },
    height,
  };
}

/**
 * The weights in the order of the frames, from the right edge of a unit to the left edge of one in the next layer.
 * @param {Place[][]} layers the features that are used first, the answer last @returns {Generator<Line>}
 */
export function* lines(layers) {
  let number = 0;
  for (let layer = 1; layer < layers.length; layer++) {
    const [sources, targets] = [layers[layer - 1], layers[layer]];
    const edge = layer === layers.length - 1 ? 0 : UNIT / 2;
    for (let unit = 0; unit < targets.length; unit++) {
      for (let source = 0; source < sources.length; source++) {
        const from = { x: sources[source].x + UNIT / 2, y: sources[source].y + fan(unit, targets.length) };
        const to = { x: targets[unit].x - edge, y: targets[unit].y + fan(source, sources.length) };
        yield { layer: layer - 1, unit, source, number: number++, from, to };
      }
    }
  }
}

/** How far from the middle of a unit one of the lines there begins or ends. @param {number} index @param {number} count */
function fan(index, count) {
  return (index - (count - 1) / 2) * Math.min(6, 30 / count);
}

/** A place on the curve of a line, which leaves and arrives level. @param {{from: Place, to: Place}} line @param {number} t from 0 to 1 @returns {Place} */
export function along({ from, to }, t) {
  const s = 1 - t;
  return {
    x: s ** 3 * from.x + 1.5 * s * t * (from.x + to.x) + t ** 3 * to.x,
    y: (s ** 3 + 3 * s * s * t) * from.y + (3 * s * t * t + t ** 3) * to.y,
  };
}

/** Strokes of a weight: thicker from 0 to 5, dashed below 0. @param {number} weight @returns {{width: number, dash: number[]}} */
export function stroke(weight) {
  return { width: 1 + 9 * Math.min(1, Math.abs(weight) / 5), dash: weight < 0 ? [6, 3] : [30, 1] };
}

/**
 * Words that point at the lowest unit of the first hidden layer, and at the lowest weight of the answer: below all that they
 * would cover.
 * @param {Layout} plan @param {Place[]} last the layer before the answer @returns {{unit: Callout | null, weight: Callout}}
 */
export function callouts({ hidden, answer }, last) {
  /** @param {number} left */
  const below = (left) => {
    const covered = hidden.flat().filter(({ x }) => x + UNIT / 2 > left && x - UNIT / 2 < left + WORDS.width);
    return Math.max(answer.y, ...covered.map(({ y }) => y + UNIT / 2)) + WORDS.above;
  };
  const left = answer.x - WORDS.width;
  const line = { from: { x: last[last.length - 1].x + UNIT / 2, y: last[last.length - 1].y }, to: answer };
  const touched = along(line, 0.6);
  const top = below(left);
  const weight = { left, top, from: { x: touched.x, y: top - 2 }, to: { x: touched.x, y: touched.y + 12 } };
  const lowest = hidden[0]?.at(-1);
  if (lowest === undefined) return { unit: null, weight };
  const start = below(lowest.x - UNIT / 2);
  const to = { x: lowest.x, y: lowest.y + UNIT / 2 + 4 };
  return { unit: { left: lowest.x - UNIT / 2, top: start, from: { x: lowest.x, y: start - 2 }, to }, weight };
}

/** The weight within 8 pixels of a place. @param {Place[][]} layers @param {number} x @param {number} y @returns {Spot | null} */
export function under(layers, x, y) {
  let nearest = NEAR;
  /** @type {Spot | null} */
  let found = null;
  for (const line of lines(layers)) {
    let before = line.from;
    for (let step = 1; step <= STEPS; step++) {
      const after = along(line, step / STEPS);
      const at = closest(before, after, x, y);
      const distance = Math.hypot(at.x - x, at.y - y);
      if (distance < nearest) [nearest, found] = [distance, { layer: line.layer, unit: line.unit, source: line.source, at }];
      before = after;
    }
  }
  return found;
}

/** The place between two others that is closest to a third. @param {Place} a @param {Place} b @param {number} x @param {number} y @returns {Place} */
function closest(a, b, x, y) {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const t = Math.min(1, Math.max(0, ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy || 1)));
  return { x: a.x + t * dx, y: a.y + t * dy };
}
