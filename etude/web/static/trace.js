// The trace: one point's way through the network and back, written out line by line.

import { operands, digits, isQuantity, named, number, span, symbol, write } from "./formula.js";
import { Spotlight } from "./spotlight.js";

/** @typedef {import("./formula.js").Quantity} Quantity */
/** @typedef {import("./formula.js").Formula} Formula */
/** @typedef {{kind: string, result: Quantity, formula: Formula}} Line */
/** @typedef {{t: "trace", point: number, points: number, place: number[], step: number, why: string, lines: Line[]}} Told */

const SIDE = 6;
/** significant digits, and those of a step, which often changes little */
const [USUAL, FINE] = [4, 6];
/** milliseconds between two looks while training goes on */
const PACE = 400;
/** What a part of the trace does, and the kinds of its lines. @type {Record<string, {title: string, kinds: string[], words: string}>} */
const PARTS = {
  forward: { title: "Forward", kinds: ["sum", "bend"], words: "Each unit adds what it is told, every number times its weight, and its bias: z. Its activation bends the sum: a." },
  loss: { title: "Loss", kinds: ["loss"], words: "How far the answer ŷ is from the label y, as one number." },
  backward: { title: "Backward", kinds: ["delta"], words: "δ is how fast the loss grows with z. It comes back from the layer above through the weights, times the slope of the unit’s own activation." },
  gradient: { title: "Gradient", kinds: ["gradient"], words: "How fast the loss grows with a weight: the δ of the unit that it leads to, times what comes in through it." },
  step: { title: "Step", kinds: ["step"], words: "Every weight goes against its gradient, as far as the learning rate η says." },
};

/** @param {string} id @returns {HTMLElement} */
const el = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

export class Trace {
  /** @param {import("./network.js").Network} network @param {{say: (message: Record<string, unknown>) => void}} link */
  constructor(network, link) {
    this.link = link;
    this.spotlight = new Spotlight(network);
    this.open = false;
    this.playing = false;
    this.asked = 0;
    /** the line that is being read */
    this.at = 0;
    /** @type {Told | null} */
    this.told = null;
    this.mark = span("mark");
    this.connect();
  }

  connect() {
    el("numbersButton").onclick = () => this.toggle();
    el("trace-close").onclick = () => this.toggle();
    el("trace-next").onclick = () => this.go(this.at + 1);
    el("trace-back").onclick = () => this.go(this.at - 1);
    el("trace-before").onclick = () => this.choose(-1);
    el("trace-after").onclick = () => this.choose(1);
    el("trace-learn").onclick = () => this.told && this.link.say({ t: "learn", point: this.told.point });
    el("trace-parts").replaceChildren(...Object.entries(PARTS).map(([name, { title }]) => this.chip(name, title)));
    el("trace").addEventListener("click", (event) => event.detail && el("trace-next").focus({ preventScroll: true })); // Space goes on after a click
    document.addEventListener("keydown", (event) => this.key(event), { capture: true });
    for (const plot of document.querySelectorAll(".plot")) plot.addEventListener("click", (event) => this.pick(plot, /** @type {MouseEvent} */ (event)));
  }

  /** @param {string} name @param {string} title */
  chip(name, title) {
    const button = document.createElement("button");
    button.textContent = title;
    button.dataset.part = name;
    button.onclick = () => this.go(this.lines.findIndex(({ kind }) => PARTS[name].kinds.includes(kind)));
    return button;
  }

  /** @returns {Line[]} */
  get lines() {
    return this.told?.lines ?? [];
  }

  /** Open or close; training pauses, so that the numbers stand still. */
  toggle() {
    this.open = !this.open;
    el("trace").hidden = !this.open;
    document.body.classList.toggle("tracing", this.open);
    el("numbersButton").setAttribute("aria-pressed", String(this.open));
    if (this.open) {
      this.at = 0;
      this.link.say({ t: "play", on: false }); // its answer asks for the numbers
      el("trace-next").focus({ preventScroll: true });
      showAbove(el("network"), el("trace"));
    } else {
      this.told = null;
      el("trace-lines").replaceChildren();
      this.spotlight.show(null);
      this.mark.remove();
      el("numbersButton").focus({ preventScroll: true });
    }
  }

  /** What the server says. @param {import("./link.js").Said} said */
  message(said) {
    if (said.t === "lesson") this.told = null;
    if (said.t === "done") this.playing = said.playing;
    if (said.t === "lesson" || said.t === "done") this.ask({ point: this.told?.point ?? 0 });
    if (said.t === "trace" && this.open) this.show(said);
  }

  /** The page has drawn a frame. */
  drawn() {
    if (!this.open) return;
    this.spotlight.again();
    if (this.playing && performance.now() - this.asked > PACE) this.ask({ point: this.told?.point ?? 0 });
  }

  /** @param {{point: number} | {at: number[]}} which */
  ask(which) {
    if (!this.open) return;
    this.asked = performance.now();
    this.link.say({ t: "trace", ...which });
  }

  /** The next point, or the one before. @param {number} change */
  choose(change) {
    this.ask({ point: (this.told?.point ?? 0) + change });
  }

