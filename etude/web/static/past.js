// The past of a lesson: a slider over the epochs that were seen, a step back, and how long a step forward is.

import { el, write } from "./page.js";
import { SIDE } from "./worlds.js";

/** @typedef {import("./link.js").Live} Live */

export class Past {
  /** @param {(message: Record<string, unknown>) => void} say */
  constructor(say) {
    this.say = say;
    this.epoch = 0;
    /** an epoch that is being gone to, and the one wished for meanwhile */
    this.going = false;
    /** @type {number | null} */
    this.wished = null;
    this.slider = el("past", HTMLInputElement);
    this.slider.oninput = () => this.go(Number(this.slider.value));
    el("backButton").onclick = () => this.back();
  }

  /** Step forward, as far as the menu says. */
  step() {
    this.say({ t: el("grain", HTMLSelectElement).value });
  }

  /** To the beginning of this epoch, or of the one before. */
  back() {
    this.go(el("update-said").textContent ? this.epoch : Math.max(0, this.epoch - 1));
  }

  /** @param {number} epoch */
  go(epoch) {
    this.wished = epoch;
    if (this.going) return;
    this.going = true;
    this.wished = null;
    this.say({ t: "rewind", epoch });
  }

  /** The answer has come, and with it the next wish its turn. */
  arrived() {
    if (!this.going) return;
    this.going = false;
    if (this.wished !== null) this.go(this.wished);
  }

  /** @param {Live} live @param {number} seen the latest epoch that can be gone to @param {number} steps updates of an epoch @param {Float32Array} points that are learnt from @param {boolean} playing */
  show(live, seen, steps, points, playing) {
    const [epoch, , update, looked] = live.place;
    this.epoch = epoch;
    this.slider.max = String(seen);
    if (!this.going) this.slider.value = String(epoch);
    this.slider.disabled = seen === 0;
    this.slider.setAttribute("aria-valuetext", `Epoch ${epoch} of ${seen}`);
    el("backButton", HTMLButtonElement).disabled = epoch === 0 && update === 0;
    write("update-said", !playing && (update || looked >= 0) ? `update ${update} of ${steps}` : "");
    const ring = el("looked");
    ring.hidden = looked < 0;
    if (looked >= 0) Object.assign(ring.style, { left: `${((points[3 * looked] + SIDE) / (2 * SIDE)) * 100}%`, top: `${((SIDE - points[3 * looked + 1]) / (2 * SIDE)) * 100}%` });
  }
}
