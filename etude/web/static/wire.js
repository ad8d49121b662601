// What the server answers: JSON, or figures as JSON with their numbers behind it (etude/web/wire.py).

/** @typedef {import("./figures.js").Figure} Figure */

const TYPES = { u8: Uint8Array, f32: Float32Array, i32: Int32Array };

/** @param {ArrayBuffer} buffer @returns {Record<string, Figure>} figures by name */
export function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const start = Math.ceil((4 + length) / 8) * 8;
  /** @param {string} _ @param {any} value */
  const revive = (_, value) => {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, "at")) return value;
    const Type = TYPES[/** @type {keyof typeof TYPES} */ (value.type)];
    const size = value.shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
    return { data: new Type(buffer, start + value.at, size), shape: value.shape };
  };
  return JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)), revive);
}

/** What went wrong, in the words of the server. */
export class Refused extends Error {}

/** @param {string} path @param {Record<string, string>} query @returns {string} */
const address = (path, query) => `/api/${path}?${new URLSearchParams(query)}`;

/** @param {Response} response @returns {Promise<Response>} */
async function granted(response) {
  if (response.ok) return response;
  const text = await response.text();
  throw new Refused(text.startsWith("{") ? JSON.parse(text).message : text);
}

/** @param {string} path @param {Record<string, string>} query @returns {Promise<any>} */
export async function told(path, query = {}) {
  return (await granted(await fetch(address(path, query)))).json();
}

/** @param {string} path @param {Record<string, string>} query @returns {Promise<Record<string, Figure>>} */
export async function drawn(path, query = {}) {
  return unpack(await (await granted(await fetch(address(path, query)))).arrayBuffer());
}

/** Have the training do something. @param {string} act @param {Record<string, unknown>} said @returns {Promise<any>} its state */
export async function wished(act, said = {}) {
  const body = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(said) };
  return (await granted(await fetch(`/api/live/${act}`, body))).json();
}

/** Send something; figures and facts come back. @param {string} path @param {Record<string, string>} query @param {Blob} body @returns {Promise<Record<string, any>>} */
export async function sent(path, query, body) {
  return unpack(await (await granted(await fetch(address(path, query), { method: "POST", body }))).arrayBuffer());
}

/**
 * Do what may take a while: that it is waited for, and what went wrong, is said as long as somebody still wants it.
 * @param {HTMLElement} hint @param {string} words said when it is done @param {() => Promise<void>} act @param {() => boolean} wanted
 * @returns {Promise<boolean>} whether it was done
 */
export async function shortly(hint, words, act, wanted) {
  hint.textContent = "Reading the data…";
  const error = await act().then(() => null, (/** @type {Error} */ found) => found);
  if (wanted()) hint.textContent = error === null ? words : error instanceof Refused ? error.message : "etude does not answer.";
  return error === null;
}
