// The inside of a network: its layers, what one of them says of a batch, its weights; of a training, or of a run that is over.

import { Cards } from "./cards.js";
import { drawn, shortly, told } from "./wire.js";

const LEARNING = "One update of a copy of the network, from the latest batch: the training itself does not feel it.";
const OVER = "The network of the best checkpoint, asked about a batch: of the validation part if it learns from its examples as they are, else the batch that would come next.";

export class Inside {
  /** @param {HTMLDetailsElement} box @param {{menu: HTMLSelectElement, hint: HTMLElement, layer: HTMLElement, whole: HTMLElement}} parts */
  constructor(box, { menu, hint, layer, whole }) {
    this.box = box;
    this.menu = menu;
    this.hint = hint;
    this.layer = new Cards(layer);
    this.whole = new Cards(whole);
    this.run = "";
    this.asked = 0;
    this.menu.onchange = () => { this.layer.show({}); this.box.dispatchEvent(new Event("toggle")); };
  }

  /** Another run, of which nothing is asked before somebody opens the box. @param {string} run */
  show(run) {
    this.run = run;
    this.box.open = false;
    this.layer.show({});
    this.whole.show({});
    this.menu.replaceChildren();
    this.hint.textContent = "";
  }

  /** @param {Record<string, string>} layers kinds by path */
  fill(layers) {
    if (this.menu.options.length === Object.keys(layers).length) return;
    const options = Object.entries(layers).map(([name, kind]) => new Option(`${name}  ${kind}`, name));
    this.menu.replaceChildren(...options);
    const first = options.find((option) => /Conv|Linear|Embedding/.test(option.text)) ?? options[0];
    if (first) first.selected = true;
  }

  /** The training of now, again and again. */
  async follow() {
    this.hint.textContent = LEARNING;
    await this.look();
  }

  /** A run that is over, which is read first. */
  async study() {
    const run = this.run;
    await shortly(this.hint, OVER, async () => {
      if (!this.menu.options.length) {
        const layers = await told("layers", { run });
        if (run === this.run) this.fill(layers);
      }
      if (run === this.run) await this.look();
    }, () => run === this.run);
  }

  async look() {
    const [run, name] = [this.run, this.menu.value];
    const layer = name ? await drawn("layer", { run, name, now: String(!this.layer.cards.size) }) : {};
    if (run === this.run && name === this.menu.value) this.layer.show(layer);
    const whole = await drawn("inside", { run, now: String(!this.whole.cards.size) });
    if (run === this.run) this.whole.show(whole);
    this.asked++;
  }

  /** @returns {Cards[]} */
  cards() {
    return [this.layer, this.whole];
  }
}
