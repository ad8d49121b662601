// What TensorFlow Playground has no word for: losses, optimizers, schedules, starts, dropout, worlds of several classes.

import { GLYPHS, colourOf, thumbnail } from "./classes.js";
import { el, roam, within, write } from "./page.js";
import { CLASS_WORLDS, SMALL, classMap } from "./worlds.js";

/** @typedef {import("./link.js").About} About */
/** @typedef {import("./link.js").Live} Live */
/** @typedef {{wish: (changes: Record<string, string>) => void, change: (changes: Record<string, string>) => void, say: (message: Record<string, unknown>) => void}} Acts */

/** @type {Record<string, string>} */
export const LOSSES = { mse: "Half squared error", mae: "Absolute error", huber: "Huber", bce: "Binary cross-entropy", ce: "Cross-entropy", hinge: "Hinge", perceptron: "Perceptron criterion" };
/** values in the address, in the order of the menu, and their words @type {Record<string, [string, string][]>} */
const MENUS = {
  optimizer: [["sgd", "Gradient descent"], ["momentum", "Momentum 0.9"], ["nesterov", "Nesterov 0.9"], ["adagrad", "AdaGrad"], ["rmsprop", "RMSProp"], ["adam", "Adam"], ["adamw", "AdamW"], ["perceptron", "Perceptron rule"]],
  schedule: [["constant", "Constant"], ["step", "Two steps down"], ["cosine", "Cosine"], ["warm-up", "Warm-up, then cosine"]],
  init: [["uniform", "Uniform, −0.5 to 0.5"], ["zero", "Zero"], ["xavier", "Xavier"], ["he", "He"], ["orthogonal", "Orthogonal"]],
  weightDecay: ["0", "0.0001", "0.001", "0.01", "0.1", "1"].map((each) => [each, each]),
};

export class More {
  /** @param {Acts} to */
  constructor(to) {
    this.to = to;
    this.dark = false;
    /** @type {About | null} */
    this.about = null;
    el("class-worlds").onkeydown = roam;
    for (const [id, options] of Object.entries(MENUS)) fill(el(id, HTMLSelectElement), options);
    for (const id of ["loss", "optimizer", "schedule"]) menu(id).onchange = () => to.wish({ [id]: menu(id).value });
    menu("init").onchange = () => to.wish({ initZero: String(menu("init").value === "zero"), init: menu("init").value });
    menu("weightDecay").onchange = () => to.change({ weightDecay: menu("weightDecay").value });
    number("scheduleEpochs").onchange = () => to.wish({ scheduleEpochs: number("scheduleEpochs").value });
    number("dropout").onchange = () => to.change({ dropout: number("dropout").value });
    number("dropout").oninput = () => (el("dropout-said").textContent = percent(Number(number("dropout").value)));
    number("classes").onchange = () => to.wish({ classes: number("classes").value });
    number("classes").oninput = () => (within(el("classes-box"), "output").textContent = number("classes").value);
  }

  /** @param {About} about @param {boolean} dark */
  show(about, dark) {
    this.about = about;
    const { lesson } = about;
    fill(menu("loss"), about.losses.map((name) => [name, LOSSES[name]]));
    const chosen = { loss: lesson.loss, optimizer: lesson.optimizer, schedule: lesson.schedule, init: lesson.zero ? "zero" : lesson.start, weightDecay: String(lesson.decay) };
    for (const [id, value] of Object.entries(chosen)) {
      if (![...menu(id).options].some((option) => option.value === value)) menu(id).add(new Option(value, value));
      menu(id).value = value;
    }
    /** @type {HTMLElement} */ (menu("loss").parentElement).hidden = about.view.hidden.includes("loss");
    number("scheduleEpochs").value = String(lesson.span);
    number("scheduleEpochs").disabled = lesson.schedule === "constant";
    number("dropout").value = String(lesson.dropout);
    el("dropout-said").textContent = percent(lesson.dropout);
    number("noise").disabled = /** @type {HTMLButtonElement} */ (el("regenerate")).disabled = lesson.own.length > 0; // they are drawn for a world
    number("classes").value = String(lesson.classes);
    within(el("classes-box"), "output").textContent = String(lesson.classes);
    const classes = lesson.problem !== "regression";
    el("classes-box").hidden = !classes || !(lesson.dataset in CLASS_WORLDS) || about.view.hidden.includes("dataset") || lesson.own.length > 0;
    el("class-worlds").hidden = !classes || about.view.hidden.includes("dataset");
    el("accuracies").hidden = lesson.problem !== "classification";
    el("class-legend").hidden = about.outputs === 1;
    el("legend-box").hidden = about.outputs > 1;
    el("colour-said").hidden = about.outputs > 1 || about.view.hide_text;
    el("beyond-said").textContent = words(about).join(" · ");
    el("engine").textContent = about.by_autograd
      ? "Learnt by etude’s own parts in PyTorch, in float64."
      : "Learnt by TensorFlow Playground’s own rule, number for number.";
    this.paint(dark);
  }

