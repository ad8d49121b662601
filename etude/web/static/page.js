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

/** The first element inside another that fits. @param {HTMLElement} parent @param {string} selector @returns {HTMLElement} */
export function within(parent, selector) {
  return checked(parent.querySelector(selector), HTMLElement, selector);
}

/** @template {HTMLElement} T @param {Element | null} found @param {new () => T} kind @param {string} name @returns {T} */
function checked(found, kind, name) {
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} ${name}`);
  return found;
}
