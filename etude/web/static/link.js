// The socket: says what is wished, asks for frames at the pace at which they are drawn.

import { decode } from "./frame.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./frame.js").Described} Described */
/**
 * What etude/playground/lesson.py says of a lesson.
 * @typedef {{
 *   problem: "classification" | "regression" | "generate", dataset: string, reg_dataset: string, features: string[], shape: number[], generator: number[],
 *   activation: string, rate: number, penalty: string, strength: number, noise: number, batch: number, training: number,
 *   seed: string, zero: boolean, loss: string, optimizer: string, schedule: string, span: number, start: string,
 *   dropout: number, decay: number, classes: number, own: [number, number, number][],
 * }} Lesson
 */
/** @typedef {{show_test_data: boolean, discretize: boolean, hide_text: boolean, hidden: string[], goal: Goal | null}} View */
/** @typedef {{loss: number | null, accuracy: number | null, units: number | null, epochs: number | null}} Goal */
/** @typedef {{answer: Uint8Array, units: Uint8Array, weights: Float32Array, biases: Float32Array, accuracy: Float32Array, loss: Float32Array, place: Float32Array, rate: Float32Array, losses: Float32Array, classes?: Uint8Array, mistakes?: Float32Array, before?: Float32Array, made?: Float32Array, pushes?: Float32Array, steps?: Float32Array, distance?: Float32Array}} Live */
/** @typedef {{address: string, lesson: Lesson, view: View, epoch_steps: number, outputs: number, losses: string[], by_autograd: boolean, pair: import("./pair.js").Told | null}} About a lesson in words */
/** @typedef {{train: Float32Array, test: Float32Array}} Points x, y and label of each point, one after the other */
/**
 * @typedef {{t: "lesson", playing: boolean} & About | {t: "tuned"} & About | {t: "side"} & About
 *   | {t: "program", text: string}
 *   | {t: "goal", missing: string[], epoch: number}
 *   | {t: "table", said: string[], written: boolean}
 *   | {t: "done", id: number | null, step: number, playing: boolean}
 *   | {t: "stopped", why: string}
 *   | {t: "error", message: string}
 *   | import("./trace.js").Told} Said
 */

/** kind of the frames that hold the points */
export const POINTS = 2;
/** kind of the frames of the right side of a pair; each comes before that of the left side */
export const RIGHT = 3;

/** milliseconds before each new try; the last one again and again */
const PAUSES = [500, 1000, 2000, 4000, 8000];

export class Link {
  /** @param {{opened: () => void, message: (said: Said) => void, frame: (frame: Frame) => void, lost: () => void}} to */
  constructor(to) {
    this.to = to;
    this.tries = 0;
    /** @type {Map<number, Described[]>} */
    this.schemas = new Map();
    this.asked = false;
    this.socket = this.connect();
  }

  /** A socket; when it is lost another one is tried, after longer and longer pauses. @returns {WebSocket} */
  connect() {
    const socket = new WebSocket(`ws://${location.host}/live`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.to.opened();
    socket.onmessage = (event) => this.hear(event.data);
    socket.onclose = () => {
      this.to.lost();
      setTimeout(() => {
        this.asked = false;
        this.socket = this.connect();
      }, PAUSES[Math.min(this.tries++, PAUSES.length - 1)]);
    };
    return socket;
  }

  /** @param {string | ArrayBuffer} data */
  hear(data) {
    this.tries = 0;
    if (typeof data !== "string") {
      const frame = decode(data, this.schemas);
      if (frame.kind === 1) this.asked = false;
      this.to.frame(frame);
      return;
    }
    /** @type {Said | {t: "schema", kind: number, arrays: Described[]}} */
    const said = JSON.parse(data);
    if (said.t === "schema") this.schemas.set(said.kind, said.arrays);
    else this.to.message(said);
  }

  /** @param {Record<string, unknown>} message */
  say(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** One more frame, unless one is on its way. */
  ask() {
    if (this.asked) return;
    this.asked = true;
    this.say({ t: "frame" });
  }
}
