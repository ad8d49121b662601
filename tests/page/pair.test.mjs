// A change on one side of a pair changes nothing of the other; what differs is said in words.

import assert from "node:assert/strict";
import test from "node:test";

import { parse } from "../../etude/web/static/address.js";
import { spread } from "../../etude/web/static/curve.js";
import { changedOn, differences } from "../../etude/web/static/pair.js";

const SIDED = ["activation", "learningRate", "optimizer"];
const ADDRESS = "dataset=xor&activation=tanh&learningRate=0.03&other=activation%3Drelu";

/** What an address says of both sides. @param {string} text */
function sides(text) {
  const { other, ...left } = Object.fromEntries(parse(text));
  return [left, { ...left, ...Object.fromEntries(parse(other)) }];
}

test("a setting of one side is changed there alone", () => {
  for (const edited of [0, 1]) {
    for (const [key, value] of [["activation", "sine"], ["learningRate", "3"], ["optimizer", "adam"]]) {
      const [before, after] = [sides(ADDRESS), sides(changedOn(ADDRESS, { [key]: value }, { edited, sided: SIDED }))];
      assert.equal(after[edited][key], value);
      for (const name of [...SIDED, "dataset"]) {
        assert.equal(after[1 - edited][name] || undefined, before[1 - edited][name], `${name} after ${key} on side ${edited}`);
        if (name !== key) assert.equal(after[edited][name], before[edited][name]);
      }
    }
  }
});

test("data are changed for both, and one alone is changed as ever", () => {
  const after = sides(changedOn(ADDRESS, { dataset: "spiral" }, { edited: 1, sided: SIDED }));
  assert.deepEqual(after.map(({ dataset, activation }) => [dataset, activation]), [["spiral", "tanh"], ["spiral", "relu"]]);
  assert.equal(changedOn("activation=tanh", { activation: "relu" }, null), "activation=relu");
});

test("only differences are said", () => {
  const lesson = {
    ...{ problem: /** @type {const} */ ("classification"), dataset: "xor", reg_dataset: "", features: ["x", "y"], shape: [4, 2], activation: "tanh", rate: 0.03 },
    ...{ penalty: "none", strength: 0, noise: 0, batch: 10, training: 50, seed: "1", zero: false, loss: "mse", optimizer: "sgd", schedule: "constant", span: 300 },
    ...{ start: "uniform", dropout: 0, decay: 0, classes: 3, own: [] },
  };
  /** @param {string} _ @param {string} value */
  const word = (_, value) => value.toUpperCase();
  assert.deepEqual(differences([lesson, lesson], word), ["the same settings", "the same settings"]);
  assert.deepEqual(differences([lesson, { ...lesson, strength: 0.1 }], word), ["the same settings", "the same settings"]); // no penalty has no strength
  const other = { ...lesson, activation: "relu", shape: [], penalty: "L2", strength: 0.01, features: ["x", "xTimesY"] };
  assert.deepEqual(differences([lesson, other], word), ["TANH, hidden units 4, 2, features X₁, X₂, no regularization", "RELU, no hidden layer, features X₁, X₁X₂, L2 0.01"]);
});

test("labels keep their order, stay inside, and do not cover one another", () => {
  for (const wanted of [[50, 52], [52, 50], [-5, 0], [100, 100], [3, 97], [NaN, 4]]) {
    const [a, b] = spread(wanted, 13, [7, 93]);
    assert.ok(Math.abs(a - b) >= 13 && Math.min(a, b) >= 7 && Math.max(a, b) <= 93, `${wanted} -> ${a}, ${b}`);
    if (wanted[0] < wanted[1]) assert.ok(a < b);
  }
  assert.deepEqual(spread([20, 60], 13, [7, 93]), [20, 60]);
});
