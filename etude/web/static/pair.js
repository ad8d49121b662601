// What is on stage: one lesson, or two of them side by side on the same points, and which of them the controls change.

import { changed, parse, write } from "./address.js";
import { colourOf } from "./classes.js";
import { GENERATE, NO_IDEA } from "./gan.js";
import { LOSSES, share } from "./more.js";
import { el, roam, within, write as put } from "./page.js";
import { FEATURES } from "./worlds.js";

/** @typedef {import("./link.js").Lesson} Lesson */
/** @typedef {import("./link.js").Live} Live */
/** @typedef {{edited: number, lessons: Lesson[], sided: string[]}} Told what etude/web/pair.py says of a pair */
/** @typedef {{train: number[], test: number[]}} Losses */
/** @typedef {{name: string, prefix: string, live: Live | null, losses: Losses, answer: HTMLCanvasElement, points: HTMLCanvasElement, made: HTMLCanvasElement}} Side */
/** @typedef {(menu: string, value: string) => string} Word what a menu calls a value */

const SAME = "the same settings";

/** What there is to say of a lesson, setting by setting. @type {((lesson: Lesson, word: Word) => string)[]} */
const PHRASES = [
  ({ activation }, word) => word("activation", activation),
  ({ shape }) => (shape.length ? `hidden units ${shape.join(", ")}` : "no hidden layer"),
  ({ problem, generator }) => (problem === GENERATE ? `generator ${generator.join(", ") || "without hidden layer"}` : ""),
  ({ features }) => `features ${features.map((name) => FEATURES[name]?.label ?? name).join(", ")}`,
  ({ optimizer }, word) => word("optimizer", optimizer),
  ({ rate }) => `learning rate ${rate}`,
  ({ penalty, strength }) => (penalty === "none" ? "no regularization" : `${penalty} ${strength}`),
  ({ dropout }) => (dropout ? `dropout ${Math.round(100 * dropout)} %` : "no dropout"),
  ({ decay }) => (decay ? `weight decay ${decay}` : "no weight decay"),
  ({ loss }) => LOSSES[loss],
  ({ schedule, span }, word) => (schedule === "constant" ? "constant rate" : `${word("schedule", schedule)} over ${span} epochs`),
  ({ start, zero }, word) => `first weights: ${word("init", zero ? "zero" : start)}`,
];

/** The settings in which two lessons differ, of each of them. @param {Lesson[]} lessons @param {Word} word @returns {string[]} */
export function differences([left, right], word) {
  const said = PHRASES.map((phrase) => [phrase(left, word), phrase(right, word)]).filter(([one, other]) => one !== other);
  return [0, 1].map((side) => said.map((each) => each[side]).join(", ") || SAME);
}

/**
 * The address after changes on one side of a pair: the other side stays as it was, except for what both have in common.
 * @param {string} text @param {Record<string, string>} changes @param {{edited: number, sided: string[]} | null} pair
 */
export function changedOn(text, changes, pair) {
  if (pair === null) return changed(text, changes);
  const values = parse(text);
  const right = parse(values.get("other") ?? "");
  for (const [key, value] of Object.entries(changes)) {
    const sided = pair.sided.includes(key);
    if (sided && pair.edited === 0 && !right.has(key)) right.set(key, values.get(key) ?? "");
    (sided && pair.edited === 1 ? right : values).set(key, value);
  }
  values.set("other", write(right));
  return write(values);
}

export class Pair {
  /** @param {(message: Record<string, unknown>) => void} say */
  constructor(say) {
    this.say = say;
    /** nothing where one lesson is alone @type {Told | null} */
    this.told = null;
    /** whether the lines are those of a critic and a generator */
    this.generates = false;
    /** @type {Side[]} */
    this.sides = [["Left", ""], ["Right", "other-"]].map(([name, prefix]) => ({
      name, prefix, live: null, losses: { train: [], test: [] }, answer: el(`${prefix}answer`, HTMLCanvasElement), points: el(`${prefix}points`, HTMLCanvasElement), made: el(`${prefix}made`, HTMLCanvasElement),
    }));
    /** in what each side differs from the other */
    this.words = ["", ""];
    el("compareButton").onclick = () => say({ t: "compare", on: this.told === null });
    el("pair-sides").onkeydown = roam;
    [...el("pair-sides").children].forEach((button, side) => (/** @type {HTMLElement} */ (button).onclick = () => this.edit(side)));
  }

  /** The side that the controls change. */
  get edited() {
    return this.told?.edited ?? 0;
  }

  /** @returns {Side} */
  get now() {
    return this.sides[this.edited];
  }

  /** What is on stage. @returns {Side[]} */
  get shown() {
    return this.told === null ? this.sides.slice(0, 1) : this.sides;
  }

