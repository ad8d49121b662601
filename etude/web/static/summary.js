// What the drawings show, in words, for who does not see them.

/** @typedef {{epoch: number, train: number[], test: number[]}} Losses */

/** @param {Losses} losses @returns {string} */
export function lossesInWords({ epoch, train, test }) {
  /** @param {number[]} values */
  const way = (values) => `from ${values[0].toFixed(3)} to ${values[values.length - 1].toFixed(3)}`;
  if (!train.length) return "No losses yet.";
  const held = Number.isNaN(test[0]) ? "" : `on test points ${way(test)}, `;
  return `Losses over ${epoch} epoch${epoch === 1 ? "" : "s"}: ${held}on training points ${way(train)}.`;
}

/**
 * How much of the plane is blue, and how many points lie on the wrong side.
 * @param {Uint8Array} answer row by row from the top @param {Float32Array} points x, y and label of each
 * @param {number} half of the side of the plane @returns {string}
 */
export function answerInWords(answer, points, half) {
  const side = Math.sqrt(answer.length);
  const blue = answer.reduce((sum, each) => sum + (each > 127 ? 1 : 0), 0) / answer.length;
  const sides = `Blue, above the middle, on ${Math.round(100 * blue)} % of the plane; orange on the rest.`;
  if (!points.length) return sides;
  let wrong = 0;
  for (let i = 0; i < points.length; i += 3) {
    const [column, row] = [points[i] + half, half - points[i + 1]].map((v) => Math.min(side - 1, Math.max(0, Math.floor((v / (2 * half)) * side))));
    if (answer[row * side + column] > 127 !== points[i + 2] > 0) wrong++;
  }
  return `${sides} ${wrong} of ${points.length / 3} test points lie on the wrong side.`;
}
