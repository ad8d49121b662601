// A lesson to take away and to give: as a program, as a link with some controls hidden, as a challenge that can be passed.

import { changed, parse, write } from "./address.js";
import { el } from "./page.js";

/** @typedef {import("./link.js").About} About */
/** @typedef {import("./link.js").Said} Said */

/** The controls that a link can hide, and their words. @type {Record<string, string>} */
const HIDEABLE = {
  showTestData: "Show test data", discretize: "Two colours only", playButton: "Train", stepButton: "Step", resetButton: "Reset",
  learningRate: "Learning rate", activation: "Activation", regularization: "Regularization", regularizationRate: "Its rate",
  problem: "Problem", dataset: "Data", percTrainData: "Points to learn from", noise: "Noise", batchSize: "Points in an update",
  numHiddenLayers: "Hidden layers", loss: "Loss",
};
/** @type {{title: string, address: string}[]} */
const CHALLENGES = [
  { title: "Circle with three hidden units", address: "dataset=circle&networkShape=1&seed=0.21&goal=loss:0.03,units:3" },
  { title: "Exclusive or without X₁X₂", address: "dataset=xor&networkShape=&seed=0.21&xTimesY_hide=true&xSquared_hide=true&ySquared_hide=true&sinX_hide=true&sinY_hide=true&goal=loss:0.04,units:4" },
  { title: "Spiral with at most 8 hidden units", address: "dataset=spiral&networkShape=4&seed=0.21&goal=loss:0.05,units:8" },
  { title: "Noisy clouds: do not learn the noise", address: "dataset=gauss&noise=50&percTrainData=10&networkShape=8,8&activation=relu&seed=0.21&showTestData=true&goal=accuracy:90,epochs:500" },
  { title: "Five classes in 50 epochs", address: "dataset=blobs&classes=5&noise=15&networkShape=2&seed=0.21&goal=accuracy:97,epochs:50" },
  { title: "Two moons with two units", address: "dataset=moons&classes=2&networkShape=1&seed=0.21&goal=accuracy:98,units:2" },
];

export class Share {
  /** @param {(message: Record<string, unknown>) => void} say */
  constructor(say) {
    /** @type {About | null} */
    this.about = null;
    el("program-open").onclick = () => say({ t: "program" });
    el("program-copy").onclick = () => copy(el("program-text").textContent ?? "", el("program-said"));
    el("program-close").onclick = () => el("program", HTMLDialogElement).close();
    el("teacher-open").onclick = () => this.openTeacher();
    el("teacher-try").onclick = () => el("teacher", HTMLDialogElement).close();
    el("teacher-copy").onclick = () => copy(el("teacher-link", HTMLInputElement).value, el("teacher-said"));
    el("teacher-close").onclick = () => el("teacher", HTMLDialogElement).close();
    for (const id of ["teacher-loss", "teacher-accuracy", "teacher-units", "teacher-epochs", "hideText"]) el(id).oninput = () => this.link();
    const menu = el("challenge", HTMLSelectElement);
    menu.replaceChildren(new Option("Choose", ""), ...CHALLENGES.map(({ title }, i) => new Option(title, String(i))));
    menu.onchange = () => { if (menu.value) location.hash = `#${CHALLENGES[Number(menu.value)].address}`; };
  }

  /** @param {About} about */
  show(about) {
    this.about = about;
    el("goal").hidden = !about.view.goal;
    const now = CHALLENGES.findIndex(({ address }) => address.split("goal=")[1] === parse(about.address).get("goal"));
    el("challenge", HTMLSelectElement).value = about.view.goal && now >= 0 ? String(now) : "";
  }

  /** @param {Said} said */
  hear(said) {
    if (said.t === "program") {
      el("program-text").textContent = said.text;
      el("program-said").textContent = "";
      el("program", HTMLDialogElement).showModal();
    }
    if (said.t !== "goal") return;
    const passed = said.missing.length === 0;
    el("goal").className = passed ? "passed" : "";
    const words = passed ? `Passed at epoch ${said.epoch}, on points that were held back.` : `Not passed yet: ${said.missing.join("; ")}.`;
    if (el("goal").textContent !== words) el("goal").textContent = words;
  }

  openTeacher() {
    if (this.about === null) return;
    const { hidden, hide_text, goal } = this.about.view;
    el("teacher-boxes").replaceChildren(
      ...Object.entries(HIDEABLE).map(([name, words]) => {
        const label = document.createElement("label");
        const box = document.createElement("input");
        box.type = "checkbox";
        box.name = name;
        box.checked = hidden.includes(name);
        box.onchange = () => this.link();
        label.className = "check";
        label.append(box, ` ${words}`);
        return label;
      }),
    );
    el("hideText", HTMLInputElement).checked = hide_text;
    for (const name of /** @type {const} */ (["loss", "accuracy", "units", "epochs"])) el(`teacher-${name}`, HTMLInputElement).value = String(goal?.[name] ?? "");
    this.link();
    el("teacher", HTMLDialogElement).showModal();
  }

  /** Write the address that the boxes make. */
  link() {
    if (this.about === null) return;
    const values = parse(changed(this.about.address, { hideText: String(el("hideText", HTMLInputElement).checked) }));
    for (const box of el("teacher-boxes").querySelectorAll("input")) {
      if (box.checked) values.set(`${box.name}_hide`, "true");
      else values.delete(`${box.name}_hide`);
    }
    const asked = ["loss", "accuracy", "units", "epochs"].map((name) => [name, el(`teacher-${name}`, HTMLInputElement).value]).filter(([, value]) => value);
    if (asked.length) values.set("goal", asked.map((each) => each.join(":")).join(","));
    else values.delete("goal");
    el("teacher-link", HTMLInputElement).value = `${location.origin}/#${write(values)}`;
    /** @type {HTMLAnchorElement} */ (el("teacher-try")).href = `#${write(values)}`;
    el("teacher-said").textContent = "";
  }
}

/** @param {string} text @param {HTMLElement} said where the outcome is told */
async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = "Copied.";
  } catch {
    said.textContent = "The browser did not allow it: select the text and press Ctrl+C.";
  }
}
