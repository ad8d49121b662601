// The playground: controls, what they wish, and the drawing of each frame.

import { changed } from "./address.js";
import { css, paint, table, wash } from "./colour.js";
import * as curve from "./curve.js";
import { offer } from "./examples.js";
import { Link } from "./link.js";
import { Network } from "./network.js";
import { Trace } from "./trace.js";

/** @param {string} id @returns {any} */
const el = (id) => document.getElementById(id);
const RATES = ["0.00001", "0.0001", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10"];
const CHOICES = {
  activation: { relu: "ReLU", tanh: "Tanh", sigmoid: "Sigmoid", linear: "Linear" },
  regularization: { none: "None", L1: "L1", L2: "L2" },
  regularizationRate: Object.fromEntries(["0", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10"].map((v) => [v, v])),
  problem: { classification: "Classification", regression: "Regression" },
  learningRate: Object.fromEntries(RATES.map((v) => [v, v])),
  loss: { "": "Half squared error", bce: "Binary cross-entropy" },
};
const WORLDS = {
  classification: { circle: "Circle", xor: "Exclusive or", gauss: "Gaussian", spiral: "Spiral" },
  regression: { "reg-plane": "Plane", "reg-gauss": "Multi Gaussian" },
};
const FEATURES = {
  x: ["X₁", (x, _) => x], y: ["X₂", (_, y) => y], xSquared: ["X₁²", (x, _) => x * x], ySquared: ["X₂²", (_, y) => y * y],
  xTimesY: ["X₁X₂", (x, y) => x * y], sinX: ["sin(X₁)", (x, _) => Math.sin(x)], sinY: ["sin(X₂)", (_, y) => Math.sin(y)],
};
const SIDE = 6;
const SMALL = 25;
const PLACES = 100;
const MOST = { layers: 6, units: 8 };

const dark = matchMedia("(prefers-color-scheme: dark)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let colours = table(dark.matches);
/** paler, so that points stand out */
let washed = { shades: wash(colours, dark.matches), two: wash(table(dark.matches, true), dark.matches) };
/** @type {any} */
let lesson = null;
/** @type {any} */
let view = null;
let address = "";
let playing = false;
/** @type {any} */
let latest = null;
/** @type {Record<string, Float32Array>} */
let points = { train: new Float32Array(), test: new Float32Array() };
/** @type {{train: number[], test: number[]}} */
let losses = { train: [], test: [] };
/** @type {number | null} */
let hovered = null;
/** @type {import("./network.js").Spot | null} */
let spot = null;
let flow = 0;

export const counted = { frames: 0, drawn: 0, epoch: 0, lessons: 0, shown: 0, delay: /** @type {number[]} */ ([]) };
Object.assign(window, { etude: counted });

const network = new Network(el("network"), {
  hover: (unit) => { hovered = unit; draw(); },
  feature: (name) => wish({ [name]: String(!lesson.features.includes(name)) }),
  bias: (unit) => {
    spot = { ...unit, source: null };
    showCard();
    Object.assign(el("card").style, { left: `${unit.at.x + 12}px`, top: `${unit.at.y + 12}px` });
    el("card").hidden = false;
    el("card-value").value = network.value(spot).toPrecision(3);
    el("card-value").focus();
  },
  resize: (layer, change) => {
    const shape = [...lesson.shape];
    shape[layer] = Math.min(MOST.units, Math.max(1, shape[layer] + change));
    wish({ networkShape: shape.join(",") });
  },
});

const link = new Link({ message, frame, lost: () => trouble("The connection to etude is lost. Start `etude playground` again.") });

const trace = new Trace(network, link);
offer(el("examples"), el("example"));

/** @param {string} words */
function trouble(words) {
  el("trouble").textContent = words;
  el("trouble").hidden = !words;
}

/** Another lesson, from its first weights on. @param {Record<string, string>} changes */
function wish(changes) {
  link.say({ t: "lesson", address: changed(address, changes) });
}

/** @param {any} said */
function message(said) {
  trace.message(said);
  if (said.t === "error") trouble(said.message);
  if (said.t === "stopped") { trouble(said.why); setPlaying(false); }
  if (said.t === "done") { setPlaying(said.playing); link.ask(); }
  if (said.t !== "lesson") return;
  ({ lesson, view, address } = said);
  counted.lessons++;
  if (location.hash.slice(1) !== address) history.replaceState(null, "", `#${address}`);
  losses = { train: [], test: [] };
  latest = null;
  hovered = null;
  trouble("");
  setPlaying(false);
  showControls();
}

/** @param {import("./frame.js").Frame} got */
function frame(got) {
  if (got.kind === 2) {
    points = /** @type {any} */ (got.arrays);
    drawPoints();
    link.ask();
    return;
  }
  const rows = /** @type {Float32Array} */ (got.arrays.losses);
  for (let i = 0; i + 2 < rows.length; i += 3) {
    counted.epoch = rows[i];
    losses.train.push(rows[i + 1]);
    losses.test.push(rows[i + 2]);
  }
  counted.frames++;
  latest = got;
  requestAnimationFrame(() => {
    if (playing) link.ask(); // the next one is computed while this one is drawn
    draw();
    counted.delay.push(Date.now() - got.time * 1000);
  });
}

/** @param {boolean} on */
function setPlaying(on) {
  playing = on;
  el("playButton").setAttribute("aria-pressed", String(on));
  el("playButton").querySelector(".name").textContent = on ? "Pause" : "Train";
}

function draw() {
  if (latest === null) return;
  if (playing && !calm.matches) flow = (flow + 1 / 3) % 1000;
  const { arrays } = latest;
  network.draw(arrays, colours, flow);
  drawAnswer(arrays);
  trace.drawn();
  const ink = getComputedStyle(document.body);
  curve.draw(el("curve"), [
    { values: losses.test, colour: ink.color, dash: [2, 2] },
    { values: losses.train, colour: ink.getPropertyValue("--muted"), dash: [] },
  ]);
  el("epoch").textContent = String(counted.epoch).padStart(6, "0").replace(/(\d{3})$/, ",$1");
  const [train, test] = [losses.train.at(-1), losses.test.at(-1)];
  el("train-loss").textContent = written(train);
  el("test-loss").textContent = written(test);
  if (spot !== null && document.activeElement !== el("card-value")) showCard();
  counted.drawn++;
  counted.shown = counted.lessons;
}

/** A loss; there is none of no points. @param {number | undefined} value */
const written = (value) => (value === undefined || Number.isNaN(value) ? "–" : value.toFixed(3));

/** @param {any} arrays */
function drawAnswer(arrays) {
  const small = hovered !== null && hovered < arrays.units.length / (SMALL * SMALL);
  const bytes = small ? arrays.units.subarray(hovered * SMALL * SMALL, (hovered + 1) * SMALL * SMALL) : arrays.answer;
  paint(el("answer"), bytes, small ? SMALL : PLACES, view.discretize ? washed.two : washed.shades);
}

/** The points lie on a canvas of their own, which is drawn only when they, or its size, change. */
function drawPoints() {
  const canvas = el("points");
  const side = Math.round(canvas.clientWidth * devicePixelRatio);
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  if (view.show_test_data) dots(context, points.test, side, dark.matches ? "#e6e8ea" : "#1b1f24");
  dots(context, points.train, side, dark.matches ? "#14171a" : "#ffffff");
}

/** Train points are circles with a pale rim, test points squares with a dark one. @param {CanvasRenderingContext2D} context @param {Float32Array} rows @param {number} side @param {string} rim */
function dots(context, rows, side, rim) {
  const radius = 3 * devicePixelRatio;
  context.lineWidth = devicePixelRatio;
  context.strokeStyle = rim;
  for (let i = 0; i < rows.length; i += 3) {
    const [x, y] = [((rows[i] + SIDE) / (2 * SIDE)) * side, ((SIDE - rows[i + 1]) / (2 * SIDE)) * side];
    if (x < 0 || y < 0 || x > side || y > side) continue;
    context.fillStyle = css(colours, rows[i + 2]);
    context.beginPath();
    if (rows === points.test) context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
    else context.arc(x, y, radius, 0, 7);
    context.fill();
    context.stroke();
  }
}

/** Bytes of a feature over the plane. @param {(x: number, y: number) => number} of @returns {Uint8Array} */
function mapOf(of) {
  return Uint8Array.from({ length: SMALL * SMALL }, (_, i) => {
    const [x, y] = [((i % SMALL) / (SMALL - 1)) * 2 * SIDE - SIDE, SIDE - (Math.floor(i / SMALL) / (SMALL - 1)) * 2 * SIDE];
    return Math.round((Math.min(1, Math.max(-1, of(x, y))) + 1) * 127.5);
  });
}

function showControls() {
  const values = { activation: lesson.activation, regularization: lesson.penalty, regularizationRate: String(lesson.strength), problem: lesson.problem, learningRate: plain(lesson.rate), loss: lesson.loss === "binary cross-entropy" ? "bce" : "" };
  for (const [id, value] of Object.entries(values)) {
    if (![...el(id).options].some((option) => option.value === value)) el(id).add(new Option(value, value));
    el(id).value = value;
  }
  for (const [id, value] of Object.entries({ percTrainData: lesson.training, noise: lesson.noise, batchSize: lesson.batch })) {
    if (value > Number(el(id).max)) el(id).max = String(value);
    el(id).value = value;
    el(`${id}-box`).querySelector("output").textContent = id === "batchSize" ? value : `${value} %`;
  }
  el("loss").disabled = lesson.problem === "regression"; // cross-entropy compares classes
  el("lowest").textContent = lesson.loss === "binary cross-entropy" ? "0" : "−1";
  el("showTestData").checked = view.show_test_data;
  el("discretize").checked = view.discretize;
  const n = lesson.shape.length;
  el("layers-text").textContent = `${n} hidden layer${n === 1 ? "" : "s"}`;
  for (const id of ["playButton", "stepButton", "resetButton", "numHiddenLayers"]) el(id).hidden = view.hidden.includes(id);
  el("article").hidden = view.hide_text;
  for (const id of Object.keys(CHOICES)) el(id).parentElement.hidden = view.hidden.includes(id);
  for (const id of ["percTrainData", "noise", "batchSize", "showTestData", "discretize"]) el(`${id}-box`).hidden = view.hidden.includes(id);
  el("worlds").hidden = view.hidden.includes("dataset");
  document.querySelectorAll(".hint").forEach((each) => (/** @type {HTMLElement} */ (each).hidden = view.hide_text));
  showWorlds();
  const shown = new Map(Object.entries(FEATURES).map(([name, [label, of]]) => [name, { label: /** @type {string} */ (label), map: mapOf(/** @type {any} */ (of)) }]));
  network.build(lesson, shown, new Set(view.hidden), colours);
  const legend = el("legend").getContext("2d");
  const image = legend.createImageData(256, 1);
  new Uint32Array(image.data.buffer).set(colours);
  legend.putImageData(image, 0, 0);
}

/** As the menu writes it. @param {number} value */
function plain(value) {
  return RATES.find((each) => Number(each) === value) ?? String(value);
}

function showWorlds() {
  const names = WORLDS[/** @type {"classification" | "regression"} */ (lesson.problem)];
  const key = lesson.problem === "classification" ? "dataset" : "regDataset";
  const now = lesson.problem === "classification" ? lesson.dataset : lesson.reg_dataset;
  el("worlds").replaceChildren(
    ...Object.entries(names).map(([name, label]) => {
      const button = document.createElement("button");
      button.setAttribute("role", "radio");
      button.setAttribute("aria-checked", String(name === now && !lesson.own.length));
      button.setAttribute("aria-label", label);
      button.title = label;
      button.onclick = () => wish({ [key]: name, ...(lesson.own.length ? { points: "", percTrainData: "50" } : {}) });
      const canvas = document.createElement("canvas");
      button.append(canvas);
      paint(canvas, mapOf(/** @type {any} */ (PICTURES)[name]), SMALL, colours);
      return button;
    }),
  );
}

const ring = (/** @type {number} */ x, /** @type {number} */ y) => Math.hypot(x, y);
const PICTURES = {
  circle: (x, y) => (ring(x, y) < 2.5 ? 1 : ring(x, y) > 3.2 && ring(x, y) < 5.5 ? -1 : 0),
  xor: (x, y) => Math.sign(x * y) * (Math.min(Math.abs(x), Math.abs(y)) > 0.4 && Math.max(Math.abs(x), Math.abs(y)) < 5.5 ? 1 : 0),
  gauss: (x, y) => Math.exp(-((x - 2) ** 2 + (y - 2) ** 2) / 2) - Math.exp(-((x + 2) ** 2 + (y + 2) ** 2) / 2),
  spiral: (x, y) => (ring(x, y) > 5.5 ? 0 : Math.sin(Math.atan2(x, y) - (ring(x, y) / 5) * 3.5 * Math.PI + Math.PI / 2)),
  "reg-plane": (x, y) => (x + y) / 10,
  "reg-gauss": (x, y) => [[-4, 2.5, 1], [0, 2.5, -1], [4, 2.5, 1], [-4, -2.5, -1], [0, -2.5, 1], [4, -2.5, -1]].reduce((sum, [cx, cy, sign]) => sum + sign * Math.max(0, 1 - ring(x - cx, y - cy) / 2), 0),
};

function showCard() {
  if (spot === null) return;
  el("card-text").textContent = `${spot.source === null ? "Bias" : "Weight"} is ${network.value(spot).toPrecision(2)}.`;
}

function connect() {
  for (const [id, options] of Object.entries(CHOICES)) {
    el(id).replaceChildren(...Object.entries(options).map(([value, label]) => new Option(label, value)));
    el(id).onchange = () => {
      if (id === "learningRate") {
        address = changed(address, { learningRate: el(id).value });
        history.replaceState(null, "", `#${address}`);
        link.say({ t: "rate", value: Number(el(id).value) });
      } else wish({ [id]: el(id).value });
    };
  }
  // options were sorted by JavaScript, which puts whole numbers first
  for (const id of ["learningRate", "regularizationRate"]) el(id).append(...[...el(id).options].sort((a, b) => a.value - b.value));
  for (const id of ["percTrainData", "noise", "batchSize"]) el(id).onchange = () => wish({ [id]: el(id).value });
  for (const [id, field] of [["showTestData", "show_test_data"], ["discretize", "discretize"]]) {
    el(id).onchange = () => {
      view[field] = el(id).checked;
      address = changed(address, { [id]: String(el(id).checked) });
      history.replaceState(null, "", `#${address}`);
      draw();
      drawPoints();
    };
  }
  el("playButton").onclick = () => link.say({ t: "play", on: !playing });
  el("stepButton").onclick = () => link.say({ t: "epoch" });
  el("resetButton").onclick = () => wish({});
  el("newButton").onclick = () => wish({ seed: "" });
  el("regenerate").onclick = () => link.say({ t: "points", address: changed(address, { seed: "" }) });
  el("fewer").onclick = () => wish({ networkShape: lesson.shape.slice(0, -1).join(",") });
  el("more").onclick = () => lesson.shape.length < MOST.layers && wish({ networkShape: [...lesson.shape, 2].join(",") });
  el("edges").onpointermove = (/** @type {PointerEvent} */ event) => point(event);
  el("edges").onpointerleave = () => { if (document.activeElement !== el("card-value")) { spot = null; el("card").hidden = true; } };
  el("edges").onclick = () => { if (spot !== null) { el("card-value").value = network.value(spot).toPrecision(3); el("card-value").focus(); } };
  el("card-value").onchange = () => { if (spot !== null) { link.say({ t: "weight", layer: spot.layer, unit: spot.unit, source: spot.source, value: Number(el("card-value").value) }); } };
  el("card-value").onkeydown = (/** @type {KeyboardEvent} */ event) => { if (event.key === "Enter" || event.key === "Escape") { el("card-value").blur(); el("card").hidden = true; spot = null; } };
  document.addEventListener("keydown", keys);
  addEventListener("hashchange", () => link.say({ t: "lesson", address: location.hash.slice(1) }));
  addEventListener("resize", () => { if (lesson) { showControls(); draw(); drawPoints(); } });
  dark.addEventListener("change", () => {
    colours = table(dark.matches);
    washed = { shades: wash(colours, dark.matches), two: wash(table(dark.matches, true), dark.matches) };
    showControls();
    draw();
    drawPoints();
  });
  setInterval(summarise, 5000);
}

/** @param {PointerEvent} event */
function point(event) {
  if (document.activeElement === el("card-value")) return;
  const box = el("network").getBoundingClientRect();
  spot = network.under(event.clientX - box.x, event.clientY - box.y);
  el("card").hidden = spot === null;
  Object.assign(el("card").style, { left: `${event.clientX + 12}px`, top: `${event.clientY + 12}px` });
  showCard();
}

/** @param {KeyboardEvent} event */
function keys(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (/INPUT|SELECT/.test(target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
  const acts = {
    " ": () => el("playButton").click(), ArrowRight: () => el("stepButton").click(), r: () => el("resetButton").click(), R: () => el("newButton").click(),
    d: () => el("discretize").click(), t: () => el("showTestData").click(),
  };
  const act = /** @type {any} */ (acts)[event.key];
  if (act && !(event.key === " " && target.tagName === "BUTTON")) { event.preventDefault(); act(); }
}

function summarise() {
  if (losses.test.length) el("summary").textContent = `Epoch ${counted.epoch}: test loss ${written(losses.test.at(-1))}, training loss ${written(losses.train.at(-1))}.`;
}

connect();
await link.opened;
link.say({ t: "lesson", address: location.hash.slice(1) });
