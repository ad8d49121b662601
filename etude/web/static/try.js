// Draw, drop or write something, and see what the network says of it, also while it learns.

import { Cards } from "./cards.js";
import { draw as drawFigure, short } from "./figures.js";
import { asWav, recorded } from "./sound.js";
import { Refused, sent, told } from "./wire.js";

/** @typedef {{kind: string | null, channels?: number, columns?: {name: string, values: string[] | null, usual: string}[], length?: number, sound?: boolean}} Form */

const SIDE = 224;
const PEN = 18;
const SHOWN = 10;
const WAIT = 150;
const NUMBERS = [".npz", ".csv", ".txt"];

export class Try {
  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
    this.run = "";
    this.waiting = 0;
    this.looking = 0;
    this.turn = 0;
    /** @type {(() => Promise<[Blob, string] | null>) | null} what stands there now, and its kind of file */
    this.take = null;
    /** @type {Cards | null} */
    this.near = null;
  }

  /** Another run. @param {string} run @returns {Promise<boolean>} whether something can be tried */
  async show(run) {
    this.run = run;
    this.take = null;
    this.turn++;
    const form = /** @type {Form} */ (await told("try", { run }));
    const input = { pictures: () => this.pad(), text: () => this.words(), table: () => this.fields(form.columns ?? []), series: () => this.series(form.length ?? 0, form.sound ?? false) }[form.kind ?? ""];
    if (!input) return false;
    const answer = Object.assign(document.createElement("div"), { className: "answer" });
    answer.setAttribute("aria-live", "polite");
    const near = Object.assign(document.createElement("div"), { className: "near" });
    this.near = new Cards(near);
    this.box.replaceChildren(input(), answer, near);
    return true;
  }

  /** Ask soon, once for many changes. */
  soon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.ask(), WAIT);
  }

  /** @param {boolean} again the same as before, of a network that has changed */
  async ask(again = false) {
    const given = await this.take?.();
    const answer = /** @type {HTMLElement | null} */ (this.box.querySelector(".answer"));
    if (!given || !answer) return;
    this.look(given, again);
    try {
      const { said, ...figures } = await sent("try", { run: this.run, suffix: given[1], now: String(!again) }, given[0]);
      tell(answer, said, Object.values(figures));
    } catch (error) {
      answer.textContent = error instanceof Refused ? error.message : "etude does not answer.";
    }
  }

  /** The training examples that are nearest, which may come later than the answer. @param {[Blob, string]} given @param {boolean} again */
  async look(given, again) {
    if (again && this.looking) return;
    const turn = ++this.turn;
    this.looking++;
    const found = await sent("near", { run: this.run, suffix: given[1], now: String(!again) }, given[0]).catch(() => ({})); // what went wrong stands at the answer
    this.looking--;
    if (turn === this.turn) this.near?.show(found);
  }

  /** A dark pad for a pale pen, which takes files too. @returns {HTMLElement} */
  pad() {
    const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE, className: "pad", tabIndex: 0 });
    canvas.setAttribute("aria-label", "Draw here with the pointer, or choose a picture below");
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
    const clear = () => { context.fillStyle = "#000"; context.fillRect(0, 0, SIDE, SIDE); };
    clear();
    /** @type {() => Promise<[Blob, string] | null>} */
    const sheet = () => new Promise((done) => canvas.toBlob((blob) => done(blob && [blob, ".png"])));
    this.take = async () => null; // nobody asks about an empty sheet
    canvas.onpointerdown = (event) => { this.take = sheet; canvas.setPointerCapture(event.pointerId); context.beginPath(); stroke(context, event); };
    canvas.onpointermove = (event) => { if (event.buttons) { stroke(context, event); this.soon(); } };
    canvas.onpointerup = () => this.soon();
    const load = async (/** @type {File | undefined} */ file) => {
      if (!file) return;
      this.take = async () => [file, suffix(file)];
      const picture = await createImageBitmap(file).catch(() => null);
      if (picture) context.drawImage(picture, 0, 0, SIDE, SIDE);
      await this.ask();
    };
    canvas.ondragover = (event) => event.preventDefault();
    canvas.ondrop = (event) => { event.preventDefault(); load(event.dataTransfer?.files[0]); };
    const file = Object.assign(document.createElement("input"), { type: "file", accept: "image/png,image/jpeg" });
    file.setAttribute("aria-label", "Choose a picture");
    file.onchange = () => load(file.files?.[0]);
    const wipe = Object.assign(document.createElement("button"), { textContent: "Clear" });
    wipe.onclick = () => { clear(); this.take = async () => null; this.box.querySelector(".answer")?.replaceChildren(); this.turn++; this.near?.show({}); };
    const box = Object.assign(document.createElement("div"), { className: "given" });
    box.append(canvas, wipe, file);
    return box;
  }

  /** A file of one series; of sounds too, or one that is recorded here, where the series is long enough for one. @param {number} length samples @param {boolean} sound @returns {HTMLElement} */
  series(length, sound) {
    const box = Object.assign(document.createElement("div"), { className: "given drop" });
    const file = Object.assign(document.createElement("input"), { type: "file", accept: sound ? `${NUMBERS.join()},audio/*` : NUMBERS.join() });
    file.setAttribute("aria-label", "Choose a series");
    box.append(Object.assign(document.createElement("p"), { className: "hint", textContent: `A series of ${length.toLocaleString("en")} numbers, in an .npz or .csv file: choose one, or drop it here.` }), file);
    const seconds = Object.assign(document.createElement("input"), { type: "number", min: "0.05", max: "60", step: "any", value: "1" });
    const take = (/** @type {File | undefined} */ given) => {
      if (!given) return;
      const numbers = !sound || NUMBERS.includes(suffix(given));
      this.give(numbers ? async () => [given, suffix(given)] : () => heard(given, length, seconds));
    };
    file.onchange = () => take(file.files?.[0]);
    box.ondragover = (event) => event.preventDefault();
    box.ondrop = (event) => { event.preventDefault(); take(event.dataTransfer?.files[0]); };
    if (sound) box.append(this.recorder(length, seconds));
    return box;
  }

  /** @param {number} length samples @param {HTMLInputElement} seconds @returns {HTMLElement} */
  recorder(length, seconds) {
    const box = Object.assign(document.createElement("div"), { className: "recorder" });
    const label = Object.assign(document.createElement("label"), { textContent: "Seconds of sound" });
    const button = Object.assign(document.createElement("button"), { textContent: "Record a sound" });
    button.onclick = async () => {
      button.disabled = true;
      button.textContent = "Recording…";
      const found = await recorded(Number(seconds.value)).catch((/** @type {Error} */ error) => error);
      button.disabled = false;
      button.textContent = "Record a sound";
      if (found instanceof Error) this.say(`Nothing was recorded: ${found.message}`);
      else await this.give(() => heard(found, length, seconds));
    };
    label.append(seconds);
    box.append(label, button);
    return box;
  }

  /** Ask about something, and about the same when the network has changed. @param {() => Promise<[Blob, string]>} make */
  async give(make) {
    this.take = null;
    try {
      const given = await make();
      this.take = async () => given;
      await this.ask();
    } catch (error) {
      this.say(/** @type {Error} */ (error).message);
    }
  }

  /** @param {string} words in place of an answer */
  say(words) {
    const answer = this.box.querySelector(".answer");
    if (answer) answer.textContent = words;
    this.turn++;
    this.near?.show({});
  }

  /** @returns {HTMLElement} */
  words() {
    const area = Object.assign(document.createElement("textarea"), { rows: 5, placeholder: "Write something" });
    area.setAttribute("aria-label", "Text for the network");
    area.oninput = () => this.soon();
    this.take = async () => (area.value.trim() ? [new Blob([area.value.replaceAll("\n", " ")]), ".txt"] : null);
    const box = Object.assign(document.createElement("div"), { className: "given" });
    box.append(area);
    return box;
  }

  /** @param {{name: string, values: string[] | null, usual: string}[]} columns @returns {HTMLElement} */
  fields(columns) {
    const box = Object.assign(document.createElement("form"), { className: "given fields" });
    const inputs = columns.map(({ name, values, usual }) => {
      const label = Object.assign(document.createElement("label"), { textContent: name });
      const input = values ? document.createElement("select") : Object.assign(document.createElement("input"), { type: "text", value: usual });
      if (values && input instanceof HTMLSelectElement) input.replaceChildren(...values.map((each) => new Option(each, each)));
      input.oninput = () => this.soon();
      label.append(input);
      box.append(label);
      return input;
    });
    box.onsubmit = (event) => { event.preventDefault(); this.ask(); };
    const quoted = (/** @type {string} */ text) => `"${text.replaceAll('"', '""')}"`;
    this.take = async () => [new Blob([`${columns.map(({ name }) => quoted(name)).join(",")}\n${inputs.map((each) => quoted(each.value)).join(",")}\n`]), ".csv"];
    this.soon();
    return box;
  }
}

