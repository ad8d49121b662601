// Frames that etude/web/frame.py wrote are read to the last bit; tests/test_page_modules.py writes frames.json.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { decode } from "../../etude/web/static/frame.js";

/** @typedef {import("../../etude/web/static/frame.js").Described} Described */
/** @typedef {{kind: number, number: number, step: number, time: number, arrays: Described[], values: Record<string, number[]>, bytes: string}} Golden */

/** @type {Golden[]} */
const golden = JSON.parse(readFileSync(new URL("frames.json", import.meta.url), "utf8"));
const schemas = new Map(golden.map(({ kind, arrays }) => [kind, arrays]));

/** @param {Golden} frame @returns {ArrayBuffer} */
const bufferOf = ({ bytes }) => Uint8Array.from(Buffer.from(bytes, "base64")).buffer;

for (const frame of golden) {
  test(`frame of kind ${frame.kind}`, () => {
    const found = decode(bufferOf(frame), schemas);
    const { kind, number, step, time } = frame;
    assert.deepEqual({ kind: found.kind, number: found.number, step: found.step, time: found.time }, { kind, number, step, time });
    assert.deepEqual(Object.keys(found.arrays), frame.arrays.map(({ name }) => name));
    for (const { name, type } of frame.arrays) {
      assert.equal(found.arrays[name].constructor, { u8: Uint8Array, f32: Float32Array }[type]);
      assert.deepEqual([...found.arrays[name]], frame.values[name]);
    }
  });
}

test("arrays are looked at where they lie, not copied", () => {
  const buffer = bufferOf(golden[0]);
  for (const array of Object.values(decode(buffer, schemas).arrays)) assert.equal(array.buffer, buffer);
});

test("what is no frame is refused, and so is a frame that was not described", () => {
  assert.throws(() => decode(new ArrayBuffer(8), schemas), /no frame/);
  assert.throws(() => decode(new ArrayBuffer(64), schemas), /no frame/);
  assert.throws(() => decode(bufferOf(golden[0]), new Map()), /not described/);
});
