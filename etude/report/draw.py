"""The seven figures as SVG text or PNG files: the same numbers give the same bytes."""

import io
import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TypeVar

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import MaxNLocator

from etude.figures import Curve, Figure, Grid, Histogram, Images, Matrix, Network, Points, Text
from etude.report.cells import draw_matrix, matrix_height
from etude.report.lettering import literal, short, wrapped
from etude.report.style import (
    ACCENT,
    CLASSES,
    DASHES,
    DRAWING,
    GROUND,
    MARKERS,
    MUTED,
    NEGATIVE,
    POSITIVE,
    theme_rules,
    themed,
)

T = TypeVar("T", Curve, Points, Histogram, Matrix, Network, Text)

WIDTH = 5.2
"""inches; two figures stand side by side on a page"""

PARTS = ("training", "validation", "test")
"""lines of these names look the same in every figure: solid, dashed, dotted"""


def svg(figure: Figure) -> str:
    """An `<svg>` element for a page that defines the palette; its text is text, and screen readers get the title."""
    text = io.StringIO()
    with rc_context(DRAWING):
        canvas = drawn(figure)
        canvas.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    body = text.getvalue()
    body = re.sub(r"\s*<metadata>.*?</metadata>", "", body[body.index("<svg") :], flags=re.DOTALL)
    return themed(body.replace("<svg", f'<svg role="img" aria-label="{escape(figure.title, quote=True)}"', 1))


def write_svg(figure: Figure, path: Path) -> None:
    """A file that stands alone and follows the theme of whoever opens it."""
    body = svg(figure)
    cut = body.index(">") + 1
    path.write_text(f"{body[:cut]}\n<style>{theme_rules()}</style>{body[cut:]}", encoding="utf-8")


def write_png(figure: Figure, path: Path, *, dpi: int = 160) -> None:
    """A picture on white, always in the light colours."""
    with rc_context(DRAWING):
        canvas = drawn(figure)
        canvas.savefig(path, format="png", dpi=dpi, facecolor=GROUND, metadata={"Software": None})


def drawn(figure: Figure) -> Canvas:
    """The figure as matplotlib draws it, on a transparent ground."""
    match figure:
        case Curve():
            return one_panel(figure, draw_curve, height=3.3)
        case Points():
            return one_panel(figure, draw_points, height=4.3)
        case Histogram():
            return one_panel(figure, draw_histogram, height=3.0)
        case Matrix():
            return one_panel(figure, draw_matrix, height=matrix_height(figure))
        case Network():
            return one_panel(figure, draw_network, height=0.6 + 0.44 * len(figure.layers))
        case Text():
            return one_panel(figure, draw_text, height=0.6 + 0.17 * len(wrapped(figure.body)))
        case Images():
            return draw_images(figure)


def one_panel(figure: T, draw: Callable[[T, Axes], None], *, height: float) -> Canvas:
    """A drawing with one pair of axes."""
    canvas = Canvas(figsize=(WIDTH, height), layout="constrained", facecolor="none")
    axes = canvas.add_subplot(facecolor="none")
    axes.set_title(short(figure.title, 60))
    draw(figure, axes)
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set_text(short(axis.label.get_text(), 12 + int(10 * height)))
    return canvas


def draw_curve(figure: Curve, axes: Axes) -> None:
    """Lines that differ by colour and by dashes."""
    if figure.diagonal:
        axes.plot((0, 1), (0, 1), color=MUTED, linewidth=0.9, linestyle=(0, (2, 2)))
    for number, (name, line) in enumerate(figure.lines.items()):
        k = PARTS.index(name) if name in PARTS else number
        colour = CLASSES[k % len(CLASSES)]
        marker = "o" if len(line.x) == 1 else None  # a single point makes no line
        axes.plot(line.x, line.y, color=colour, linestyle=DASHES[k % len(DASHES)], marker=marker, label=short(name, 24))
        if line.low is not None and line.high is not None:
            axes.fill_between(line.x, line.low, line.high, color=colour, alpha=0.18, linewidth=0)
    axes.set(xlabel=figure.x_label, ylabel=figure.y_label)
    axes.set_xscale("log" if figure.log_x else "linear")
    axes.set_yscale("log" if figure.log_y else "linear")
    if len(figure.lines) > 1:
        axes.legend(ncols=1 + (len(figure.lines) > 5), handlelength=2.6)