  /** The pictures of the worlds of several classes. @param {boolean} dark */
  paint(dark) {
    this.dark = dark;
    if (this.about === null) return;
    const { lesson } = this.about;
    el("class-legend").replaceChildren(...legend(this.about.outputs, dark));
    const now = lesson.own.length ? "" : lesson.dataset;
    const focused = el("class-worlds").contains(document.activeElement);
    el("class-worlds").replaceChildren(
      ...Object.entries(CLASS_WORLDS).map(([name, { label, of }]) => {
        const button = document.createElement("button");
        button.setAttribute("role", "radio");
        button.setAttribute("aria-checked", String(name === now));
        button.tabIndex = name === (now in CLASS_WORLDS ? now : "blobs") ? 0 : -1;
        button.setAttribute("aria-label", label);
        button.title = label;
        button.onclick = () => this.to.wish({ dataset: name, ...(lesson.own.length ? { points: "", ownPoints: "", percTrainData: "50" } : {}) });
        const canvas = document.createElement("canvas");
        button.append(canvas);
        const map = classMap(of, lesson.classes);
        if (lesson.problem === "generate") thumbnail(canvas, map.map((k) => (k === 255 ? k : 1)), 2, SMALL, dark); // real is real
        else thumbnail(canvas, map, lesson.classes, SMALL, dark);
        return button;
      }),
    );
    if (focused) within(el("class-worlds"), "[tabindex='0']").focus();
  }

  /** What the picture of several classes shows. @param {Live} live */
  classesInWords({ classes, accuracy }) {
    const counts = new Map();
    for (const k of classes ?? []) counts.set(k, (counts.get(k) ?? 0) + 1);
    const parts = [...counts].sort(([a], [b]) => a - b).map(([k, n]) => `class ${k + 1} on ${Math.round((100 * n) / (classes?.length ?? 1))} %`);
    return `Of the plane ${parts.join(", ")}. Test accuracy ${share(accuracy[1])}.`;
  }

  /** The numbers of now. @param {Live} live */
  draw(live) {
    write("rate-now", String(Number(live.rate[0].toPrecision(3))));
  }
}

/** The classes with their colours and shapes, and what strength means. @param {number} classes @param {boolean} dark */
function legend(classes, dark) {
  const marks = Array.from({ length: classes }, (_, k) => {
    const mark = document.createElement("span");
    mark.className = "glyph";
    mark.style.color = colourOf(k, dark);
    mark.textContent = GLYPHS[k];
    const name = document.createElement("span");
    name.textContent = `${k + 1} `;
    return [mark, name];
  });
  return [...marks.flat(), "The stronger the colour, the surer the network."];
}

/** What is not as usual. @param {About} about @returns {string[]} */
function words({ lesson, losses }) {
  const found = [];
  if (lesson.loss !== losses[0]) found.push(LOSSES[lesson.loss]);
  if (lesson.optimizer !== "sgd") found.push(wordOf("optimizer", lesson.optimizer));
  if (lesson.decay) found.push(`weight decay ${lesson.decay}`);
  if (lesson.schedule !== "constant") found.push(`${wordOf("schedule", lesson.schedule)} over ${lesson.span} epochs`);
  if (lesson.zero || lesson.start !== "uniform") found.push(`first weights: ${wordOf("init", lesson.zero ? "zero" : lesson.start)}`);
  if (lesson.dropout) found.push(`dropout ${percent(lesson.dropout)}`);
  return found.length ? found : ["loss, optimizer, schedule, dropout"];
}

/** @param {string} id @param {string} value */
function wordOf(id, value) {
  return MENUS[id].find(([each]) => each === value)?.[1] ?? value;
}

/** @param {number} value from 0 to 1 */
function percent(value) {
  return `${Math.round(value * 100)} %`;
}

/** @param {number} accuracy */
export function share(accuracy) {
  return Number.isNaN(accuracy) ? "–" : `${(100 * accuracy).toFixed(1)} %`;
}

/** @param {HTMLSelectElement} select @param {[string, string][]} options */
function fill(select, options) {
  select.replaceChildren(...options.map(([value, label]) => new Option(label, value)));
}

/** @param {string} id */
function menu(id) {
  return el(id, HTMLSelectElement);
}

/** @param {string} id */
function number(id) {
  return el(id, HTMLInputElement);
}
