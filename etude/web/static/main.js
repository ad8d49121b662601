// The playground: controls, what they wish, and the drawing of each frame.

import { changed } from "./address.js";
import { GLYPHS, colourOf, paintClasses, tint } from "./classes.js";
import { paint, table, wash } from "./colour.js";
import * as curve from "./curve.js";
import { drawDots } from "./dots.js";
import { Editor } from "./editor.js";
import { offer } from "./examples.js";
import { GENERATE, Gan } from "./gan.js";
import { Link, POINTS, RIGHT } from "./link.js";
import { More } from "./more.js";
import { Network } from "./network.js";
import { Pair } from "./pair.js";
import { el, roam, within, write } from "./page.js";
import { Past } from "./past.js";
import { Perceptron } from "./perceptron.js";
import { Painter } from "./points.js";
import { Share } from "./share.js";
import { answerInWords, lossesInWords } from "./summary.js";
import { Trace } from "./trace.js";
import { FEATURES, SIDE, SMALL, WORLDS, mapOf } from "./worlds.js";

/** @typedef {import("./link.js").Lesson} Lesson */
/** @typedef {import("./link.js").View} View */
/** @typedef {import("./link.js").Live} Live */
/** @typedef {import("./link.js").Points} Points */

const RATES = ["0.00001", "0.0001", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10"];
const CHOICES = {
  activation: { relu: "ReLU", tanh: "Tanh", sigmoid: "Sigmoid", linear: "Linear", "leaky-relu": "Leaky ReLU", elu: "ELU", selu: "SELU", gelu: "GELU", silu: "Swish", softplus: "Softplus", sine: "Sine" },
  regularization: { none: "None", L1: "L1", L2: "L2" },
  regularizationRate: Object.fromEntries(["0", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10"].map((v) => [v, v])),
  problem: { classification: "Classification", regression: "Regression", generate: "Generate" },
  learningRate: Object.fromEntries(RATES.map((v) => [v, v])),
};
const PLACES = 100;
/** of an address that goes back to a world's points */
const WITHOUT_OWN = { points: "", ownPoints: "", percTrainData: "50" };
/** pixels from the left to the middle of the words over the hidden layers, at least */
const LABEL = 200;
/** milliseconds between two frames for who wants little motion */
const CALM = 250;
const MOST = { layers: 6, units: 8 };

const dark = matchMedia("(prefers-color-scheme: dark)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let colours = table(dark.matches);
/** paler, so that points stand out */
let washed = { shades: wash(colours, dark.matches), two: wash(table(dark.matches, true), dark.matches) };
/** what the server has put on stage; nothing until it says so @type {Lesson} */
let lesson = {
  problem: "classification", dataset: "", reg_dataset: "", features: [], shape: [], generator: [], activation: "", rate: 0, penalty: "", strength: 0,
  noise: 0, batch: 1, training: 50, seed: "", zero: false, loss: "mse", optimizer: "sgd", schedule: "constant", span: 300,
  start: "uniform", dropout: 0, decay: 0, classes: 3, own: [],
};
/** numbers that the network answers with */
let outputs = 1;
let epochSteps = 1;
/** the colours of each class @type {Uint32Array[]} */
let tints = [];
/** @type {View} */
let view = { show_test_data: false, discretize: false, hide_text: false, hidden: [], goal: null };
let address = "";
let playing = false;
/** @type {Live | null} */
let latest = null;
/** @type {Points} */
let points = { train: new Float32Array(), test: new Float32Array() };
/** @type {number | null} */
let hovered = null;

export const counted = { frames: 0, drawn: 0, epoch: 0, lessons: 0, shown: 0, delay: /** @type {number[]} */ ([]) };
Object.assign(window, { etude: counted });

const network = new Network(el("network"), {
  hover: (unit) => { hovered = unit; draw(); },
  feature: (name) => wish({ [name]: String(!lesson.features.includes(name)) }),
  edit: (spot) => { editor.choose(spot); editor.edit(); },
  choose: (spot) => { editor.choose(spot); draw(); },
  nudge: (sign) => editor.nudge(sign),
  resize: (layer, change) => {
    const shape = [...lesson.shape];
    shape[layer] = Math.min(MOST.units, Math.max(1, shape[layer] + change));
    wish({ networkShape: shape.join(",") });
  },
});

const editor = new Editor(network, ({ layer, unit, source }, value) => link.say({ t: "weight", layer, unit, source, value }));

const link = new Link({ opened: begin, message, frame, lost });

/** The lesson of the address, from its first weights on. */
function begin() {
  link.say({ t: "lesson", address: location.hash.slice(1) });
}

function lost() {
  setPlaying(false);
  trouble("The connection to etude is lost; trying again. If etude was started anew, open the address that it printed.");
}

const trace = new Trace(network, link);
offer(el("examples"), el("example"));
const share = new Share((message) => link.say(message));
const perceptron = new Perceptron();
const gan = new Gan({ say: (message) => link.say(message), wish, draw });
const past = new Past((message) => link.say(message));
const painter = new Painter({ say: (message) => link.say(message), preview: (shown) => { points = shown; drawPoints(); } });
const pair = new Pair((message) => link.say(message));
const more = new More({ wish, change: (changes) => link.say({ t: "change", address: pair.changed(address, changes) }), say: (message) => link.say(message) });

/** @param {string} words */
function trouble(words) {
  el("trouble").textContent = words;
  el("trouble").hidden = !words;
}

/** Another lesson, from its first weights on. @param {Record<string, string>} changes */
function wish(changes) {
  link.say({ t: "lesson", address: pair.changed(address, changes) });
}

/** @param {import("./link.js").Said} said */
function message(said) {
  trace.message(said);
  painter.hear(said);
  share.hear(said);
  if (said.t === "error") trouble(said.message);
  if (said.t === "stopped") { trouble(said.why); setPlaying(false); }
  if (said.t === "done") { setPlaying(said.playing); past.arrived(); if (!said.playing) trouble(""); link.ask(); }
  if (said.t !== "lesson" && said.t !== "tuned" && said.t !== "side") return;
  ({ lesson, view, address, outputs, epoch_steps: epochSteps } = said);
  more.show(said, dark.matches);
  perceptron.show(said);
  gan.show(said);
  pair.show(said, dark.matches);
  share.show(said);
  if (said.t !== "lesson") history.replaceState(null, "", `#${address}`);
  if (said.t === "tuned") return;
  if (said.t === "side") { painter.show(said); turned(); return; }
  tintClasses();
  painter.show(said);
  counted.lessons++;
  if (location.hash.slice(1) !== address) history.replaceState(null, "", `#${address}`);
  pair.restart();
  latest = null;
  hovered = null;
  trouble("");
  setPlaying(said.playing);
  showControls();
}

/** The controls change the other side now, and the network is the other one. */
function turned() {
  latest = pair.now.live;
  hovered = null;
  showControls();
  draw();
  el("said").textContent = `The controls change the ${pair.now.name.toLowerCase()} side: ${pair.words[pair.edited]}`;
}

/** @param {import("./frame.js").Frame} got */
function frame(got) {
  if (got.kind === POINTS) {
    points = painter.points = /** @type {Points} */ (got.arrays);
    drawPoints();
    link.ask();
    return;
  }
  const live = /** @type {Live} */ (got.arrays);
  pair.record(Number(got.kind === RIGHT), live);
  if (got.kind === RIGHT) return;
  counted.epoch = live.place[0];
  counted.frames++;
  latest = pair.now.live;
  requestAnimationFrame(() => {
    if (playing && calm.matches) setTimeout(() => link.ask(), CALM);
    else if (playing) link.ask(); // the next one is computed while this one is drawn
    draw();
    counted.delay.push(Date.now() - got.time * 1000);
  });
}

/** @param {boolean} on */
function setPlaying(on) {
  playing = on;
  el("playButton").setAttribute("aria-pressed", String(on));
  within(el("playButton"), ".name").textContent = on ? "Pause" : "Train";
}

function draw() {
  if (latest === null) return;
  drawCurve(latest); // what asks for sizes and styles comes first: behind a change each of them would cost a layout
  network.draw(latest, colours, calm.matches ? 0 : counted.epoch / 3);
  pair.shown.forEach(({ answer, live }, side) => live !== null && drawAnswer(answer, live, side === pair.edited ? hovered : null));
  trace.drawn();
  past.show(latest, pair.seen, epochSteps, points.train, playing);
  perceptron.draw(latest, points.train, playing);
  gan.draw(pair.shown, colours);
  write("epoch", String(counted.epoch).padStart(6, "0").replace(/(\d{3})$/, ",$1"));
  pair.count();
  more.draw(latest);
  editor.refresh();
  counted.drawn++;
  counted.shown = counted.lessons;
}

/** @param {Live} arrays */
function drawCurve({ place: [epoch] }) {
  const lines = pair.lines(dark.matches);
  curve.draw(el("curve", HTMLCanvasElement), lines, epoch < pair.seen ? epoch / pair.seen : null);
}

/** The colours of the classes, if there are several. */
function tintClasses() {
  tints = outputs > 1 ? Array.from({ length: outputs }, (_, k) => tint(k, dark.matches, view.discretize)) : [];
}

/** @param {HTMLCanvasElement} canvas @param {Live} arrays @param {number | null} pointed a unit that is shown instead */
function drawAnswer(canvas, arrays, pointed) {
  const unit = pointed === null ? null : arrays.units.subarray(pointed * SMALL * SMALL, (pointed + 1) * SMALL * SMALL);
  const small = unit !== null && unit.length > 0;
  if (arrays.classes && !small) paintClasses(canvas, arrays.classes, arrays.answer, PLACES, tints);
  else paint(canvas, small ? unit : arrays.answer, small ? SMALL : PLACES, tintOf(pointed) ?? (view.discretize ? washed.two : washed.shades));
}

/** The colours of a class whose square is under the pointer. @param {number | null} unit */
function tintOf(unit) {
  return outputs > 1 && unit !== null ? tints[unit - lesson.shape.reduce((sum, units) => sum + units, 0)] : undefined;
}

/** The points lie on a canvas of their own, which is drawn only when they, or its size, change. */
function drawPoints() {
  for (const side of pair.shown) drawDots(side.points, points, { colours, classes: outputs, dark: dark.matches, test: view.show_test_data });
}

function showControls() {
  const values = { activation: lesson.activation, regularization: lesson.penalty, regularizationRate: String(lesson.strength), problem: lesson.problem, learningRate: plain(lesson.rate) };
  for (const [id, value] of Object.entries(values)) {
    const menu = el(id, HTMLSelectElement);
    if (![...menu.options].some((option) => option.value === value)) menu.add(new Option(value, value));
    menu.value = value;
  }
  for (const [id, value] of Object.entries({ percTrainData: lesson.training, noise: lesson.noise, batchSize: lesson.batch })) {
    const slider = el(id, HTMLInputElement);
    if (value > Number(slider.max)) slider.max = String(value);
    slider.value = String(value);
    within(el(`${id}-box`), "output").textContent = id === "batchSize" ? String(value) : `${value} %`;
  }
  el("lowest").textContent = lesson.loss === "bce" ? "0" : "−1";
  el("showTestData", HTMLInputElement).checked = view.show_test_data;
  el("discretize", HTMLInputElement).checked = view.discretize;
  const n = lesson.shape.length;
  el("layers-text").textContent = `${n} hidden layer${n === 1 ? "" : "s"}${lesson.problem === GENERATE ? " of D" : ""}`;
  for (const id of ["playButton", "stepButton", "resetButton", "numHiddenLayers"]) el(id).hidden = view.hidden.includes(id);
  el("article").hidden = view.hide_text;
  for (const id of Object.keys(CHOICES)) /** @type {HTMLElement} */ (el(id).parentElement).hidden = view.hidden.includes(id);
  for (const id of ["percTrainData", "noise", "batchSize", "showTestData", "discretize"]) el(`${id}-box`).hidden = view.hidden.includes(id);
  el("worlds").hidden = view.hidden.includes("dataset");
  document.querySelectorAll(".hint").forEach((each) => (/** @type {HTMLElement} */ (each).hidden = view.hide_text));
  showWorlds();
  const shown = new Map(Object.entries(FEATURES).map(([name, { label, of }]) => [name, { label, map: mapOf(of) }]));
  network.build(lesson, shown, new Set(view.hidden), colours, !view.hide_text, outputsShown());
  const columns = network.places.slice(1, -1);
  const middle = columns.length ? (columns[0][0].x + columns[columns.length - 1][0].x) / 2 : el("network").clientWidth / 2;
  el("numHiddenLayers").style.left = `${Math.max(LABEL, middle)}px`;
  const legend = /** @type {CanvasRenderingContext2D} */ (el("legend", HTMLCanvasElement).getContext("2d"));
  const image = legend.createImageData(256, 1);
  new Uint32Array(image.data.buffer).set(colours);
  legend.putImageData(image, 0, 0);
}

/** A square for each class, if there are several. @returns {import("./network.js").Output[]} */
function outputsShown() {
  return tints.map((_, k) => ({ name: `Class ${k + 1}`, glyph: GLYPHS[k], colour: colourOf(k, dark.matches), tint: tint(k, dark.matches) }));
}

/** As the menu writes it. @param {number} value */
function plain(value) {
  return RATES.find((each) => Number(each) === value) ?? String(value);
}

function showWorlds() {
  const focused = el("worlds").contains(document.activeElement);
  const [kind, key, now] = lesson.problem === "regression" ? /** @type {const} */ (["regression", "regDataset", lesson.reg_dataset]) : /** @type {const} */ (["classification", "dataset", lesson.dataset]);
  const names = WORLDS[kind];
  el("worlds").replaceChildren(
    ...Object.entries(names).map(([name, { label, of }]) => {
      const button = document.createElement("button");
      button.setAttribute("role", "radio");
      const checked = name === now && !lesson.own.length;
      button.setAttribute("aria-checked", String(checked));
      button.tabIndex = name === (now in names ? now : Object.keys(names)[0]) ? 0 : -1;
      button.setAttribute("aria-label", label);
      button.title = label;
      button.onclick = () => wish({ [key]: name, ...(lesson.own.length ? WITHOUT_OWN : {}) });
      const canvas = document.createElement("canvas");
      button.append(canvas);
      paint(canvas, mapOf(lesson.problem === GENERATE ? (x, y) => Math.abs(of(x, y)) : of), SMALL, colours); // all points of a GAN are real
      return button;
    }),
  );
  if (focused) within(el("worlds"), "[tabindex='0']").focus();
}

function connect() {
  for (const [id, options] of Object.entries(CHOICES)) {
    const menu = el(id, HTMLSelectElement);
    menu.replaceChildren(...Object.entries(options).map(([value, label]) => new Option(label, value)));
    menu.onchange = () => {
      if (id === "learningRate") {
        address = pair.changed(address, { learningRate: menu.value });
        history.replaceState(null, "", `#${address}`);
        link.say({ t: "rate", value: Number(menu.value) });
      } else if (id === "problem") link.say({ t: "lesson", address: gan.turned(address, menu.value) });
      else wish({ [id]: menu.value });
    };
  }
  // options were sorted by JavaScript, which puts whole numbers first
  for (const id of ["learningRate", "regularizationRate"]) el(id).append(...[...el(id, HTMLSelectElement).options].sort((a, b) => Number(a.value) - Number(b.value)));
  for (const id of ["percTrainData", "noise", "batchSize"]) el(id).onchange = () => wish({ [id]: el(id, HTMLInputElement).value });
  for (const [id, field] of /** @type {const} */ ([["showTestData", "show_test_data"], ["discretize", "discretize"]])) {
    const box = el(id, HTMLInputElement);
    box.onchange = () => {
      view[field] = box.checked;
      tintClasses();
      address = changed(address, { [id]: String(box.checked) });
      history.replaceState(null, "", `#${address}`);
      draw();
      drawPoints();
    };
  }
  el("playButton").onclick = () => link.say({ t: "play", on: !playing });
  el("stepButton").onclick = () => past.step();
  el("resetButton").onclick = () => wish({});
  el("newButton").onclick = () => wish({ seed: "" });
  el("regenerate").onclick = () => link.say({ t: "points", address: changed(address, { seed: "" }) });
  el("fewer").onclick = () => wish({ networkShape: lesson.shape.slice(0, -1).join(",") });
  el("more").onclick = () => lesson.shape.length < MOST.layers && wish({ networkShape: [...lesson.shape, 2].join(",") });
  el("edges").onpointermove = point;
  el("edges").onpointerleave = () => { if (!editor.editing) { editor.hide(); draw(); } };
  el("edges").onclick = () => editor.edit();
  el("worlds").onkeydown = roam;
  el("keysButton").onclick = () => el("keys", HTMLDialogElement).showModal();
  el("keysClose").onclick = () => el("keys", HTMLDialogElement).close();
  document.addEventListener("keydown", keys);
  addEventListener("hashchange", begin);
  addEventListener("resize", () => { if (counted.lessons) { showControls(); draw(); drawPoints(); } });
  dark.addEventListener("change", () => {
    colours = table(dark.matches);
    washed = { shades: wash(colours, dark.matches), two: wash(table(dark.matches, true), dark.matches) };
    tintClasses();
    showControls();
    more.paint(dark.matches);
    pair.paint(dark.matches);
    draw();
    drawPoints();
  });
  setInterval(summarise, 5000);
}

/** @param {PointerEvent} event */
function point(event) {
  const before = network.marked;
  editor.show(network.under(event.clientX, event.clientY), { x: event.clientX, y: event.clientY });
  if (network.marked !== before && !playing) draw();
}

/** @param {KeyboardEvent} event */
function keys(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (/INPUT|SELECT/.test(target.tagName) || el("keys", HTMLDialogElement).open || event.ctrlKey || event.metaKey || event.altKey) return;
  /** @type {Record<string, () => void>} */
  const acts = {
    " ": () => el("playButton").click(), ArrowRight: () => el("stepButton").click(), ArrowLeft: () => el("backButton").click(), r: () => el("resetButton").click(), R: () => el("newButton").click(),
    d: () => el("discretize").click(), t: () => el("showTestData").click(), "?": () => el("keysButton").click(),
    b: () => el("compareButton").click(), s: () => pair.edit(1 - pair.edited),
    ...(lesson.problem === GENERATE ? { D: () => el("criticButton").click(), G: () => el("generatorButton").click(), g: () => el("pushes").click() } : {}),
  };
  const act = acts[event.key];
  if (act && !(event.key === " " && target.tagName === "BUTTON")) { event.preventDefault(); act(); }
}

function summarise() {
  if (latest === null) return;
  /** @param {Live | null} live */
  const answer = (live) => (live === null ? "" : live.made ? gan.answerInWords(live) : live.classes ? more.classesInWords(live) : answerInWords(live.answer, points.test, SIDE));
  const now = pair.inWords((side) => (side.live?.made ? gan.inWords(side, counted.epoch) : lossesInWords({ epoch: counted.epoch, ...side.losses })));
  const shown = pair.inWords(({ live }) => answer(live));
  el("curve").setAttribute("aria-label", now);
  pair.shown.forEach((side) => side.answer.setAttribute("aria-label", `The ${pair.told ? `${side.name.toLowerCase()} ` : ""}network's answer at every place. ${answer(side.live)}`));
  const words = lesson.problem === "regression" ? now : `${now} ${shown}`;
  write("summary", words);
}

connect();