def draw_points(figure: Points, axes: Axes) -> None:
    """Points that differ by colour and by shape."""
    if figure.background is not None:
        draw_background(figure.background, axes)
    if figure.diagonal:
        axes.axline((0, 0), slope=1, color=MUTED, linewidth=0.9, linestyle=(0, (2, 2)))
    edge = GROUND if figure.background is not None else "none"
    if figure.classes is None:
        axes.scatter(figure.x, figure.y, s=14, color=ACCENT, alpha=0.55, edgecolors=edge, linewidths=0.4)
    else:
        for k, name in enumerate(figure.names):
            here = figure.classes == k
            colour, marker = CLASSES[k % len(CLASSES)], MARKERS[k % len(MARKERS)]
            x, y = figure.x[here], figure.y[here]
            axes.scatter(
                x, y, s=18, color=colour, marker=marker, edgecolors=edge, linewidths=0.4, label=short(name, 24)
            )
        axes.legend(ncols=1 + (len(figure.names) > 5))
    axes.set(xlabel=figure.x_label, ylabel=figure.y_label)


def draw_background(grid: Grid, axes: Axes) -> None:
    """Pale areas of the classes, or orange to blue for two."""
    box = (*grid.x, *grid.y)
    values = grid.values.numpy()
    if values.min() >= -1 and values.max() <= 1:
        colours = LinearSegmentedColormap.from_list("signed", [NEGATIVE, GROUND, POSITIVE])
        axes.imshow(values, cmap=colours, vmin=-1, vmax=1, alpha=0.45, extent=box, origin="lower", aspect="auto")
    else:
        last = len(CLASSES) - 1
        areas = ListedColormap(list(CLASSES))
        axes.imshow(values, cmap=areas, vmin=0, vmax=last, alpha=0.25, extent=box, origin="lower", aspect="auto")
    axes.grid(visible=False)


def draw_histogram(figure: Histogram, axes: Axes) -> None:
    """Outlined counts, pale inside."""
    for k, (name, counts) in enumerate(figure.counts.items()):
        colour = CLASSES[k % len(CLASSES)]
        axes.stairs(counts, figure.edges, fill=True, color=colour, alpha=0.22)
        axes.stairs(
            counts, figure.edges, color=colour, linestyle=DASHES[k % len(DASHES)], linewidth=1.4, label=short(name, 24)
        )
    axes.set(xlabel=figure.x_label, ylabel=figure.y_label)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    if len(figure.counts) > 1:
        axes.legend()


def draw_network(figure: Network, axes: Axes) -> None:
    """Boxes from top to bottom, each with its shape and parameters."""
    axes.set_axis_off()
    last = len(figure.layers) - 1
    axes.set(xlim=(0, 10), ylim=(-last - 0.6, 0.6))
    for k, layer in enumerate(figure.layers):
        axes.add_patch(FancyBboxPatch((0.1, -k - 0.32), 4.2, 0.64, boxstyle="round,pad=0,rounding_size=0.12",
                                      facecolor="none", edgecolor=ACCENT, linewidth=1.2))  # fmt: skip
        axes.text(2.2, -k, short(layer.name, 26), ha="center", va="center")
        axes.text(4.7, -k, " by ".join(f"{each:,}" for each in layer.shape), va="center", color=MUTED)
        if layer.parameters:
            axes.text(9.9, -k, f"{layer.parameters:,} parameters", va="center", ha="right", color=MUTED)
        if k < last:
            arrow = {"arrowstyle": "->", "color": MUTED, "linewidth": 1.0}
            axes.annotate("", (2.2, -k - 0.68), (2.2, -k - 0.32), arrowprops=arrow)


def draw_text(figure: Text, axes: Axes) -> None:
    """The words, wrapped."""
    axes.set_axis_off()
    body = "\n".join(wrapped(figure.body))
    axes.text(0, 1, literal(body), va="top", transform=axes.transAxes, fontsize=9, linespacing=1.35)


def draw_images(figure: Images) -> Canvas:
    """Pictures in rows of up to eight."""
    n = len(figure.captions)
    columns = max(1, min(8, n))
    rows = max(1, -(-n // columns))
    canvas = Canvas(figsize=(WIDTH, 0.35 + rows * (WIDTH / columns + 0.22)), layout="constrained", facecolor="none")
    canvas.suptitle(figure.title, x=0.01, ha="left", fontsize=10, fontweight="bold")
    for k, (picture, caption) in enumerate(zip(figure.pixels, figure.captions, strict=True)):
        axes = canvas.add_subplot(rows, columns, k + 1)
        channels_last = picture.permute(1, 2, 0).numpy()  # (height, width, channel)
        grey = channels_last.shape[2] == 1
        axes.imshow(
            channels_last[..., 0] if grey else channels_last, cmap="gray", vmin=0, vmax=255, interpolation="none"
        )
        axes.set_title(short(caption, 14), fontsize=7, loc="center", pad=3, fontweight="normal")
        axes.set_axis_off()
    return canvas