  /** The point nearest to a place of the plot. @param {Element} plot @param {MouseEvent} event */
  pick(plot, event) {
    const box = plot.getBoundingClientRect();
    const [right, down] = [(event.clientX - box.x) / box.width, (event.clientY - box.y) / box.height];
    this.ask({ at: [(2 * right - 1) * SIDE, (1 - 2 * down) * SIDE] });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (/INPUT|SELECT/.test(target.tagName) || document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, () => void>} */
    const acts = {
      " ": () => this.go(this.at + 1), ArrowRight: () => this.go(this.at + 1), ArrowLeft: () => this.go(this.at - 1),
      ArrowUp: () => this.choose(-1), ArrowDown: () => this.choose(1),
      Home: () => this.go(0), End: () => this.go(this.lines.length - 1), Escape: () => this.toggle(),
    };
    const act = event.key === "n" ? () => this.toggle() : this.open ? acts[event.key] : undefined;
    if (!act || (event.key === " " && target.tagName === "BUTTON")) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** New numbers, at the line where one was. @param {Told} told */
  show(told) {
    this.told = told;
    const [x, y, label] = told.place;
    el("trace-point").textContent = `Point ${told.point + 1} of ${told.points}`;
    el("trace-place").textContent = `x₁ = ${digits(x)}, x₂ = ${digits(y)}, y = ${digits(label)}`;
    el("trace-why").textContent = told.why;
    el("trace-why").hidden = !told.why;
    Object.assign(this.mark.style, { left: `${(50 * (x + SIDE)) / SIDE}%`, top: `${(50 * (SIDE - y)) / SIDE}%` });
    document.querySelector(".plot")?.append(this.mark);
    el("trace-lines").replaceChildren();
    this.go(this.at);
  }

  /** Read another line; those above it stand there too. @param {number} wanted */
  go(wanted) {
    if (!this.lines.length) return this.spotlight.show(null);
    this.at = Math.min(Math.max(wanted, 0), this.lines.length - 1);
    const list = el("trace-lines");
    while (list.children.length > this.at + 1) list.lastElementChild?.remove();
    for (let place = list.children.length; place <= this.at; place++) list.append(this.item(place));
    for (const each of list.children) /** @type {HTMLElement} */ (each).tabIndex = -1;
    const now = /** @type {HTMLElement} */ (list.children[this.at]);
    list.querySelector(".now")?.classList.remove("now");
    now.classList.add("now");
    now.tabIndex = 0;
    now.scrollIntoView({ block: "nearest" });
    const line = this.lines[this.at];
    const [name, part] = /** @type {[string, typeof PARTS.loss]} */ (Object.entries(PARTS).find(([, { kinds }]) => kinds.includes(line.kind)));
    el("trace-words").textContent = part.words + remark(line);
    for (const chip of /** @type {NodeListOf<HTMLElement>} */ (el("trace-parts").querySelectorAll("button"))) chip.setAttribute("aria-pressed", String(chip.dataset.part === name));
    el("trace-count").textContent = `Line ${this.at + 1} of ${this.lines.length}`;
    if (!this.playing) el("trace-said").textContent = `${named(line.result)} is ${digits(line.result.value)}`;
    this.light(line);
  }

  /** @param {Line} line */
  light(line) {
    this.spotlight.show({ kind: line.kind, result: line.result, operands: operands(line.formula), precision: line.kind === "step" ? FINE : USUAL });
  }

  /** @param {number} place */
  item(place) {
    const line = this.lines[place];
    const item = document.createElement("li");
    item.dataset.kind = line.kind;
    if (startsPart(this.lines, place)) item.className = "first";
    const precision = line.kind === "step" ? FINE : USUAL;
    const is = line.kind === "step" ? "←" : "=";
    const result = span("result", "= ", number(line.result, precision));
    const rows = [span("row", is, " ", write(line.formula, "symbols"))];
    if (isQuantity(line.formula)) rows[0].append(" ", result);
    else rows.push(span("row", "= ", write(line.formula, "numbers", precision), " ", result));
    item.append(symbol(line.result), span("rows", ...rows));
    item.onpointerenter = item.onfocus = () => this.light(line);
    item.onpointerleave = item.onblur = () => this.open && this.light(this.lines[this.at]);
    return item;
  }
}

/** What is special about a line. @param {Line} line @returns {string} */
function remark({ kind, formula }) {
  if (kind === "delta" && !isQuantity(formula) && formula.sign === "minus") return " Here cross-entropy meets a sigmoid, whose slope cancels out.";
  return operands(formula).some((each) => each.symbol === "λ") ? " The penalty λ pulls it towards 0." : "";
}

/** Whether another layer, or another part, begins with a line. @param {Line[]} lines @param {number} place */
function startsPart(lines, place) {
  const [before, now] = [lines[place - 1], lines[place]];
  return place > 0 && (before.result.layer !== now.result.layer || (before.kind !== now.kind && now.kind !== "bend"));
}

/** Scroll so that an element is not behind the sheet. @param {HTMLElement} element @param {HTMLElement} sheet */
function showAbove(element, sheet) {
  const box = element.getBoundingClientRect();
  if (box.bottom > innerHeight - sheet.clientHeight || box.top < 0) scrollBy({ top: box.top - 8 });
}
