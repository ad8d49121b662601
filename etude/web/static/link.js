// The socket: says what is wished, asks for frames at the pace at which they are drawn.

import { decode } from "./frame.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./frame.js").Described} Described */

export class Link {
  /** @param {{message: (said: any) => void, frame: (frame: Frame) => void, lost: () => void}} to */
  constructor(to) {
    this.to = to;
    /** @type {Map<number, Described[]>} */
    this.schemas = new Map();
    this.asked = false;
    this.socket = new WebSocket(`ws://${location.host}/live`);
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = (event) => this.hear(event.data);
    this.socket.onclose = () => to.lost();
    this.opened = new Promise((done) => (this.socket.onopen = () => done(undefined)));
  }

  /** @param {string | ArrayBuffer} data */
  hear(data) {
    if (typeof data !== "string") {
      const frame = decode(data, this.schemas);
      if (frame.kind === 1) this.asked = false;
      this.to.frame(frame);
      return;
    }
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
