// A GAN: points that are made over real ones, where the generator is pushed, its shape, and a step of each network alone.

import { changed, parse, write as address } from "./address.js";
import { outline } from "./classes.js";
import { css } from "./colour.js";
import { el, write } from "./page.js";
import { SIDE } from "./worlds.js";

/** @typedef {import("./link.js").About} About */
/** @typedef {import("./link.js").Live} Live */
/** @typedef {import("./pair.js").Side} Side */
/** @typedef {{say: (message: Record<string, unknown>) => void, wish: (changes: Record<string, string>) => void, draw: () => void}} Acts */

export const GENERATE = "generate";
/** the critic's loss where it says 1/2 of everything */
export const NO_IDEA = 2 * Math.LN2;
/** how long the longest arrow is */
const LONGEST = 1.3;
/** of the head of an arrow */
const HEAD = 0.26;
/** the shape of a point that is made: a diamond */
const SHAPE = 3;
const MOST_LAYERS = 6;
/** what a lesson keeps when it becomes one of a GAN, or ceases to be: points, seed and how it is shown */
const KEPT = /^(seed|dataset|regDataset|noise|percTrainData|classes|points|ownPoints|showTestData|discretize|hideText|other|edit|.*_hide)$/;
/** controls that neither network listens to */
const WITHOUT = ["schedule", "scheduleEpochs", "weightDecay", "dropout", "regularization", "regularizationRate"];
/** words of the page for lessons with answers, and for a GAN @type {Record<string, [string, string]>} */
const WORDS = {
  "test-name": ["Test loss", "Generator loss"],
  "train-name": ["Training loss", "Critic loss"],
  "other-test-name": ["Test loss", "Generator loss"],
  "other-train-name": ["Training loss", "Critic loss"],
  "colour-said": ["Colour is the answer, a point’s label, and a unit’s value alike.", "Colour is D(x), the chance that the critic gives a place of being real: ½ is neutral. Units have the same colours from −1 to 1."],
  "program-prints": ["training loss and test loss", "critic loss and generator loss"],
  "showTestData-word": ["Show test data", "Show held-out points"],
};

export class Gan {
  /** @param {Acts} to */
  constructor(to) {
    this.to = to;
    /** what is shown, if it is a GAN @type {About | null} */
    this.about = null;
    /** the settings of the other kind of lesson, for when it comes back @type {Map<string, string>} */
    this.left = new Map();
    el("criticButton").onclick = () => to.say({ t: "critic" });
    el("generatorButton").onclick = () => to.say({ t: "generator" });
    el("pushes").onchange = to.draw;
    el("maker-fewer").onclick = () => this.reshape(this.shape.slice(0, -1));
    el("maker-more").onclick = () => this.shape.length < MOST_LAYERS && this.reshape([...this.shape, this.shape.at(-1) ?? 16]);
  }

  get shape() {
    return this.about?.lesson.generator ?? [];
  }

  /** @param {number[]} shape */
  reshape(shape) {
    this.to.wish({ generator: shape.join(",") || "0" });
  }

  /** The address of the same points for another problem, which begins with settings of its own. @param {string} text @param {string} problem */
  turned(text, problem) {
    const values = parse(text);
    if ((values.get("problem") === GENERATE) === (problem === GENERATE)) return changed(text, { problem });
    const every = [...values].filter(([key]) => key !== "problem");
    const back = this.left;
    this.left = new Map(every.filter(([key]) => !KEPT.test(key)));
    const kept = new Map([["problem", problem], ...every.filter(([key]) => KEPT.test(key)), ...back]);
    if (kept.has("other")) kept.set("other", "");
    return address(kept);
  }

  /** @param {About} about */
  show(about) {
    const on = about.lesson.problem === GENERATE;
    this.about = on ? about : null;
    document.body.classList.toggle("generating", on);
    for (const each of document.querySelectorAll(".of-gan")) /** @type {HTMLElement} */ (each).hidden = !on;
    for (const each of document.querySelectorAll(".of-answers")) /** @type {HTMLElement} */ (each).hidden = on;
    for (const [id, words] of Object.entries(WORDS)) write(id, words[Number(on)]);
    const [grain, point] = [el("grain", HTMLSelectElement), /** @type {HTMLOptionElement} */ (el("grain").querySelector("[value=point]"))];
    if (on && grain.value === "point") grain.value = "epoch";
    point.hidden = point.disabled = on;
    if (!on) return;
    for (const id of WITHOUT) /** @type {HTMLInputElement} */ (el(id)).disabled = true;
    /** @type {HTMLElement} */ (el("loss").parentElement).hidden = true;
    el("engine").textContent = "Learnt by Goodfellow’s algorithm of 2014 in PyTorch, in float64: an update is a step of the critic D, then one of the generator G. Both have this optimizer and rate; Adam keeps no inertia here (β₁ = 0).";
    el("maker-layers").replaceChildren(...this.shape.map((units, layer) => this.layer(units, layer)));
  }

  /** The units of a hidden layer of the generator. @param {number} units @param {number} layer */
  layer(units, layer) {
    const input = document.createElement("input");
    Object.assign(input, { type: "number", min: "1", max: "64", value: String(units) });
    input.setAttribute("aria-label", `Units of hidden layer ${layer + 1} of the generator`);
    input.onchange = () => this.reshape(this.shape.map((each, i) => (i === layer ? Math.min(64, Math.max(1, Math.round(Number(input.value)) || each)) : each)));
    const item = document.createElement("span");
    item.append(input, " → ");
    return item;
  }

