// The data that a network learns from: how they are spread, copies between their parts, what chance makes of them.

import { Cards } from "./cards.js";
import { Strengths } from "./strengths.js";
import { drawn, shortly } from "./wire.js";

const NOTHING = "This run learns from no examples that could be drawn here.";

export class Data {
  /** @param {HTMLDetailsElement} box @param {{pool: HTMLElement, hint: HTMLElement, controls: HTMLElement, augmented: HTMLElement}} parts */
  constructor(box, { pool, hint, controls, augmented }) {
    this.box = box;
    this.hint = hint;
    this.pool = new Cards(pool);
    this.strengths = new Strengths(controls, augmented);
    this.run = "";
    this.asked = 0;
    this.known = false;
  }

  /** Another run, whose data are not read before somebody opens the box. @param {string} run */
  show(run) {
    this.run = run;
    this.known = false;
    this.box.open = false;
    this.pool.show({});
    this.strengths.hide();
    this.hint.textContent = "";
  }

  /** The data of the training of now once, and its latest batch again and again. */
  async follow() {
    const [run, first] = [this.run, !this.known];
    if (first) this.study();
    this.put(run, await drawn("live/batch", { now: String(first) }));
  }

  /** The data, which are read once more of a run that is over. */
  async study() {
    if (this.known) return;
    this.known = true;
    const run = this.run;
    const done = await shortly(this.hint, "", () => this.look(), () => run === this.run);
    if (run !== this.run) return;
    this.known = done;
    if (done && !this.pool.cards.size) this.hint.textContent = NOTHING;
    this.asked++;
  }

  /** Near copies may come later than the rest. */
  async look() {
    const run = this.run;
    this.put(run, await drawn("data", { run }));
    await Promise.all([this.strengths.show(run), drawn("copies", { run }).then((figures) => this.put(run, figures))]);
  }

  /** @param {string} run of which they are @param {Record<string, import("./figures.js").Figure>} figures */
  put(run, figures) {
    if (run === this.run) for (const [name, figure] of Object.entries(figures)) this.pool.put(name, figure);
  }

  /** @returns {Cards[]} */
  cards() {
    return [this.pool, this.strengths.cards];
  }
}
