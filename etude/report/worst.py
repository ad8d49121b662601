"""The worst mistakes as pictures, kept in the run folder so that the report needs no data."""

from pathlib import Path

import numpy as np
from PIL import Image

from etude.evaluation.records import Evaluation, Mistake
from etude.records import Labelled
from etude.schema import Pictures, Schema, Signals


def picture_path(folder: Path, part: str, mistake: Mistake) -> Path:
    """Where the picture of a mistake is."""
    return folder / "figures" / f"worst-{part}-{mistake.row}.png"


def save_worst(folder: Path, evaluation: Evaluation, examples: Labelled, schema: Schema) -> None:
    """Write the examples behind the worst answers as PNG files, pictures as they are and signals as a line.

    Rows of tables need no picture: the evaluation holds their columns. Those of an earlier evaluation of the same part
    are removed.
    """
    if not isinstance(schema.inputs, Pictures | Signals):
        return
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    for old in figures.glob(f"worst-{evaluation.part}-*.png"):
        old.unlink()
    for mistake in evaluation.worst:
        x = examples.x[mistake.position].cpu().numpy()
        pixels = x.transpose(1, 2, 0) if isinstance(schema.inputs, Pictures) else signal_pixels(x)
        grey = pixels.shape[2] == 1
        image = Image.fromarray(pixels[..., 0] if grey else pixels)
        image.save(picture_path(folder, evaluation.part, mistake), optimize=True)


def signal_pixels(values: np.ndarray, height: int = 48) -> np.ndarray:
    """A series as a dark line on white, uint8 (height, width, 1)."""
    columns = np.linspace(0, len(values) - 1, 4 * min(len(values), 60))
    fine = np.interp(columns, np.arange(len(values)), values)
    low, high = fine.min(), fine.max()
    rows = np.round((high - fine) / (high - low if high > low else 1.0) * (height - 3)).astype(int) + 1
    pixels = np.full((height, len(rows), 1), 255, dtype=np.uint8)
    for column, (start, end) in enumerate(zip(rows, np.append(rows[1:], rows[-1]), strict=True)):
        pixels[min(start, end) : max(start, end) + 1, column] = 27
    return pixels
