// Losses over the epochs: every point is kept, each column of pixels shows the least and the greatest of its own.

/** @typedef {{values: number[], colour: string, dash: number[], label: string}} Curve with a label at its end, if it has one */

/** pixels between the middles of two labels, and of the widest of them */
const LABELS = { apart: 13, width: 36 };

/**
 * @param {number[]} values @param {number} columns
 * @returns {[number, number][]} the least and the greatest value of each column, the first and the last value included
 */
export function columnsOf(values, columns) {
  const n = Math.min(columns, values.length);
  return Array.from({ length: n }, (_, column) => {
    const part = values.slice(Math.floor((column * values.length) / n), Math.floor(((column + 1) * values.length) / n));
    return [Math.min(...part), Math.max(...part)];
  });
}

/** @param {HTMLCanvasElement} canvas @param {Curve[]} lines @param {number | null} at a place to mark, from 0 to 1 */
export function draw(canvas, lines, at = null) {
  const scale = devicePixelRatio;
  const [room, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== room * scale || canvas.height !== height * scale) {
    canvas.width = room * scale;
    canvas.height = height * scale;
  }
  const named = lines.filter(({ label, values }) => label && values.length);
  const width = named.length ? room - LABELS.width : room;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, room, height);
  const drawn = lines.map((line) => ({ ...line, columns: columnsOf(line.values, width) }));
  const every = drawn.flatMap(({ columns }) => columns.flat()).filter(Number.isFinite);
  const [low, high] = [Math.min(...every), Math.max(...every)];
  if (at !== null) {
    context.fillStyle = lines[0].colour;
    context.fillRect(1 + at * (width - 2) - 0.5, 0, 1, height);
  }
  /** @param {number} value */
  const toY = (value) => height - 3 - ((value - low) / (high - low || 1)) * (height - 6);
  for (const { columns, colour, dash } of drawn) {
    context.strokeStyle = colour;
    context.setLineDash(dash);
    context.lineWidth = 1.5;
    context.beginPath();
    columns.forEach((ends, i) => {
      const x = columns.length > 1 ? (i / (columns.length - 1)) * (width - 2) + 1 : 1;
      for (const value of ends[0] === ends[1] ? [ends[0]] : ends) {
        context.lineTo(x, toY(value));
      }
    });
    context.stroke();
  }
  context.textBaseline = "middle";
  context.font = `12px ${getComputedStyle(canvas).fontFamily}`;
  const heights = spread(named.map(({ values }) => toY(values[values.length - 1])), LABELS.apart, [7, height - 7]);
  named.forEach(({ label, colour }, i) => {
    context.fillStyle = colour;
    context.fillText(label, width + 4, heights[i]);
  });
}

/**
 * Places for labels, as near as can be to where they belong, in the same order and not over one another.
 * @param {number[]} wanted @param {number} apart @param {[number, number]} ends @returns {number[]}
 */
export function spread(wanted, apart, [first, last]) {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  const found = wanted.map((each) => (Number.isFinite(each) ? each : first));
  let free = first;
  for (const i of order) free = (found[i] = Math.max(found[i], free)) + apart;
  free = last;
  for (const i of order.reverse()) free = (found[i] = Math.min(found[i], free)) - apart;
  return found;
}
