// Where the network stands, and what lies under the pointer.

import assert from "node:assert/strict";
import test from "node:test";

import { UNIT, WORDS, along, callouts, layout, lines, stroke, under } from "../../etude/web/static/layout.js";

const SHAPES = [[], [1], [4, 2], [8, 8, 8, 8, 8, 8]];

/** All layers of a network that is told the first two of seven features. @param {number} width @param {number[]} shape */
function network(width, shape) {
  const plan = layout(width, 7, shape);
  return [plan.features.slice(0, 2), ...plan.hidden, [plan.answer]];
}

test("units never touch one another and stay inside", () => {
  for (const shape of SHAPES) {
    const plan = layout(640, 7, shape);
    const units = [...plan.features, ...plan.hidden.flat()];
    for (const [i, a] of units.entries()) {
      assert.ok(a.x >= UNIT / 2 && a.x <= 640 - UNIT / 2 && a.y >= UNIT / 2 && a.y <= plan.height - UNIT / 2);
      for (const b of units.slice(i + 1)) assert.ok(Math.abs(a.x - b.x) > UNIT || Math.abs(a.y - b.y) > UNIT);
    }
  }
});

test("there is one line for each weight, in the order of the frames", () => {
  for (const shape of SHAPES) {
    const sizes = [2, ...shape, 1];
    const found = [...lines(network(640, shape))];
    const wanted = sizes.slice(1).flatMap((units, layer) =>
      Array.from({ length: units * sizes[layer] }, (_, i) => [layer, Math.floor(i / sizes[layer]), i % sizes[layer]]));
    assert.deepEqual(found.map(({ layer, unit, source }) => [layer, unit, source]), wanted);
    assert.deepEqual(found.map(({ number }) => number), found.map((_, i) => i));
  }
});

test("a line runs level from the right edge of its source to the left edge of its target", () => {
  const layers = network(640, [4, 2]);
  for (const line of lines(layers)) {
    const [source, target] = [layers[line.layer][line.source], layers[line.layer + 1][line.unit]];
    assert.deepEqual(along(line, 0), line.from);
    assert.equal(line.from.x, source.x + UNIT / 2);
    assert.equal(line.to.x, target.x - (line.layer === 2 ? 0 : UNIT / 2));
    assert.ok(Math.abs(line.to.y - target.y) <= UNIT / 2);
    const near = along(line, 0.001);
    assert.ok(Math.abs(near.y - line.from.y) < 0.001 * Math.abs(near.x - line.from.x) + 1e-3);
  }
});

test("the weight under the pointer is the nearest one, found by looking everywhere", () => {
  const layers = network(640, [4, 2]);
  const all = [...lines(layers)];
  const places = all.flatMap((line) => Array.from({ length: 400 }, (_, i) => ({ line, ...along(line, i / 399) })));
  let seen = 0;
  for (let x = 100; x < 640; x += 13) {
    for (let y = 60; y < 420; y += 7) {
      const distances = new Map();
      for (const place of places) distances.set(place.line, Math.min(distances.get(place.line) ?? Infinity, Math.hypot(place.x - x, place.y - y)));
      const found = under(layers, x, y);
      const least = Math.min(...distances.values());
      if (found === null) assert.ok(least > 7.5, "a line that the pointer touches was missed");
      else {
        seen++;
        const line = all.find((each) => each.layer === found.layer && each.unit === found.unit && each.source === found.source);
        assert.ok(Math.abs(Math.hypot(found.at.x - x, found.at.y - y) - distances.get(line)) < 0.5);
        assert.ok(distances.get(line) <= Math.min(8.5, least + 0.5));
      }
    }
  }
  assert.ok(seen > 50);
});

test("call-outs cover no hidden unit and not one another, and point at what they speak of", () => {
  for (const width of [520, 680, 1100]) {
    for (const shape of [...SHAPES, [2], [1, 8], [8, 1], [3, 3, 3, 3]]) {
      const plan = layout(width, 7, shape);
      const layers = [plan.features.slice(0, 2), ...plan.hidden, [plan.answer]];
      const { unit, weight } = callouts(plan, layers[layers.length - 2]);
      const words = unit === null ? [weight] : [unit, weight];
      for (const { left, top } of words) {
        assert.ok(left >= 0 && left + WORDS.width <= width);
        for (const { x, y } of plan.hidden.flat()) {
          const [across, down] = [x + UNIT / 2 > left && x - UNIT / 2 < left + WORDS.width, y + UNIT / 2 > top && y - UNIT / 2 < top + WORDS.height];
          assert.ok(!(across && down), `${width} ${shape}`);
        }
      }
      if (unit !== null) {
        const apart = Math.abs(unit.left - weight.left) >= WORDS.width || Math.abs(unit.top - weight.top) >= WORDS.height;
        assert.ok(apart, `${width} ${shape}`);
        const lowest = /** @type {{x: number, y: number}} */ (plan.hidden[0].at(-1));
        assert.deepEqual(unit.to, { x: lowest.x, y: lowest.y + UNIT / 2 + 4 });
      }
      assert.equal(under(layers, weight.to.x, weight.to.y - 8)?.layer, shape.length);
    }
  }
});

test("strokes grow from 1 to 10 pixels, and are dashed below zero", () => {
  assert.deepEqual([0, 2.5, -2.5, 5, -5, 80].map((weight) => stroke(weight).width), [1, 5.5, 5.5, 10, 10, 10]);
  assert.notDeepEqual(stroke(-1).dash, stroke(1).dash);
});
