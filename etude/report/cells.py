"""A matrix as coloured cells, such as counts of confusion or shares of attention."""

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from etude.figures import Matrix
from etude.report.lettering import short
from etude.report.style import ACCENT, BORDER, GROUND, INK, NEGATIVE, POSITIVE

PRINTED_CELLS = 20
"""rows or columns of a matrix up to which its numbers are printed"""


def matrix_height(figure: Matrix) -> float:
    """Inches, for cells that are about square."""
    return min(9.0, max(1.8, 0.9 + cell_size(figure) * len(figure.rows)))


def cell_size(figure: Matrix) -> float:
    """Inches along one side."""
    return min(0.7, 4.0 / max(1, len(figure.columns)))


def draw_matrix(figure: Matrix, axes: Axes) -> None:
    """Cells whose opacity is the size of the number and whose colour is its sign."""
    values = figure.values.double().numpy()
    strength = opacity(values, by_row=figure.share_of_row)
    signed = values.min(initial=0) < 0
    rows, columns = values.shape
    printed = max(rows, columns) <= PRINTED_CELLS
    for (row, column), value in np.ndenumerate(values):
        if strength[row, column] > 0:
            colour = (POSITIVE if value > 0 else NEGATIVE) if signed else ACCENT
            alpha = strength[row, column]
            axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=colour, alpha=alpha, linewidth=0))
        if printed and value:
            ink = GROUND if strength[row, column] > 0.6 else INK
            size = 9 if columns <= 12 else 7
            axes.text(column, row, f"{value:.3g}", color=ink, ha="center", va="center", fontsize=size)
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5), aspect="equal")
    axes.set(xlabel=figure.column_label, ylabel=figure.row_label)
    name_cells(figure, axes)
    axes.grid(visible=False)
    axes.tick_params(length=0)
    axes.spines[:].set(visible=True, color=BORDER)


def name_cells(figure: Matrix, axes: Axes) -> None:
    """Names along the edges, as many as can be read."""
    steps = [-(-len(names) // 40) for names in (figure.rows, figure.columns)]
    axes.set_yticks(range(0, len(figure.rows), steps[0]), [short(name) for name in figure.rows[:: steps[0]]])
    words = [short(name) for name in figure.columns[:: steps[1]]]
    room = 13 * cell_size(figure) * steps[1]  # characters of this size in an inch
    crowded = max((len(word) for word in words), default=0) > room
    axes.set_xticks(range(0, len(figure.columns), steps[1]), words, rotation=90 if crowded else 0)
    if max(len(figure.rows), len(figure.columns)) > PRINTED_CELLS:
        axes.tick_params(labelsize=6.5)


def opacity(values: Float[np.ndarray, "row column"], *, by_row: bool) -> Float[np.ndarray, "row column"]:
    """0 to 1: the share of the row's sum, or of the largest number."""
    size = np.abs(values)
    most = size.sum(axis=1, keepdims=True) if by_row else size.max(initial=0.0)
    share: np.ndarray = np.divide(size, most, out=np.zeros_like(size), where=np.broadcast_to(most > 0, size.shape))
    # a floor keeps a single confusion of thousands visible
    return np.where(share > 0, 0.08 + 0.92 * share, 0.0)