  /** Have the controls change this side. @param {number} side */
  edit(side) {
    if (this.told !== null && side !== this.edited) this.say({ t: "side", side });
  }

  /** @param {string} address @param {Record<string, string>} changes */
  changed(address, changes) {
    return changedOn(address, changes, this.told);
  }

  /** Another lesson begins. */
  restart() {
    for (const side of this.sides) Object.assign(side, { live: null, losses: { train: [], test: [] } });
  }

  /** @param {number} k @param {Live} live */
  record(k, live) {
    const { losses } = this.sides[k];
    this.sides[k].live = live;
    for (let i = 0; i + 2 < live.losses.length; i += 3) {
      losses.train.length = losses.test.length = Math.min(losses.train.length, live.losses[i]); // another future than was drawn
      losses.train.push(live.losses[i + 1]);
      losses.test.push(live.losses[i + 2]);
    }
  }

  /** @param {import("./link.js").About} about @param {boolean} dark */
  show({ pair, lesson }, dark) {
    this.told = pair;
    this.generates = lesson.problem === GENERATE;
    const paired = pair !== null;
    document.body.classList.toggle("paired", paired);
    for (const id of ["pair", "right-side", "other-plot", "curve-said"]) el(id).hidden = !paired || (id === "curve-said" && this.generates);
    el("other-accuracies").hidden = lesson.problem !== "classification";
    el("compareButton").setAttribute("aria-pressed", String(paired));
    el("network").setAttribute("aria-label", `Network${paired ? ` of the ${this.now.name.toLowerCase()} side` : ""}: ${el("network").ariaLabel?.split(": ")[1]}`);
    if (pair === null) return;
    this.words = differences(pair.lessons, (menu, value) => [...el(menu, HTMLSelectElement).options].find((option) => option.value === value)?.text ?? value);
    this.sides.forEach(({ name }, side) => this.name(/** @type {HTMLElement} */ (el("pair-sides").children[side]), name, side));
    this.paint(dark);
  }

  /** Say a side's difference on its button and over its numbers. @param {HTMLElement} button @param {string} name @param {number} side */
  name(button, name, side) {
    const on = side === this.edited;
    button.setAttribute("aria-checked", String(on));
    button.tabIndex = on ? 0 : -1;
    if (on && el("pair-sides").contains(document.activeElement)) button.focus();
    within(button, ".words").textContent = this.words[side];
    within(el(`${name.toLowerCase()}-side`), ".words").textContent = this.words[side];
    el(`${name.toLowerCase()}-side`).classList.toggle("edited", on);
  }

  /** The colours of the curves. @param {boolean} dark */
  paint(dark) {
    this.sides.forEach((_, side) => document.querySelectorAll(`.side-${side}`).forEach((each) => (/** @type {HTMLElement} */ (each).style.color = colourOf(side, dark))));
  }

  /** Losses as lines: solid on the points that are learnt from, dotted on the others. @param {boolean} dark @returns {import("./curve.js").Curve[]} */
  lines(dark) {
    const ink = getComputedStyle(document.body);
    const [rest] = this.generates ? [{ values: this.now.losses.train.map(() => NO_IDEA), colour: ink.getPropertyValue("--muted"), dash: [1, 3], label: "" }] : [];
    const found = this.shown.flatMap(({ name, losses }, side) => {
      const [train, test] = this.told ? [colourOf(side, dark), colourOf(side, dark)] : [ink.getPropertyValue("--muted"), ink.color];
      return [
        { values: losses.test, colour: test, dash: this.generates ? [5, 3] : [2, 2], label: this.generates && !this.told ? "G" : "" },
        { values: losses.train, colour: train, dash: [], label: this.told ? name : this.generates ? "D" : "" },
      ];
    });
    return rest ? [...found, rest] : found;
  }

  /** How well each side does. */
  count() {
    for (const { prefix, live } of this.shown) {
      ["train", "test"].forEach((part, i) => {
        put(`${prefix}${part}-loss`, written(live?.loss[i]));
        put(`${prefix}${part}-accuracy`, share(live?.accuracy[i] ?? NaN));
      });
    }
  }

  /** The latest epoch that can be gone to: both have seen it. */
  get seen() {
    return Math.min(...this.shown.map(({ live }) => live?.place[1] ?? 0));
  }

  /** What is said of each side, as one text. @param {(side: Side) => string} words */
  inWords(words) {
    return this.shown.map((side, k) => (this.told ? `${side.name}, ${this.words[k]}: ${words(side)}` : words(side))).join(" ");
  }
}

/** A loss; there is none of no points. @param {number | undefined} value */
function written(value) {
  return value === undefined || Number.isNaN(value) ? "–" : value.toFixed(3);
}
