// Orange below zero, blue above: the scale of every map, point and weight, blended in OKLab.

const LIGHT = ["#f59322", "#e8eaeb", "#0877bd"];
const DARK = ["#f2994a", "#262b31", "#4aa8e8"];

/** @param {string} hex @returns {number[]} */
export function toLab(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const v = parseInt(hex.slice(at, at + 2), 16) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** @param {number[]} lab @returns {number[]} red, green, blue from 0 to 255 */
export function toRgb([L, a, b]) {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((v) => {
    const c = v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055;
    return Math.round(Math.min(1, Math.max(0, c)) * 255);
  });
}

/** 256 colours from -1 to 1, as the bytes of pixels. @param {boolean} dark @param {boolean} two @returns {Uint32Array} */
export function table(dark, two = false) {
  const [low, middle, high] = (dark ? DARK : LIGHT).map(toLab);
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const x = two ? (i < 127.5 ? -1 : 1) : i / 127.5 - 1;
    const end = x < 0 ? low : high;
    const [r, g, b] = toRgb(middle.map((v, k) => v + (end[k] - v) * Math.abs(x)));
    return (255 << 24) | (b << 16) | (g << 8) | r;
  });
}

/** The same, as 70 % of themselves on the page's ground. @param {Uint32Array} colours @param {boolean} dark @returns {Uint32Array} */
export function wash(colours, dark) {
  const ground = dark ? [20, 23, 26] : [255, 255, 255];
  return colours.map((c) => {
    const [r, g, b] = ground.map((v, k) => Math.round(0.7 * ((c >> (8 * k)) & 255) + 0.3 * v));
    return (255 << 24) | (b << 16) | (g << 8) | r;
  });
}

/** @param {Uint32Array} colours @param {number} value from -1 to 1, cut there @returns {string} */
export function css(colours, value) {
  const c = colours[Math.round((Math.min(1, Math.max(-1, value)) + 1) * 127.5)];
  return `rgb(${c & 255} ${(c >> 8) & 255} ${(c >> 16) & 255})`;
}

/**
 * Draw bytes as a picture of side x side pixels.
 * @param {HTMLCanvasElement} canvas @param {Uint8Array} bytes @param {number} side @param {Uint32Array} colours
 */
export function paint(canvas, bytes, side, colours) {
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  const image = context.createImageData(side, side);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colours[bytes[i]];
  context.putImageData(image, 0, 0);
}
