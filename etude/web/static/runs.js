// The page of the runs: their curves and figures, and what they learn from and are like inside.

import { Cards, table } from "./cards.js";
import { Data } from "./data.js";
import { short } from "./figures.js";
import { forget } from "./ink.js";
import { Inside } from "./inside.js";
import { Try } from "./try.js";
import { drawn, Refused, told, wished } from "./wire.js";

/** @param {string} id @returns {any} */
const el = (id) => document.getElementById(id);
const PACE = { state: 500, curves: 1000, views: 1000, inside: 1500, table: 2000, facts: 5000 };
const dark = matchMedia("(prefers-color-scheme: dark)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const curves = new Cards(el("curves"));
const views = new Cards(el("views"));
const inside = new Inside(el("inside"), { menu: el("layers"), hint: el("inside-hint"), layer: el("layer"), whole: el("whole") });
const data = new Data(el("data-box"), { pool: el("pool"), hint: el("data-hint"), controls: el("strengths"), augmented: el("augmented") });
const trial = new Try(el("trial"));
/** @type {string[]} */
let chosen = [];
/** @type {string | null} */
let live = null;
/** @type {any} */
let state = null;
/** @type {any[]} */
let rows = [];
const counted = { views: 0, curves: 0, get inside() { return inside.asked; }, get data() { return data.asked; } };
Object.assign(window, { etude: counted });

const watched = () => chosen.length === 1 && chosen[0] === live;

/** @param {string} words */
function trouble(words) {
  el("trouble").textContent = words;
  el("trouble").hidden = !words;
}

/** Do something again and again, at its pace, while somebody looks. @param {number} pace milliseconds @param {() => Promise<void>} act */
async function again(pace, act) {
  let lost = false;
  for (;;) {
    if (!document.hidden) {
      try {
        await act();
        if (lost) trouble("");
        lost = false;
      } catch (error) {
        lost = true;
        trouble(error instanceof Refused ? error.message : "etude does not answer. Start it again: `etude playground`, or `etude train RECIPE --watch`.");
      }
    }
    await new Promise((done) => setTimeout(done, pace * (lost ? 4 : calm.matches ? 2 : 1)));
  }
}

async function list() {
  const said = await told("runs");
  live = said.live;
  rows = said.runs;
  el("none").hidden = rows.length > 0;
  if (location.hash.length < 2 && rows.length) choose([live ?? rows[0].name]);
  el("table").replaceChildren(...rows.map(entry));
}

/** @param {any} row @returns {HTMLElement} */
function entry(row) {
  const item = document.createElement("li");
  const link = Object.assign(document.createElement("a"), { href: `#${row.name}`, textContent: row.name });
  if (chosen.includes(row.name)) link.setAttribute("aria-current", "true");
  const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: chosen.includes(row.name) });
  box.setAttribute("aria-label", `Compare ${row.name}`);
  box.onchange = () => choose(box.checked ? [...chosen, row.name] : chosen.filter((each) => each !== row.name));
  const about = document.createElement("span");
  about.className = `about ${row.state}`;
  const best = Object.entries(row.best_scores ?? {}).map(([name, value]) => `${name.replace("valid_", "").replaceAll("_", " ")} ${short(/** @type {number} */ (value))}`);
  about.textContent = row.trouble ?? [row.name === live ? "live" : row.state, `${short(row.step)} updates`, ...best].join(" · ");
  item.append(box, link, about);
  return item;
}

/** @param {string[]} names */
function choose(names) {
  if (!names.length) return;
  location.hash = names.join(",");
}

async function chosenChanged() {
  const names = decodeURIComponent(location.hash.slice(1)).split(",").filter(Boolean);
  if (!names.length) return;
  chosen = names;
  el("screen").hidden = false;
  for (const each of [curves, views]) each.show({});
  for (const each of [inside, data]) each.show(chosen[0]);
  el("title").textContent = chosen.join(", ");
  el("notes").textContent = "";
  el("table").replaceChildren(...rows.map(entry));
  await showFacts();
  await showCurves();
  if (!watched() && chosen.length === 1) views.show(await drawn("figures", { run: chosen[0] }));
  el("try").hidden = chosen.length > 1 || !(await trial.show(chosen[0]));
  arrange();
}

/** What is on the page for one run, several, or a live one. */
function arrange() {
  const on = watched() && state?.ready;
  el("transport").hidden = el("progress").hidden = !on;
  el("inside").hidden = el("data-box").hidden = chosen.length > 1 || (watched() && !state?.ready);
  el("views-section").hidden = !views.cards.size;
  el("diary-box").hidden = chosen.length > 1;
}

/** What is tried anew, since the network has changed meanwhile. */
async function tryAgain() {
  if (watched() && state?.playing && el("try").open) await trial.ask(true);
}

