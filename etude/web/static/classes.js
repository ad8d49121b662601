// Several classes: a colour and a shape for each, the same on every screen; how sure an answer is by its strength.

import { toLab, toRgb } from "./colour.js";

const LIGHT = ["#006495", "#4f0227", "#fb5b40", "#a184e4", "#15a194", "#be1253", "#753000", "#3e12bd", "#18205e", "#8546e8"];
const DARK = ["#4998fe", "#e9f01a", "#a24071", "#fa960b", "#a4f6f2", "#434eea", "#807718", "#bbb6ef", "#f946a7", "#30de97"];
/** the shapes as letters, for legends */
export const GLYPHS = ["●", "■", "▲", "◆", "✚", "✖", "★", "⬟", "▼", "⬢"];
/** how much of its colour a place has where the network is sure; points stand out from it */
const MOST = 0.72;

/** @param {number} k @param {boolean} dark @returns {string} */
export function colourOf(k, dark) {
  return (dark ? DARK : LIGHT)[k % LIGHT.length];
}

/** 256 colours from the page's ground to that of a class. @param {number} k @param {boolean} dark @param {boolean} two only one of the two @returns {Uint32Array} */
export function tint(k, dark, two = false) {
  const [ground, full] = [dark ? "#14171a" : "#ffffff", colourOf(k, dark)].map(toLab);
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const share = MOST * (two ? Number(i > 127) : i / 255);
    const [r, g, b] = toRgb(ground.map((v, at) => v + (full[at] - v) * share));
    return (255 << 24) | (b << 16) | (g << 8) | r;
  });
}

/**
 * Draw which class is seen where, and how surely.
 * @param {HTMLCanvasElement} canvas @param {Uint8Array} classes @param {Uint8Array} strength 128 for no idea, 255 for sure @param {number} side @param {Uint32Array[]} tints
 */
export function paintClasses(canvas, classes, strength, side, tints) {
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  const image = context.createImageData(side, side);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = tints[classes[i]][Math.max(0, 2 * strength[i] - 255)];
  context.putImageData(image, 0, 0);
}

/**
 * A small picture of classes, in full colour; two are orange and blue, as their answers are.
 * @param {HTMLCanvasElement} canvas @param {Uint8Array} classes 255 for none @param {number} many @param {number} side @param {boolean} dark
 */
export function thumbnail(canvas, classes, many, side, dark) {
  const ground = dark ? "#262b31" : "#e8eaeb";
  const two = dark ? ["#f2994a", "#4aa8e8"] : ["#f59322", "#0877bd"];
  const colours = Array.from({ length: many }, (_, k) => (many === 2 ? two[k] : colourOf(k, dark)));
  canvas.width = canvas.height = side;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  classes.forEach((k, i) => {
    context.fillStyle = colours[k] ?? ground;
    context.fillRect(i % side, Math.floor(i / side), 1, 1);
  });
}

/** Corners of the shapes that are polygons, around 0 0. @type {Record<number, [number, number][]>} */
const CORNERS = {
  1: regular(4, 1.25, Math.PI / 4),
  2: regular(3, 1.4, 0),
  3: regular(4, 1.35, 0),
  4: cross(0),
  5: cross(Math.PI / 4),
  6: star(),
  7: regular(5, 1.25, 0),
  8: regular(3, 1.4, Math.PI),
  9: regular(6, 1.2, Math.PI / 6),
};

/** The outline of a class's shape. @param {CanvasRenderingContext2D} context @param {number} k @param {number} x @param {number} y @param {number} radius */
export function outline(context, k, x, y, radius) {
  context.beginPath();
  const corners = CORNERS[k % LIGHT.length];
  if (!corners) {
    context.arc(x, y, radius, 0, 7);
    return;
  }
  for (const [dx, dy] of corners) context.lineTo(x + dx * radius, y + dy * radius);
  context.closePath();
}

/** @param {number} n @param {number} radius @param {number} turn @returns {[number, number][]} */
function regular(n, radius, turn) {
  return Array.from({ length: n }, (_, i) => at((i / n) * 2 * Math.PI + turn, radius));
}

/** @returns {[number, number][]} */
function star() {
  return Array.from({ length: 10 }, (_, i) => at((i / 10) * 2 * Math.PI, i % 2 ? 0.65 : 1.5));
}

/** @param {number} turn @returns {[number, number][]} */
function cross(turn) {
  const arms = [0, 1, 2, 3].flatMap((arm) => [-0.32, 0.32, Math.PI / 4].map((off, i) => /** @type {[number, number]} */ ([(arm * Math.PI) / 2 + off, i === 2 ? 0.6 : 1.4])));
  return arms.map(([angle, radius]) => at(angle + turn, radius));
}

/** A place at an angle from the top. @param {number} angle @param {number} radius @returns {[number, number]} */
function at(angle, radius) {
  return [Math.sin(angle) * radius, -Math.cos(angle) * radius];
}
