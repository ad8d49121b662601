// Functions over the plane: the features that a network may be told, and the pictures of the worlds to choose from.

/** @typedef {(x: number, y: number) => number} Height */

/** half the width of the plane */
export const SIDE = 6;
/** pixels of a small picture, in each direction */
export const SMALL = 25;

/** @type {Record<string, {label: string, of: Height}>} */
export const FEATURES = {
  x: { label: "X₁", of: (x, _) => x },
  y: { label: "X₂", of: (_, y) => y },
  xSquared: { label: "X₁²", of: (x, _) => x * x },
  ySquared: { label: "X₂²", of: (_, y) => y * y },
  xTimesY: { label: "X₁X₂", of: (x, y) => x * y },
  sinX: { label: "sin(X₁)", of: (x, _) => Math.sin(x) },
  sinY: { label: "sin(X₂)", of: (_, y) => Math.sin(y) },
};

const ring = Math.hypot;
const BUMPS = [[-4, 2.5, 1], [0, 2.5, -1], [4, 2.5, 1], [-4, -2.5, -1], [0, -2.5, 1], [4, -2.5, -1]];

/** @type {Record<"classification" | "regression", Record<string, {label: string, of: Height}>>} */
export const WORLDS = {
  classification: {
    circle: { label: "Circle", of: (x, y) => (ring(x, y) < 2.5 ? 1 : ring(x, y) > 3.2 && ring(x, y) < 5.5 ? -1 : 0) },
    xor: {
      label: "Exclusive or",
      of: (x, y) => {
        const [near, far] = [Math.min(Math.abs(x), Math.abs(y)), Math.max(Math.abs(x), Math.abs(y))];
        return Math.sign(x * y) * (near > 0.4 && far < 5.5 ? 1 : 0);
      },
    },
    gauss: {
      label: "Gaussian",
      of: (x, y) => Math.exp(-((x - 2) ** 2 + (y - 2) ** 2) / 2) - Math.exp(-((x + 2) ** 2 + (y + 2) ** 2) / 2),
    },
    spiral: {
      label: "Spiral",
      of: (x, y) => (ring(x, y) > 5.5 ? 0 : Math.sin(Math.atan2(x, y) - (ring(x, y) / 5) * 3.5 * Math.PI + Math.PI / 2)),
    },
  },
  regression: {
    "reg-plane": { label: "Plane", of: (x, y) => (x + y) / 10 },
    "reg-gauss": {
      label: "Multi Gaussian",
      of: (x, y) => BUMPS.reduce((sum, [cx, cy, sign]) => sum + sign * Math.max(0, 1 - ring(x - cx, y - cy) / 2), 0),
    },
  },
};

/** Bytes of a function over the plane, row by row from the top. @param {Height} of @returns {Uint8Array} */
export function mapOf(of) {
  return Uint8Array.from({ length: SMALL * SMALL }, (_, i) => {
    const [x, y] = [((i % SMALL) / (SMALL - 1)) * 2 * SIDE - SIDE, SIDE - (Math.floor(i / SMALL) / (SMALL - 1)) * 2 * SIDE];
    return Math.round((Math.min(1, Math.max(-1, of(x, y))) + 1) * 127.5);
  });
}