/** @param {File} file @returns {string} */
const suffix = (file) => file.name.slice(file.name.lastIndexOf(".")).toLowerCase();

/** @param {Blob} sound @param {number} length samples @param {HTMLInputElement} seconds @returns {Promise<[Blob, string]>} */
async function heard(sound, length, seconds) {
  const lasts = Number(seconds.value);
  const found = await asWav(sound, length, lasts).catch(() => null);
  if (!found) throw new Error(`This browser reads no sound in it, or none at ${short(length / lasts)} samples a second.`);
  return [found, ".wav"];
}

/** @param {CanvasRenderingContext2D} context @param {PointerEvent} event */
function stroke(context, event) {
  const scale = SIDE / context.canvas.clientWidth;
  Object.assign(context, { lineWidth: PEN, lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
  context.lineTo(event.offsetX * scale, event.offsetY * scale);
  context.stroke();
}

/** @param {HTMLElement} box @param {any} said @param {import("./figures.js").Figure[]} figures */
function tell(box, said, figures) {
  const parts = said.rows.flatMap((/** @type {any} */ row) => {
    const head = Object.assign(document.createElement("p"), { className: "said", textContent: `${said.target}: ${typeof row.answer === "number" ? short(row.answer) : row.answer}` });
    const bars = Object.assign(document.createElement("dl"), { className: "bars" });
    const shares = /** @type {[string, number][]} */ (Object.entries(row.probabilities)).sort(([, a], [, b]) => b - a);
    for (const [name, share] of shares.slice(0, SHOWN)) {
      const meter = Object.assign(document.createElement("meter"), { value: share });
      meter.setAttribute("aria-label", name);
      const value = document.createElement("dd");
      value.append(meter, ` ${(100 * share).toFixed(1)} %`);
      bars.append(Object.assign(document.createElement("dt"), { textContent: name }), value);
    }
    return [head, bars];
  });
  const notes = said.notes.map((/** @type {string} */ note) => Object.assign(document.createElement("p"), { className: "hint", textContent: note }));
  box.replaceChildren(...parts, ...notes);
  for (const figure of figures) {
    const drawing = Object.assign(document.createElement("div"), { className: "drawing" });
    box.append(Object.assign(document.createElement("p"), { className: "hint", textContent: figure.title }), drawing);
    drawFigure(drawing, figure);
  }
}
