// Elements of the page, by their names and of the kinds that they are.

/**
 * @template {HTMLElement} T
 * @overload @param {string} id @param {new () => T} kind @returns {T}
 */
/** @overload @param {string} id @returns {HTMLElement} */
/** The element with this id; an error if there is none of this kind. @param {string} id @param {new () => HTMLElement} kind */
export function el(id, kind = HTMLElement) {
  return checked(document.getElementById(id), kind, `#${id}`);
}

/** Change the words of an element; the same words again would cost a layout too. @param {string} id @param {string} words */
export function write(id, words) {
  const element = el(id);
  if (element.textContent !== words) element.textContent = words;
}

/** The first element inside another that fits. @param {HTMLElement} parent @param {string} selector @returns {HTMLElement} */
export function within(parent, selector) {
  return checked(parent.querySelector(selector), HTMLElement, selector);
}

/** @template {HTMLElement} T @param {Element | null} found @param {new () => T} kind @param {string} name @returns {T} */
function checked(found, kind, name) {
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} ${name}`);
  return found;
}

/** Arrows choose among the buttons of a group, as among radio buttons. @param {KeyboardEvent} event */
export function roam(event) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const every = [.../** @type {HTMLElement} */ (event.currentTarget).children];
  const next = every[(every.indexOf(/** @type {Element} */ (event.target)) + step + every.length) % every.length];
  /** @type {HTMLElement} */ (next).click();
  event.preventDefault();
  event.stopPropagation();
}
