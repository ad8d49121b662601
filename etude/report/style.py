"""Colours and type of every drawing: one palette for light and dark, safe for colour-blind readers."""

import re
from typing import Any

INK, MUTED, BORDER, GROUND = "#1b1f24", "#57606a", "#d8dee4", "#ffffff"
ACCENT = "#0b6bb0"
NEGATIVE, POSITIVE = "#c8600a", "#0b6bb1"
"""of signed numbers; one step from ACCENT, so that both can be told apart in a drawing and follow their own theme"""

CLASSES = (
    "#006495", "#4f0227", "#fb5b40", "#a184e4", "#15a194", "#be1253", "#753000", "#3e12bd", "#18205e", "#8546e8",
)  # fmt: skip
"""one after the other they differ for normal, protan, deutan and tritan eyes"""

CLASSES_DARK = (
    "#4998fe", "#e9f01a", "#a24071", "#fa960b", "#a4f6f2", "#434eea", "#807718", "#bbb6ef", "#f946a7", "#30de97",
)  # fmt: skip

MARKERS = "os^DPX*pvh"
"""a shape for each class: colour is never the only cue"""

DASHES: tuple[Any, ...] = (
    "-", "--", ":", "-.", (0, (5, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)), (0, (3, 5)), (0, (8, 2, 1, 2)), (0, (2, 1)),
)  # fmt: skip
"""a pattern for each line"""

NAMES = {INK: "ink", MUTED: "muted", BORDER: "border", GROUND: "ground", ACCENT: "accent"} | {
    NEGATIVE: "negative",
    POSITIVE: "positive",
}

DARK = {
    "ink": "#e6e8ea",
    "muted": "#9aa4af",
    "border": "#30363d",
    "ground": "#14171a",
    "accent": "#6cb6f0",
    "negative": "#f2994a",
    "positive": "#4aa8e8",
} | {f"class-{k}": colour for k, colour in enumerate(CLASSES_DARK)}

LIGHT = {name: colour for colour, name in NAMES.items()} | {f"class-{k}": colour for k, colour in enumerate(CLASSES)}

VARIABLES = {colour: name for name, colour in LIGHT.items()}

DRAWING: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib: the same drawing on every machine
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": BORDER,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "lines.linewidth": 1.6,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "etude",  # ids of clip paths: the same figure gives the same bytes
}


def themed(svg: str) -> str:
    """Colours of the palette as CSS variables, with the light colour where a reader knows none."""
    pattern = re.compile("|".join(VARIABLES))
    return pattern.sub(lambda match: f"var(--{VARIABLES[match[0]]}, {match[0]})", svg)


def variables(colours: dict[str, str]) -> str:
    """CSS declarations of a theme."""
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())


def theme_rules() -> str:
    """CSS that switches the palette with the reader's setting; paper is always light."""
    return (
        f":root {{ color-scheme: light dark; {variables(LIGHT)} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {variables(DARK)} }} }}\n"
    )
