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

/** @typedef {(x: number, y: number, classes: number) => number} ClassOf the class at a place, below 0 for none */

/** Worlds of several classes: see etude/playground/many.py. @type {Record<string, {label: string, of: ClassOf}>} */
export const CLASS_WORLDS = {
  blobs: {
    label: "Blobs",
    of: (x, y, n) => Array.from({ length: n }, (_, k) => k).find((k) => ring(x - 3.5 * Math.sin((2 * Math.PI * k) / n), y - 3.5 * Math.cos((2 * Math.PI * k) / n)) < Math.min(1.6, 8 / n)) ?? -1,
  },
  rings: {
    label: "Rings",
    of: (x, y, n) => {
      const at = (ring(x, y) / 5) * (n - 0.3);
      return at < n && at % 1 < 0.7 ? Math.floor(at) : -1;
    },
  },
  moons: {
    label: "Moons",
    of: (x, y, n) => {
      const r = 10 / (n + 1);
      return Array.from({ length: n }, (_, k) => k).find((k) => {
        const [dx, dy] = [x - (r * (k + 1) - 5), (k % 2 ? -y : y) + 0.25 * r];
        return dy > -0.2 && Math.abs(ring(dx, dy) - r) < 0.45;
      }) ?? -1;
    },
  },
  checkerboard: {
    label: "Checkerboard",
    of: (x, y, n) => {
      const squares = Math.max(4, n);
      const [column, row] = [x, y].map((each) => Math.floor(((each + 5) / 10) * squares));
      return Math.abs(x) < 5 && Math.abs(y) < 5 ? (column + row) % n : -1;
    },
  },
};

/** Classes over the plane, row by row from the top; 255 for none. @param {ClassOf} of @param {number} classes @returns {Uint8Array} */
export function classMap(of, classes) {
  return Uint8Array.from({ length: SMALL * SMALL }, (_, i) => {
    const [x, y] = [((i % SMALL) / (SMALL - 1)) * 2 * SIDE - SIDE, SIDE - (Math.floor(i / SMALL) / (SMALL - 1)) * 2 * SIDE];
    const k = of(x, y, classes);
    return k < 0 ? 255 : k;
  });
}
