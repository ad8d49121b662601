// What chance makes of a few pictures before they are learnt from, as strongly as somebody wants to see it.

import { Cards } from "./cards.js";
import { drawn, told } from "./wire.js";

export class Strengths {
  /** @param {HTMLElement} controls @param {HTMLElement} box */
  constructor(controls, box) {
    this.controls = controls;
    this.cards = new Cards(box);
    this.run = "";
    this.draw = 0;
    this.turn = 0;
  }

  /** Nothing, for another run. */
  hide() {
    this.run = "";
    this.turn++;
    this.controls.hidden = true;
    this.cards.show({});
  }

  /** A range for each number of the recipe; nothing where it has none. @param {string} run */
  async show(run) {
    this.run = run;
    const found = /** @type {Record<string, {now: number, most: number}>} */ (await told("strengths", { run }));
    if (run !== this.run) return;
    this.controls.hidden = !Object.keys(found).length;
    if (this.controls.hidden) return;
    const again = Object.assign(document.createElement("button"), { textContent: "Other draws" });
    again.onclick = () => { this.draw++; this.look(); };
    this.controls.replaceChildren(...Object.entries(found).map(([name, { now, most }]) => this.range(name, now, most)), again, "This changes the preview only.");
    await this.look();
  }

  /** @param {string} name @param {number} now @param {number} most @returns {HTMLElement} */
  range(name, now, most) {
    const label = Object.assign(document.createElement("label"), { textContent: name.replaceAll("_", " ") });
    const value = Object.assign(document.createElement("output"), { textContent: String(now) });
    const input = Object.assign(document.createElement("input"), { type: "range", name, min: "0", max: String(Math.max(most, now)), value: String(now) });
    input.oninput = () => { value.textContent = input.value; this.look(); };
    label.append(input, value);
    return label;
  }

  async look() {
    const turn = ++this.turn;
    const wanted = [...this.controls.querySelectorAll("input")].map((each) => [each.name, each.value]);
    const figures = await drawn("augmented", { run: this.run, ...Object.fromEntries(wanted), draw: String(this.draw) });
    if (turn === this.turn) this.cards.show(figures);
  }
}
