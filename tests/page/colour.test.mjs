// The scale from orange to blue.

import assert from "node:assert/strict";
import test from "node:test";

import { css, table, toLab, toRgb, wash } from "../../etude/web/static/colour.js";

/** @param {number} colour as bytes of a pixel @returns {string} */
const hex = (colour) => "#" + [0, 8, 16].map((shift) => ((colour >> shift) & 255).toString(16).padStart(2, "0")).join("");
/** Lightness of each colour of a scale. @param {Uint32Array} colours */
const lightness = (colours) => Array.from(colours, (each) => toLab(hex(each))[0]);

for (const [dark, low, middle, high] of /** @type {const} */ ([
  [false, "#f59322", "#e8eaeb", "#0877bd"],
  [true, "#f2994a", "#262b31", "#4aa8e8"],
])) {
  const colours = table(dark);

  test(`256 opaque colours with the right ends and middle, dark: ${dark}`, () => {
    assert.equal(colours.length, 256);
    assert.ok(colours.every((each) => each >>> 24 === 255));
    assert.deepEqual([hex(colours[0]), hex(colours[255])], [low, high]);
    for (const at of [127, 128]) {
      toLab(hex(colours[at])).forEach((value, k) => assert.ok(Math.abs(value - toLab(middle)[k]) < 0.01));
    }
  });

  test(`lightness goes one way on each side of zero, dark: ${dark}`, () => {
    const found = lightness(colours);
    const sign = dark ? -1 : 1; // the middle is the lightest in the light, the darkest in the dark
    const rounding = 0.002; // of colours to whole bytes
    for (let i = 1; i < 256; i++) assert.ok(sign * (found[i] - found[i - 1]) * (i <= 127 ? 1 : -1) > -rounding, `at ${i}`);
    assert.ok(sign * (found[127] - found[0]) > 0.1 && sign * (found[128] - found[255]) > 0.1);
  });

  test(`two colours only are the two ends, dark: ${dark}`, () => {
    const two = table(dark, true);
    assert.deepEqual([...new Set(two)].map(hex), [low, high]);
    assert.deepEqual([hex(two[127]), hex(two[128])], [low, high]);
  });

  test(`a wash lies between the colour and the page's ground, dark: ${dark}`, () => {
    const ground = toLab(dark ? "#14171a" : "#ffffff")[0];
    const [pale, full] = [lightness(wash(colours, dark)), lightness(colours)];
    pale.forEach((value, i) => assert.ok(Math.abs(value - ground) <= Math.abs(full[i] - ground) + 0.002));
  });
}

test("every third of a byte survives OKLab and back", () => {
  for (let r = 0; r < 256; r += 51) {
    for (let g = 0; g < 256; g += 51) {
      for (let b = 0; b < 256; b += 51) assert.deepEqual(toRgb(toLab(hex(r | (g << 8) | (b << 16)))), [r, g, b]);
    }
  }
});

test("OKLab is Björn Ottosson's: white, and the three primaries of his table", () => {
  const known = { "#ffffff": [1, 0, 0], "#ff0000": [0.628, 0.225, 0.126], "#00ff00": [0.866, -0.234, 0.179], "#0000ff": [0.452, -0.032, -0.312] };
  for (const [colour, lab] of Object.entries(known)) toLab(colour).forEach((value, k) => assert.ok(Math.abs(value - lab[k]) < 0.001));
});

test("values beyond one have the colours of the ends", () => {
  const colours = table(false);
  assert.equal(css(colours, 7), css(colours, 1));
  assert.equal(css(colours, -7), "rgb(245 147 34)");
});
