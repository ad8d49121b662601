// The card of a weight or a bias: what it is, beside the pointer or the line, and a field to change it.

import { el } from "./page.js";

/** @typedef {import("./layout.js").Spot} Spot */
/** @typedef {import("./layout.js").Place} Place */

/** how much + and - change a weight */
const NUDGE = 0.1;

export class Editor {
  /** @param {import("./network.js").Network} network @param {(spot: Spot, value: number) => void} change */
  constructor(network, change) {
    this.network = network;
    this.change = change;
    this.card = el("card");
    this.field = el("card-value", HTMLInputElement);
    /** @type {Spot | null} */
    this.spot = null;
    /** what has the focus again afterwards @type {HTMLElement | null} */
    this.back = null;
    this.field.onkeydown = (event) => this.key(event);
    this.field.onblur = () => this.hide();
  }

  get editing() {
    return document.activeElement === this.field;
  }

  /** Show a weight beside a place of the window, or nothing. @param {Spot | null} spot @param {Place} at */
  show(spot, at) {
    if (this.editing) return;
    this.spot = this.network.marked = spot;
    this.card.hidden = spot === null;
    Object.assign(this.card.style, { left: `${at.x + 12}px`, top: `${at.y + 12}px` });
    this.refresh();
  }

  /** Its value of now. */
  refresh() {
    if (this.spot === null || this.editing) return;
    el("card-text").textContent = `${this.spot.source === null ? "Bias" : "Weight"} is ${this.network.value(this.spot).toPrecision(2)}.`;
  }

  /** Write a new value. */
  edit() {
    if (this.spot === null) return;
    const focused = document.activeElement;
    this.back = focused instanceof HTMLElement ? focused : null;
    this.field.value = this.network.value(this.spot).toPrecision(3);
    this.field.setAttribute("aria-label", `New value of the ${this.network.nameOf(this.spot)}`);
    this.field.focus();
    this.field.select();
  }

  /** Say a weight aloud that was chosen with the keyboard. @param {Spot | null} spot */
  choose(spot) {
    const box = this.network.box.getBoundingClientRect();
    this.show(spot, { x: box.x + (spot?.at.x ?? 0), y: box.y + (spot?.at.y ?? 0) });
    if (spot !== null) el("said").textContent = `${this.network.nameOf(spot)}: ${this.network.value(spot).toPrecision(2)}`;
  }

  /** A little more, or less. @param {1 | -1} sign */
  nudge(sign) {
    if (this.spot === null) return;
    const value = this.network.value(this.spot) + sign * NUDGE;
    el("said").textContent = value.toPrecision(2);
    this.change(this.spot, value);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    event.stopPropagation();
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    const [spot, value] = [this.spot, this.field.valueAsNumber];
    if (event.key === "Enter" && spot !== null && Number.isFinite(value)) this.change(spot, value);
    this.hide();
    this.back?.focus();
  }

  hide() {
    this.spot = this.network.marked = null;
    this.card.hidden = true;
  }
}
