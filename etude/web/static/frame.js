// Arrays as they come over the socket: see etude/web/frame.py.

/** @typedef {{name: string, type: 'u8' | 'f32', shape: number[]}} Described */
/** @typedef {{kind: number, number: number, step: number, time: number, arrays: Record<string, Uint8Array | Float32Array>}} Frame */

const HEADER = 32;
const TYPES = { u8: Uint8Array, f32: Float32Array };

/**
 * One frame; the last array takes what is left.
 * @param {ArrayBuffer} buffer
 * @param {Map<number, Described[]>} schemas kind of frame -> its arrays
 * @returns {Frame}
 */
export function decode(buffer, schemas) {
  const view = new DataView(buffer);
  if (buffer.byteLength < HEADER || view.getUint16(0) !== 0x4752) throw new Error("this is no frame");
  const kind = view.getUint16(4, true);
  const described = schemas.get(kind);
  if (described === undefined) throw new Error(`frames of kind ${kind} were not described`);
  const end = HEADER + view.getUint32(12, true);
  /** @type {Record<string, Uint8Array | Float32Array>} */
  const arrays = {};
  let at = HEADER;
  described.forEach(({ name, type, shape }, place) => {
    const Type = TYPES[type];
    const last = place === described.length - 1;
    const length = last ? (end - at) / Type.BYTES_PER_ELEMENT : shape.reduce((a, b) => a * b, 1);
    arrays[name] = new Type(buffer, at, length);
    at += Math.ceil((length * Type.BYTES_PER_ELEMENT) / 8) * 8;
  });
  return { kind, number: view.getUint32(8, true), step: view.getFloat64(16, true), time: view.getFloat64(24, true), arrays };
}
