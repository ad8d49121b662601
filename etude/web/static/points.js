// Points of one's own: painted on the plane with the pointer or the keyboard, or given as a table.

import { changed } from "./address.js";
import { GLYPHS, colourOf } from "./classes.js";
import { el, roam, within } from "./page.js";
import { SIDE } from "./worlds.js";

/** @typedef {[number, number, number]} Own x, y, and the number of the class, or the quantity */
/** @typedef {import("./link.js").About} About */
/** @typedef {import("./link.js").Points} Points */
/** @typedef {{say: (message: Record<string, unknown>) => void, preview: (points: Points) => void}} Acts */

/** points that an address holds, as in etude/playground/beyond.py */
const MOST = 600;
const MOST_CLASSES = 10;
/** within which a point is under the pointer */
const NEAR = 0.35;
/** of the cross, for each arrow key */
const STRIDE = 0.25;
const HINT = "Click adds a point, drag moves one, right click or Delete removes it. Arrow keys move the cross, Enter adds a point there.";

export class Painter {
  /** @param {Acts} to */
  constructor(to) {
    this.to = to;
    this.canvas = el("points", HTMLCanvasElement);
    this.painting = false;
    this.chosen = 1;
    /** @type {About | null} */
    this.about = null;
    /** what is on the plane @type {Points} */
    this.points = { train: new Float32Array(), test: new Float32Array() };
    /** where the keyboard is */
    this.cross = { x: 0, y: 0 };
    /** @type {number | null} */
    this.dragged = null;
    /** @type {Own[] | null} what a drag has made of them */
    this.moved = null;
    /** whether the plane was emptied, and nothing has been painted since */
    this.cleared = false;
    this.connect();
  }

  connect() {
    el("painting-classes").onkeydown = roam;
    el("paint").onclick = () => this.toggle();
    el("clear-points").onclick = () => { this.points = { train: new Float32Array(), test: new Float32Array() }; this.blank(); };
    this.canvas.onpointerdown = (event) => this.press(event);
    this.canvas.onpointermove = (event) => this.drag(event);
    this.canvas.onpointerup = () => this.drop();
    this.canvas.onclick = (event) => event.stopPropagation(); // to the panel of numbers a click means something else
    this.canvas.oncontextmenu = (event) => { event.preventDefault(); this.remove(this.placeOf(event)); };
    this.canvas.onkeydown = (event) => this.key(event);
    el("table-open").onclick = () => el("table", HTMLDialogElement).showModal();
    el("table-cancel").onclick = () => el("table", HTMLDialogElement).close();
    el("table-learn").onclick = () => this.give(el("table-text", HTMLTextAreaElement).value);
    const file = el("table-file", HTMLInputElement);
    file.onchange = async () => { if (file.files?.[0]) el("table-text", HTMLTextAreaElement).value = await file.files[0].text(); };
  }

  /** @param {About} about */
  show(about) {
    this.about = about;
    this.cleared = false;
    this.chips();
  }

  toggle() {
    this.painting = !this.painting;
    el("paint").setAttribute("aria-pressed", String(this.painting));
    el("painting").hidden = !this.painting;
    this.canvas.classList.toggle("painting", this.painting);
    this.canvas.tabIndex = this.painting ? 0 : -1;
    this.canvas.setAttribute("aria-hidden", String(!this.painting));
    el("painting-hint").textContent = HINT;
    this.chips();
    this.mark();
  }

  /** One button for each class, and one more to begin another. */
  chips() {
    if (this.about === null) return;
    const quantity = this.about.lesson.problem === "regression";
    const classes = Math.max(2, this.about.outputs);
    const shown = this.about.lesson.problem === "generate" ? 1 : quantity ? 2 : Math.min(MOST_CLASSES, classes + 1);
    this.chosen = Math.min(this.chosen, shown - 1);
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const focused = el("painting-classes").contains(document.activeElement);
    el("painting-classes").replaceChildren(
      ...Array.from({ length: shown }, (_, k) => {
        const button = document.createElement("button");
        button.setAttribute("role", "radio");
        button.setAttribute("aria-checked", String(k === this.chosen));
        button.tabIndex = k === this.chosen ? 0 : -1;
        const name = shown === 1 ? "Real" : quantity ? ["−1", "1"][k] : `Class ${k + 1}`;
        button.setAttribute("aria-label", k < classes ? name : `Another class, ${k + 1}`);
        button.textContent = k < classes ? (classes > 2 ? GLYPHS[k] : "●") : "+";
        button.style.color = k >= classes ? "" : classes > 2 ? colourOf(k, dark) : k || shown === 1 ? "var(--plus)" : "var(--minus)";
        button.onclick = () => { this.chosen = k; this.chips(); };
        return button;
      }),
    );
    if (focused) within(el("painting-classes"), "[tabindex='0']").focus();
  }

  /** All points, those that are learnt from first. @returns {Own[]} */
  own() {
    const about = this.about;
    if (about === null || this.cleared) return [];
    if (about.lesson.own.length) return about.lesson.own.map((each) => [...each]);
    const signed = about.lesson.problem === "classification" && about.outputs === 1;
    /** @type {Own[]} */
    const rows = [];
    for (const part of [this.points.train, this.points.test]) {
      for (let i = 0; i + 2 < part.length; i += 3) rows.push([round(part[i]), round(part[i + 1]), signed ? Number(part[i + 2] > 0) : part[i + 2]]);
    }
    return rows;
  }

