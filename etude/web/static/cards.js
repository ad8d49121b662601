// Figures side by side, each on a card that is drawn again when there is a newer one.

import { draw, short } from "./figures.js";

/** @typedef {import("./figures.js").Figure} Figure */

const REMEMBERED = 6;

export class Cards {
  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
    /** @type {Map<string, {card: HTMLElement, seen: Figure[]}>} the latest first */
    this.cards = new Map();
    new ResizeObserver(() => this.redraw()).observe(box);
  }

  /** Exactly these. @param {Record<string, Figure>} figures */
  show(figures) {
    for (const [name, { card }] of this.cards) {
      if (name in figures) continue;
      card.remove();
      this.cards.delete(name);
    }
    for (const [name, figure] of Object.entries(figures)) this.put(name, figure);
  }

  /** One more, or a newer one of the same name. @param {string} name @param {Figure} figure */
  put(name, figure) {
    let known = this.cards.get(name);
    if (known === undefined) {
      known = { card: this.build(), seen: [] };
      this.cards.set(name, known);
    }
    known.seen = [figure, ...known.seen].slice(0, REMEMBERED);
    known.card.classList.toggle("wide", figure.figure === "Text" || (figure.figure === "Images" && figure.captions.length > 24));
    const title = /** @type {HTMLElement} */ (known.card.querySelector("figcaption"));
    if (title.textContent !== figure.title) title.textContent = figure.title;
    draw(/** @type {HTMLElement} */ (known.card.querySelector(".drawing")), figure, known.seen.slice(1));
  }

  /** @returns {HTMLElement} */
  build() {
    const card = document.createElement("figure");
    card.className = "card";
    card.append(document.createElement("figcaption"), Object.assign(document.createElement("div"), { className: "drawing" }));
    this.box.append(card);
    return card;
  }

  /** The size or the theme has changed. */
  redraw() {
    for (const { card, seen } of this.cards.values()) draw(/** @type {HTMLElement} */ (card.querySelector(".drawing")), seen[0], seen.slice(1));
  }
}

/** A table of names and values. @param {HTMLElement} box @param {string[]} heads @param {[string, unknown[]][]} rows */
export function table(box, heads, rows) {
  const made = document.createElement("table");
  const head = made.createTHead().insertRow();
  for (const each of heads) head.append(Object.assign(document.createElement("th"), { textContent: each, scope: "col" }));
  const body = made.createTBody();
  for (const [name, values] of rows) {
    const row = body.insertRow();
    row.append(Object.assign(document.createElement("th"), { textContent: name, scope: "row" }));
    for (const value of values) row.insertCell().textContent = words(value);
  }
  box.replaceChildren(made);
}

/** @param {unknown} value @returns {string} */
function words(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return short(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}
