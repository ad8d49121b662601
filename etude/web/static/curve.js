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

/** @param {HTMLCanvasElement} canvas @param {{values: number[], colour: string, dash: number[]}[]} lines */
export function draw(canvas, lines) {
  const scale = devicePixelRatio;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.scale(scale, scale);
  const every = lines.flatMap((line) => columnsOf(line.values, width).flat()).filter(Number.isFinite);
  const [low, high] = [Math.min(...every), Math.max(...every)];
  for (const { values, colour, dash } of lines) {
    context.strokeStyle = colour;
    context.setLineDash(dash);
    context.lineWidth = 1.5;
    context.beginPath();
    const columns = columnsOf(values, width);
    columns.forEach((ends, i) => {
      const x = columns.length > 1 ? (i / (columns.length - 1)) * (width - 2) + 1 : 1;
      for (const value of ends[0] === ends[1] ? [ends[0]] : ends) {
        context.lineTo(x, height - 3 - ((value - low) / (high - low || 1)) * (height - 6));
      }
    });
    context.stroke();
  }
}
