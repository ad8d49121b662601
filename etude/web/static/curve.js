// Losses over the epochs: every point is kept, each column of pixels shows the least and the greatest of its own.

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

/** @param {HTMLCanvasElement} canvas @param {{values: number[], colour: string, dash: number[]}[]} lines @param {number | null} at a place to mark, from 0 to 1 */
export function draw(canvas, lines, at = null) {
  const scale = devicePixelRatio;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== width * scale || canvas.height !== height * scale) {
    canvas.width = width * scale;
    canvas.height = height * scale;
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  const drawn = lines.map((line) => ({ ...line, columns: columnsOf(line.values, width) }));
  const every = drawn.flatMap(({ columns }) => columns.flat()).filter(Number.isFinite);
  const [low, high] = [Math.min(...every), Math.max(...every)];
  if (at !== null) {
    context.fillStyle = lines[0].colour;
    context.fillRect(1 + at * (width - 2) - 0.5, 0, 1, height);
  }
  for (const { columns, colour, dash } of drawn) {
    context.strokeStyle = colour;
    context.setLineDash(dash);
    context.lineWidth = 1.5;
    context.beginPath();
    columns.forEach((ends, i) => {
      const x = columns.length > 1 ? (i / (columns.length - 1)) * (width - 2) + 1 : 1;
      for (const value of ends[0] === ends[1] ? [ends[0]] : ends) {
        context.lineTo(x, height - 3 - ((value - low) / (high - low || 1)) * (height - 6));
      }
    });
    context.stroke();
  }
}
