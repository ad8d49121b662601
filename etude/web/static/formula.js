// Formulas of the trace as elements: with symbols or with numbers; see etude/playground/formula.py.

/**
 * @typedef {{value: number, symbol: string, lower: string, upper: string, layer: number | null, unit: number | null, source: number | null}} Quantity
 * @typedef {{value: number, sign: string, parts: Formula[]}} Operation
 * @typedef {Quantity | Operation} Formula
 * @typedef {"symbols" | "numbers"} How
 * @typedef {{level: number, first: number, others: number, before?: string, between?: string, after?: string}} Spelling
 */

const LEAF = 4;
const ALONE = { level: LEAF, first: 0, others: 0 };
/**
 * How an operation is written: how tightly it binds, how tightly its first and its other parts must bind to stand
 * without parentheses, and what stands around them.
 * @type {Record<string, Spelling>}
 */
const SPELLINGS = {
  plus: { level: 1, first: 1, others: 2, between: " + " },
  minus: { level: 1, first: 1, others: 2, between: " − " },
  negative: { level: 1, first: 2, others: 2, before: "−" },
  times: { level: 2, first: 2, others: 2, between: " · " },
  square: { level: 3, first: LEAF, others: LEAF, after: "²" },
  log: { level: 3, first: 3, others: 3, before: "ln " },
  tanh: { ...ALONE, before: "tanh(", after: ")" },
  sigmoid: { ...ALONE, before: "σ(", after: ")" },
  relu: { ...ALONE, before: "max(0, ", after: ")" },
  positive: { ...ALONE, before: "[", after: " > 0]" },
  sign: { ...ALONE, before: "sgn(", after: ")" },
  softplus: { ...ALONE, before: "ln(1 + exp(", after: "))" },
  over: { level: 2, first: 2, others: 3, between: " / " },
  root: { ...ALONE, before: "√(", after: ")" },
  power: { level: 3, first: LEAF, others: LEAF, between: "^" },
  shrink: { level: 1, first: 1, others: 2, between: " − ", after: ", but 0 if that changes the sign" },
};
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** To some significant digits, with a true minus, and powers of ten only where zeros would have to be counted. @param {number} value @returns {string} */
export function digits(value, precision = 4) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) {
    const [mantissa, power] = value.toExponential(precision - 1).split("e");
    const raised = [...power.replace("+", "")].map((each) => (each === "-" ? "⁻" : RAISED[Number(each)])).join("");
    return `${plain(Number(mantissa))}·10${raised}`;
  }
  return plain(Number(value.toPrecision(precision)));
}

/** @param {number} value */
const plain = (value) => String(value === 0 ? 0 : value).replace("-", "−");

/** @param {Formula} formula @returns {formula is Quantity} */
export const isQuantity = (formula) => "symbol" in formula;

/** Its name in one line, for titles and screen readers. @param {Quantity} quantity @returns {string} */
export function named({ symbol, lower, upper }) {
  return `${symbol}${lower && ` ${lower}`}${upper && ` of layer ${upper.slice(1, -1)}`}`;
}

/** The quantities that a formula is made of. @param {Formula} formula @returns {Quantity[]} */
export function operands(formula) {
  return isQuantity(formula) ? [formula] : formula.parts.flatMap(operands);
}

/** @param {string} kind @param {...(string | Node)} content @returns {HTMLElement} */
export function span(kind, ...content) {
  const made = document.createElement("span");
  made.className = kind;
  made.append(...content);
  return made;
}

/** A symbol with its indices. @param {Quantity} quantity @returns {HTMLElement} */
export function symbol(quantity) {
  const made = span("symbol", ...(quantity.symbol.match(/sin |./gu) ?? []).map((each) => (/^\p{L}$/u.test(each) ? italic(each) : each)));
  if (quantity.lower || quantity.upper) made.append(span("index", span("upper", quantity.upper), span("lower", quantity.lower)));
  made.title = isConstant(quantity) ? "" : `${named(quantity)} = ${quantity.value}`;
  return made;
}

/** @param {string} letter */
function italic(letter) {
  const made = document.createElement("i");
  made.textContent = letter;
  return made;
}

/** @param {Quantity} quantity */
const isConstant = (quantity) => /^[01½]$/.test(quantity.symbol);

/** A number to read, the exact one as its title. @param {Quantity} quantity @returns {HTMLElement} */
export function number(quantity, precision = 4) {
  const [, plainly, raised] = digits(quantity.value, precision).match(/^(.*?)([⁻⁰-⁹¹²³]*)$/) ?? [];
  const made = span("number", ...(isConstant(quantity) ? [quantity.symbol] : [plainly, span("raised", raised)]));
  made.title = isConstant(quantity) ? "" : `${named(quantity)} = ${quantity.value}`;
  made.dataset.value = String(quantity.value);
  return made;
}

/** @param {Formula} formula @param {How} how @returns {HTMLElement} */
export function write(formula, how, precision = 4) {
  if (isQuantity(formula)) return how === "symbols" ? symbol(formula) : number(formula, precision);
  const { first, others, before = "", between = "", after = "" } = SPELLINGS[formula.sign];
  const made = span(`operation ${formula.sign}`, before);
  formula.parts.forEach((part, place) => {
    if (place) made.append(between);
    const loose = level(part, how) < (place ? others : first);
    made.append(...(loose ? ["(", write(part, how, precision), ")"] : [write(part, how, precision)]));
  });
  made.append(after);
  made.title = String(formula.value);
  return made;
}

/** How tightly it binds: a number below zero like a sum, a symbol with indices too loosely for a power. @param {Formula} formula @param {How} how @returns {number} */
function level(formula, how) {
  if (!isQuantity(formula)) {
    const sole = formula.sign === "plus" && formula.parts.length === 1;
    return sole ? level(formula.parts[0], how) : SPELLINGS[formula.sign].level;
  }
  if (how === "symbols") return formula.upper || formula.lower ? 3 : LEAF;
  return formula.value < 0 ? 1 : LEAF;
}
