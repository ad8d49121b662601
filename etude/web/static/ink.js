// Colours of the page's theme for drawings, and the shapes that tell classes apart beside their colours.

/** @type {Map<string, string>} */
const known = new Map();

/** A colour of the theme: text, muted, border, bg, accent, negative, positive, class-0 to class-9. @param {string} name @returns {string} */
export function ink(name) {
  const found = known.get(name);
  if (found !== undefined) return found;
  const value = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  known.set(name, value);
  return value;
}

/** The theme has changed. */
export function forget() {
  known.clear();
}

/** @typedef {(context: CanvasRenderingContext2D, x: number, y: number, r: number) => void} Mark */

/** @param {number[][]} corners in units of the radius @returns {Mark} */
const polygon = (corners) => (context, x, y, r) => {
  context.beginPath();
  corners.forEach(([dx, dy]) => context.lineTo(x + dx * r, y + dy * r));
  context.closePath();
  context.fill();
};

/** @param {number} n @param {number} turn @param {number} inner @returns {number[][]} */
const star = (n, turn, inner) =>
  Array.from({ length: inner < 1 ? 2 * n : n }, (_, k) => {
    const angle = turn + (k * Math.PI * 2) / (inner < 1 ? 2 * n : n);
    const far = inner < 1 && k % 2 ? inner : 1.2;
    return [Math.sin(angle) * far, -Math.cos(angle) * far];
  });
const PLUS = [[-0.35, -1.1], [0.35, -1.1], [0.35, -0.35], [1.1, -0.35], [1.1, 0.35], [0.35, 0.35], [0.35, 1.1], [-0.35, 1.1], [-0.35, 0.35], [-1.1, 0.35], [-1.1, -0.35], [-0.35, -0.35]];
const turned = PLUS.map(([x, y]) => [(x - y) * 0.71, (x + y) * 0.71]);

/** Circle, square, triangle, diamond, plus, cross, star, pentagon, triangle down, hexagon. @type {Mark[]} */
export const MARKS = [
  (context, x, y, r) => { context.beginPath(); context.arc(x, y, r, 0, 7); context.fill(); },
  polygon([[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]]),
  polygon(star(3, 0, 1)), polygon(star(4, 0, 1)), polygon(PLUS), polygon(turned),
  polygon(star(5, 0, 0.5)), polygon(star(5, 0, 1)), polygon(star(3, Math.PI, 1)), polygon(star(6, 0, 1)),
];
