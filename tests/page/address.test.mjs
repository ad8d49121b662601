// Addresses of TensorFlow Playground, as people have shared them, survive the page.

import assert from "node:assert/strict";
import test from "node:test";

import { changed, parse, write } from "../../etude/web/static/address.js";

const REST = "x=true&y=true&xTimesY=false&xSquared=false&ySquared=false&cosX=false&sinX=false&cosY=false&sinY=false&collectStats=false";
const END = "problem=classification&initZero=false&hideText=false";
const SHARED = [
  `activation=tanh&batchSize=10&dataset=circle&regDataset=reg-plane&learningRate=0.03&regularizationRate=0&noise=0&networkShape=4,2&seed=0.66230&showTestData=false&discretize=false&percTrainData=50&${REST}&${END}`,
  `activation=tanh&batchSize=10&dataset=gauss&regDataset=reg-plane&learningRate=0.03&regularizationRate=0&noise=0&networkShape=&seed=0.19214&showTestData=false&discretize=false&percTrainData=50&${REST}&${END}`,
  `activation=relu&batchSize=1&dataset=gauss&regDataset=reg-plane&learningRate=0.00001&regularizationRate=0&noise=35&networkShape=&seed=0.17057&showTestData=false&discretize=true&percTrainData=50&${REST}&${END}`,
  `activation=relu&regularization=L1&batchSize=10&dataset=spiral&regDataset=reg-plane&learningRate=0.03&regularizationRate=0&noise=0&networkShape=4,2,2&seed=0.58835&showTestData=false&discretize=false&percTrainData=50&${REST}&${END}`,
];

test("a shared address is written as it was read, letter by letter", () => {
  for (const text of SHARED) assert.equal(write(parse(`#${text}`)), text);
});

test("one change changes one value and keeps the order", () => {
  for (const text of SHARED) {
    const after = changed(`#${text}`, { learningRate: "3" });
    assert.equal(after, text.replace(/learningRate=[^&]*/, "learningRate=3"));
    assert.equal(changed(after, { learningRate: /** @type {string} */ (parse(text).get("learningRate")) }), text);
  }
});

test("what is not there yet is added at the end", () => {
  assert.equal(changed("", { seed: "0.5" }), "seed=0.5");
  assert.equal(changed(SHARED[0], { playButton_hide: "true" }), `${SHARED[0]}&playButton_hide=true`);
});

test("any words survive", () => {
  const odd = new Map([["seed", "a b&c=d#e+f%2C,ü"], ["networkShape", "8,8"]]);
  assert.deepEqual(parse(write(odd)), odd);
});