  /** @param {Side[]} sides what is on stage @param {Uint32Array} colours */
  draw(sides, colours) {
    const scales = sides.map(({ prefix, live, made }) => {
      const context = cleared(made);
      if (this.about === null || !live?.made || !live.pushes) return 0;
      const rim = getComputedStyle(document.body).backgroundColor;
      dots(context, live.made, css(colours, -1), rim);
      write(`${prefix}distance`, number(live.distance?.[0]));
      write(`${prefix}reached`, number(live.distance?.[1]));
      return el("pushes", HTMLInputElement).checked ? arrows(context, live.made, live.pushes, rim) : 0;
    });
    write("pushed", scales.every(Boolean) ? `, drawn × ${scales.map(short).join(" and ")}` : "");
    const [critic, generator] = sides[0].live?.steps ?? [0, 0];
    write("steps-said", this.about === null || critic === generator ? "" : `Steps made: D ${critic.toLocaleString("en")}, G ${generator.toLocaleString("en")}.`);
  }

  /** What the drawings show, in words. @param {Side} side @param {number} epoch */
  inWords({ live, losses: { train, test } }, epoch) {
    if (!live || !train.length) return "No losses yet.";
    /** @param {number[]} values */
    const way = (values) => `from ${values[0].toFixed(3)} to ${values[values.length - 1].toFixed(3)}`;
    return `Losses over ${epoch} epoch${epoch === 1 ? "" : "s"}: critic ${way(train)}, where ${NO_IDEA.toFixed(3)} is that of no idea; generator ${way(test)}. Distance of the made points to held-out ones ${number(live.distance?.[0])}.`;
  }

  /** How the critic sees the plane, and what is made. @param {Live | null} live */
  answerInWords(live) {
    if (!live?.made) return "";
    const blue = live.answer.reduce((sum, each) => sum + Number(each > 127), 0) / live.answer.length;
    const side = Math.sqrt(live.answer.length);
    let [fooling, outside] = [0, 0];
    for (let i = 0; i < live.made.length; i += 2) {
      const [x, y] = live.made.subarray(i, i + 2);
      if (Math.abs(x) > SIDE || Math.abs(y) > SIDE) outside++;
      const [column, row] = [x + SIDE, SIDE - y].map((v) => Math.min(side - 1, Math.max(0, Math.floor((v / (2 * SIDE)) * side))));
      fooling += Number(live.answer[row * side + column] > 127);
    }
    const made = live.made.length / 2;
    return `The critic takes ${Math.round(100 * blue)} % of the plane for real (blue), and ${fooling} of ${made} made points.${outside ? ` ${outside} of them lie outside the picture.` : ""}`;
  }
}

/** As large as it is shown, and empty. @param {HTMLCanvasElement} canvas */
function cleared(canvas) {
  const side = Math.round(canvas.clientWidth * devicePixelRatio);
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.clearRect(0, 0, side, side);
  return context;
}

/** A place in pixels. @param {CanvasRenderingContext2D} context @param {number} x @param {number} y */
function toPixels({ canvas: { width } }, x, y) {
  return [((x + SIDE) / (2 * SIDE)) * width, ((SIDE - y) / (2 * SIDE)) * width];
}

/** The points that are made. @param {CanvasRenderingContext2D} context @param {Float32Array} made @param {string} colour @param {string} rim */
function dots(context, made, colour, rim) {
  context.lineWidth = devicePixelRatio;
  context.fillStyle = colour;
  context.strokeStyle = rim;
  for (let i = 0; i < made.length; i += 2) {
    const [x, y] = toPixels(context, made[i], made[i + 1]);
    outline(context, SHAPE, x, y, 3.2 * devicePixelRatio);
    context.fill();
    context.stroke();
  }
}

/** Where some of them are pushed, all on one scale, which is the answer. @param {CanvasRenderingContext2D} context @param {Float32Array} made @param {Float32Array} pushes @param {string} rim */
function arrows(context, made, pushes, rim) {
  const lengths = Array.from({ length: pushes.length / 2 }, (_, i) => Math.hypot(pushes[2 * i], pushes[2 * i + 1]));
  const scale = LONGEST / Math.max(...lengths);
  if (!Number.isFinite(scale)) return 0;
  for (const [colour, width] of /** @type {[string, number][]} */ ([[rim, 3], [getComputedStyle(document.body).color, 1.2]])) {
    context.strokeStyle = colour;
    context.lineWidth = width * devicePixelRatio;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    lengths.forEach((length, i) => arrow(context, [made[2 * i], made[2 * i + 1]], [pushes[2 * i] * scale, pushes[2 * i + 1] * scale], Math.min(HEAD, 0.45 * length * scale)));
    context.stroke();
  }
  return scale;
}

/** @param {CanvasRenderingContext2D} context @param {[number, number]} from @param {[number, number]} way @param {number} head */
function arrow(context, [x, y], [dx, dy], head) {
  const [tip, angle] = [[x + dx, y + dy], Math.atan2(dy, dx)];
  /** @param {number} turn @returns {[number, number]} */
  const corner = (turn) => [tip[0] - head * Math.cos(angle + turn), tip[1] - head * Math.sin(angle + turn)];
  const line = [[x, y], tip, corner(0.5), tip, corner(-0.5)].map(([a, b]) => toPixels(context, a, b));
  line.forEach(([a, b], i) => (i ? context.lineTo(a, b) : context.moveTo(a, b)));
}

/** Near 0 the sign is chance. @param {number | undefined} value */
function number(value) {
  return value === undefined || Number.isNaN(value) ? "–" : value.toFixed(3).replace("-", "−");
}

/** To two digits. @param {number} value */
function short(value) {
  return Number(value.toPrecision(2)).toLocaleString("en", { maximumSignificantDigits: 2 });
}