  /** @param {Own[]} own */
  learn(own) {
    if (this.about === null) return;
    if (own.length > MOST) { said(`Points can be painted where there are at most ${MOST}; here are ${own.length}. Clear them first.`); return; }
    if (own.length === 0) { this.blank(); return; }
    const points = own.map((each) => each.join(",")).join(";");
    const few = this.about.lesson.own.length < 2 && own.length < 10;
    /** @type {Record<string, string>} */
    const share = few ? { percTrainData: "100" } : {};
    this.cleared = false;
    this.to.say({ t: "paint", address: changed(this.about.address, { points, ownPoints: "", ...share }) });
    said("");
  }

  /** Show an empty plane; learning goes on with the first point that is painted. */
  blank() {
    this.cleared = true;
    this.to.preview({ train: new Float32Array(), test: new Float32Array() });
    said("The plane is empty. Paint a point to begin.");
    this.mark();
  }

  /** @param {{x: number, y: number}} place */
  add({ x, y }) {
    const quantity = this.about?.lesson.problem === "regression";
    this.learn([[round(x), round(y), quantity ? 2 * this.chosen - 1 : this.chosen], ...this.own()]);
  }

  /** @param {{x: number, y: number}} place */
  remove(place) {
    if (!this.painting) return;
    const own = this.own();
    const found = nearest(own, place);
    if (found !== null) this.learn(own.filter((_, i) => i !== found));
  }

  /** @param {PointerEvent} event */
  press(event) {
    if (!this.painting || event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.cross = this.placeOf(event);
    this.moved = this.own();
    this.dragged = nearest(this.moved, this.cross);
    if (this.dragged === null) this.add(this.cross);
    this.mark();
  }

  /** @param {PointerEvent} event */
  drag(event) {
    if (this.dragged === null || this.moved === null) return;
    const { x, y } = this.placeOf(event);
    this.moved[this.dragged] = [round(x), round(y), this.moved[this.dragged][2]];
    const signed = this.about?.outputs === 1 && this.about.lesson.problem === "classification";
    this.to.preview({ train: Float32Array.from(this.moved.flatMap(([a, b, label]) => [a, b, signed ? 2 * label - 1 : label])), test: new Float32Array() });
  }

  drop() {
    if (this.dragged !== null && this.moved !== null) this.learn(this.moved);
    this.dragged = this.moved = null;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    /** @type {Record<string, () => void>} */
    const acts = {
      ArrowLeft: () => this.move(-STRIDE, 0), ArrowRight: () => this.move(STRIDE, 0), ArrowUp: () => this.move(0, STRIDE), ArrowDown: () => this.move(0, -STRIDE),
      Enter: () => this.add(this.cross), Delete: () => this.remove(this.cross), Backspace: () => this.remove(this.cross),
    };
    if (!this.painting || !acts[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }

  /** @param {number} dx @param {number} dy */
  move(dx, dy) {
    this.cross = { x: clamp(this.cross.x + dx), y: clamp(this.cross.y + dy) };
    this.mark();
  }

  /** The cross, where the keyboard is. */
  mark() {
    const cross = el("cross");
    cross.hidden = !this.painting;
    Object.assign(cross.style, { left: `${((this.cross.x + SIDE) / (2 * SIDE)) * 100}%`, top: `${((SIDE - this.cross.y) / (2 * SIDE)) * 100}%` });
    this.canvas.setAttribute("aria-label", `Points; the cross is at ${round(this.cross.x)}, ${round(this.cross.y)}`);
  }

  /** @param {MouseEvent} event */
  placeOf(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: clamp(((event.clientX - box.x) / box.width) * 2 * SIDE - SIDE), y: clamp(SIDE - ((event.clientY - box.y) / box.height) * 2 * SIDE) };
  }

  /** Learn a table. @param {string} text */
  give(text) {
    if (this.about === null) return;
    el("table-why").textContent = "";
    if (text.length > 900_000) { el("table-why").textContent = `The table has ${text.length.toLocaleString("en")} characters; wanted at most 900,000.`; return; }
    this.to.say({ t: "table", text, address: changed(this.about.address, { points: "", ownPoints: "" }) });
  }

  /** What came of a table. @param {import("./link.js").Said} message */
  hear(message) {
    const dialog = el("table", HTMLDialogElement);
    if (message.t === "error" && dialog.open) el("table-why").textContent = message.message;
    if (message.t !== "table") return;
    dialog.close();
    said([...message.said, ...(message.written ? [] : ["The address cannot hold so many points; this page keeps them until it is closed"])].join(". ") + ".");
  }
}

/** @param {string} words */
function said(words) {
  el("own-said").textContent = words;
}

/** @param {Own[]} own @param {{x: number, y: number}} place @returns {number | null} */
function nearest(own, { x, y }) {
  let [found, least] = [/** @type {number | null} */ (null), NEAR];
  own.forEach(([a, b], i) => {
    const distance = Math.hypot(a - x, b - y);
    if (distance < least) [found, least] = [i, distance];
  });
  return found;
}

/** @param {number} value */
function clamp(value) {
  return Math.min(SIDE, Math.max(-SIDE, value));
}

/** To a hundredth. @param {number} value */
function round(value) {
  return Math.round(value * 100) / 100;
}