async function showFacts() {
  if (chosen.length > 1) {
    const said = await told("settings", { names: chosen.join(",") });
    const entries = Object.entries(said.rows);
    table(el("settings"), ["", ...said.runs], entries);
    el("facts").open = true;
    el("remark").hidden = true;
    el("notes").textContent = entries.length ? "" : "These runs were asked for with the same settings.";
    return;
  }
  const said = await told("facts", { run: chosen[0] });
  el("title").textContent = said.title;
  el("notes").textContent = said.notes.join(". ");
  el("remark").textContent = said.remark ?? "";
  el("remark").hidden = !said.remark;
  table(el("settings"), ["setting", "value"], Object.entries(said.settings).map(([name, value]) => [name, [value]]));
  el("diary").replaceChildren(...said.events.map((/** @type {any} */ each) => Object.assign(document.createElement("li"), { textContent: remembered(each) })));
}

/** @param {any} event @returns {string} */
function remembered(event) {
  const { time, event: what, ...rest } = event;
  const said = rest.message ?? Object.entries(rest).map(([name, value]) => `${name} ${typeof value === "number" ? short(value) : value}`).join(", ");
  return `${new Date(time * 1000).toLocaleString()}: ${what}${said ? `, ${said}` : ""}`;
}

async function showCurves() {
  const asked = chosen;
  const figures = await drawn("curves", { names: asked.join(",") });
  if (asked === chosen) curves.show(figures);
  counted.curves++;
}

async function showState() {
  if (live === null) return;
  state = await told("live");
  arrange();
  if (!watched() || !state.ready) return;
  el("play").textContent = state.playing ? "Pause" : "Go on";
  for (const id of ["play", "slower", "faster", "stop"]) el(id).disabled = state.ended;
  const rates = Object.entries(state.rates).map(([name, rate]) => `${name === "optimizer" ? "rate" : `rate of ${name.replace("_optimizer", "")}`} ${short(/** @type {number} */ (rate))}`);
  const at = state.ended ? "ended" : state.playing ? "learning" : "paused";
  el("status").textContent = [at, `update ${short(state.step)} of ${short(state.steps)}`, ...rates, `watching costs ${(100 * state.cost).toFixed(1)} %`].join(" · ");
  showCheckpoints(state.checkpoints);
  el("bar").value = state.step / state.steps;
  inside.fill(state.layers);
}

/** @param {number[]} steps updates that one can go back to */
function showCheckpoints(steps) {
  const menu = el("checkpoints");
  el("back").disabled = !steps.length;
  if (steps.join() === [...menu.options].map((option) => option.value).join()) return;
  const chosen = menu.value;
  menu.replaceChildren(...steps.map((step) => new Option(short(step), String(step))));
  if (steps.includes(Number(chosen))) menu.value = chosen;
}

async function showViews() {
  if (!watched() || !state?.ready) return;
  for (const name of state.views) {
    const now = String(!views.cards.has(name)); // the first time at once, then as the training can spare the time
    views.put(name, Object.values(await drawn("live/view", { name, now }))[0]);
    counted.views++;
  }
}

/** What stands open, of the training of now. */
async function followInside() {
  if (watched() && state?.ready && el("inside").open) await inside.follow();
}

async function followData() {
  if (watched() && state?.ready && el("data-box").open) await data.follow();
}

/** Somebody opens a box, or asks for another layer. @param {Inside | Data} part */
async function opened(part) {
  if (!part.box.open || chosen.length > 1) return;
  await (watched() ? part.follow() : part.study()).catch((error) => trouble(error.message));
}

/** @param {string} act @param {Record<string, unknown>} said */
async function wish(act, said = {}) {
  try {
    state = await wished(act, said);
    await showState();
    await showFacts();
  } catch (error) {
    trouble(/** @type {Error} */ (error).message);
  }
}

function connect() {
  el("play").onclick = () => wish("play", { on: !state.playing });
  el("slower").onclick = () => wish("rate", { factor: 0.5 });
  el("faster").onclick = () => wish("rate", { factor: 2 });
  el("save").onclick = () => wish("save");
  el("back").onclick = () => wish("back", { step: Number(el("checkpoints").value) });
  el("stop").onclick = () => wish("stop");
  for (const part of [inside, data]) part.box.ontoggle = () => opened(part);
  addEventListener("hashchange", () => chosenChanged().catch((error) => trouble(error.message)));
  addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (/INPUT|SELECT|BUTTON|SUMMARY/.test(target.tagName) || event.ctrlKey || event.metaKey || event.altKey || el("transport").hidden) return;
    const id = { " ": "play", "[": "slower", "]": "faster", s: "save" }[event.key];
    if (id !== undefined) { event.preventDefault(); el(id).click(); }
  });
  dark.addEventListener("change", () => { forget(); for (const each of [curves, views, ...inside.cards(), ...data.cards()]) each.redraw(); trial.near?.redraw(); });
}

connect();
await list().catch((error) => trouble(error.message));
await chosenChanged().catch((error) => trouble(error.message));
again(PACE.table, list);
again(PACE.state, showState);
again(PACE.curves, async () => { if (rows.some((row) => chosen.includes(row.name) && (row.state === "training" || row.name === live))) await showCurves(); });
again(PACE.views, showViews);
again(PACE.facts, async () => { if (watched()) await showFacts(); });
again(PACE.inside, followInside);
again(PACE.inside, followData);
again(PACE.inside, tryAgain);
