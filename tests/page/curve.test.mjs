// A curve that is narrower than its values loses no peak.

import assert from "node:assert/strict";
import test from "node:test";

import { columnsOf } from "../../etude/web/static/curve.js";

/** Numbers from 0 to 1 that are the same every time (mulberry32). @param {number} seed */
function chance(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("least, greatest, first and last are kept, whatever the series", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = chance(seed);
    const [count, width] = [1 + Math.floor(random() * 2000), 1 + Math.floor(random() * 300)];
    const values = Array.from({ length: count }, () => random() ** 8 * 100 - 3);
    const columns = columnsOf(values, width);
    assert.equal(columns.length, Math.min(count, width));
    assert.ok(columns.every(([low, high]) => low <= high));
    assert.equal(Math.min(...columns.map(([low]) => low)), Math.min(...values));
    assert.equal(Math.max(...columns.map(([, high]) => high)), Math.max(...values));
    const [first, last] = [columns[0], /** @type {[number, number]} */ (columns.at(-1))];
    assert.ok(first[0] <= values[0] && values[0] <= first[1]);
    assert.ok(last[0] <= values[count - 1] && values[count - 1] <= last[1]);
  }
});

test("every value belongs to one column", () => {
  for (const [count, width] of [[7, 3], [1000, 320], [321, 320]]) {
    const columns = columnsOf(Array.from({ length: count }, (_, i) => i), width);
    columns.slice(1).forEach(([low], i) => assert.equal(low, columns[i][1] + 1));
    assert.deepEqual([columns[0][0], columns.at(-1)?.[1]], [0, count - 1]);
  }
});

test("where there is room, each value has its own column", () => {
  assert.deepEqual(columnsOf([3, 1, 2], 100), [[3, 3], [1, 1], [2, 2]]);
  assert.deepEqual(columnsOf([], 100), []);
});
