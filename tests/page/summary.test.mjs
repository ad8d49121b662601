// Words for the drawings.

import assert from "node:assert/strict";
import test from "node:test";

import { answerInWords, lossesInWords } from "../../etude/web/static/summary.js";

test("losses are told from the first to the last", () => {
  const words = lossesInWords({ epoch: 2, train: [0.5, 0.6, 0.25], test: [0.75, 0.5, 0.125] });
  assert.equal(words, "Losses over 2 epochs: on test points from 0.750 to 0.125, on training points from 0.500 to 0.250.");
  assert.equal(lossesInWords({ epoch: 0, train: [], test: [] }), "No losses yet.");
});

test("points on the wrong side are counted where they lie", () => {
  const right = Uint8Array.from({ length: 10000 }, (_, i) => (i % 100 >= 50 ? 255 : 0)); // blue where x > 0
  const points = Float32Array.from([3, 5.9, 1, -3, -5.9, -1, 0.2, 0, -1, -6, 6, 1, 9, 0, 1]);
  assert.equal(answerInWords(right, points, 6), "Blue, above the middle, on 50 % of the plane; orange on the rest. 2 of 5 test points lie on the wrong side.");
});
